/**
 * One line to Triton: requests of the KServe protocol (version 2) over HTTP/1.1, one after the other on a connection that is kept.
 * Within a time limit, up to a size, and to that address alone: redirects are answers that mean nothing.
 */
import { readFileSync } from 'node:fs';
import { Agent as PlainAgent, request as requestPlainly, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as requestSecurely, type RequestOptions } from 'node:https';
import { wipe } from '../transcription/wipe.js';
import type { TritonPlace } from './address.js';
import { TritonError } from './errors.js';

/** Bytes of the largest answer: words of 30 s of speech with where each was heard are a tenth of it. */
const MOST_BYTES = 64 * 1024 ** 2;

/** An answer that came whole. Whoever takes the body wipes it. */
export interface TritonAnswer {
  readonly status: number;
  /** Bytes of the JSON before the tensors; undefined where the body is all JSON. */
  readonly jsonBytes: number | undefined;
  readonly body: Uint8Array;
}

/** What is posted: parts are sent as they are, without being copied together. */
export interface TritonPost {
  readonly jsonBytes: number;
  readonly parts: readonly Uint8Array[];
}

/** Sends requests to one Triton. */
export class TritonLine {
  readonly #address: string;
  readonly #ms: number;
  readonly #send: typeof requestSecurely;
  readonly #options: RequestOptions;

  constructor({ address, ca, timeout }: TritonPlace) {
    this.#address = address;
    this.#ms = timeout * 1000;
    const secure = address.startsWith('https:');
    this.#send = secure ? requestSecurely : requestPlainly;
    this.#options = {
      agent: new (secure ? SecureAgent : PlainAgent)({ keepAlive: true, maxSockets: 4 }),
      ...(secure && { minVersion: 'TLSv1.3' as const, ...(ca !== undefined && { ca: readFileSync(ca) }) }),
    };
  }

  /** @throws {TritonError} `unavailable`, `bad_answer` */
  get(path: string): Promise<TritonAnswer> {
    return this.#ask(path, undefined);
  }

  /** @throws {TritonError} `unavailable`, `bad_answer` */
  post(path: string, post: TritonPost): Promise<TritonAnswer> {
    return this.#ask(path, post);
  }

  /** Closes connections that nobody uses. */
  close(): void {
    (this.#options.agent as PlainAgent).destroy();
  }

  #ask(path: string, post: TritonPost | undefined): Promise<TritonAnswer> {
    return new Promise((resolve, reject) => {
      const options: RequestOptions = {
        ...this.#options,
        method: post === undefined ? 'GET' : 'POST',
        ...(post && { headers: headersOf(post) }),
      };
      const outgoing = this.#send(`${this.#address}${path}`, options);
      const fail = (error: unknown) => {
        clearTimeout(timer);
        outgoing.destroy();
        reject(error instanceof TritonError ? error : unreachable(error));
      };
      const timer = setTimeout(
        () => fail(new TritonError('unavailable', 'Triton did not answer in time')),
        this.#ms,
      );
      outgoing.on('error', fail);
      outgoing.on('response', (response) => {
        readWhole(response).then((body) => {
          clearTimeout(timer);
          const jsonBytes = response.headers['inference-header-content-length'];
          resolve({
            status: response.statusCode ?? 0,
            jsonBytes: jsonBytes === undefined ? undefined : Number(jsonBytes),
            body,
          });
        }, fail);
      });
      for (const part of post?.parts ?? []) outgoing.write(part);
      outgoing.end();
    });
  }
}

function headersOf({ jsonBytes, parts }: TritonPost): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(jsonBytes),
    'content-length': String(parts.reduce((sum, part) => sum + part.length, 0)),
  };
}

const unreachable = (cause: unknown) =>
  new TritonError('unavailable', 'Triton cannot be reached, or broke off', { cause });

/** The body in one piece; the pieces that it came in are wiped. */
async function readWhole(response: IncomingMessage): Promise<Uint8Array> {
  const announced = Number(response.headers['content-length'] ?? 0);
  if (announced > MOST_BYTES) throw tooLarge();
  let body = new Uint8Array(Math.max(announced, 1024));
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (length + chunk.length > MOST_BYTES) throw tooLarge();
      if (length + chunk.length > body.length) {
        const larger = new Uint8Array(Math.min(MOST_BYTES, 2 * (length + chunk.length)));
        larger.set(body.subarray(0, length));
        wipe(body);
        body = larger;
      }
      body.set(chunk, length);
      length += chunk.length;
      wipe(chunk);
    }
  } catch (error) {
    wipe(body);
    throw error;
  }
  return body.subarray(0, length);
}

const tooLarge = () => new TritonError('bad_answer', 'Triton answers more than can be an answer');
