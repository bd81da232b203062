/**
 * Raw live streams for the end-to-end tests: the WebSocket of a stranger, without the SDK's help, over TLS and HTTP/1.1.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, WebSocket } from 'undici';
import { call, hasServer, JFK } from './server-requests.js';

/** The recording as samples without their header. */
export const jfkSamples = hasServer ? readFileSync(JFK).subarray(44) : Buffer.alloc(0);

export interface Message {
  [key: string]: unknown;
  text?: string;
}

/** One stream, from opening to close. */
export class Stream {
  readonly messages: Message[] = [];
  readonly opened: Promise<void>;
  /** How it was closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly socket: WebSocket;

  constructor(
    url: string,
    options: { token?: string; query?: Record<string, string>; headers?: Record<string, string> },
  ) {
    const address = new URL(`${url.replace(/^http/, 'ws')}/v1/stream`);
    for (const [name, value] of Object.entries(options.query ?? {})) address.searchParams.set(name, value);
    const headers = {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    };
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false }, allowH2: false });
    this.socket = new WebSocket(address, { dispatcher, headers });
    this.opened = new Promise((resolve, reject) => {
      this.socket.addEventListener('open', () => resolve());
      this.socket.addEventListener('error', () => reject(new Error('The stream could not be opened.')));
    });
    this.opened.catch(() => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }));
    });
    this.socket.addEventListener('message', ({ data }) =>
      this.messages.push(JSON.parse(String(data)) as Message),
    );
  }

  send(data: Uint8Array | string): void {
    this.socket.send(typeof data === 'string' ? data : Uint8Array.from(data));
  }

  /** Sends samples in frames of a tenth of a second; in real time where `pace` is 1, twice as fast where it is 2. */
  async speak(samples: Uint8Array, pace = Infinity): Promise<void> {
    const started = performance.now();
    for (let at = 0; at < samples.length; at += 3200) {
      this.send(samples.subarray(at, at + 3200));
      const due = started + at / 32 / pace;
      if (due > performance.now()) await wait(due - performance.now());
    }
  }

  /** Waits for a message. */
  async until(what: (message: Message) => boolean): Promise<Message> {
    for (let i = 0; i < 2400; i++) {
      const found = this.messages.find(what);
      if (found) return found;
      await wait(25);
    }
    throw new Error('No such message came.');
  }

  texts(type: string): string[] {
    return this.messages.filter((message) => message['type'] === type).map(({ text }) => text ?? '');
  }
}

/** What the server answers to an upgrade that it refuses. */
export function refusedUpgrade(
  url: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; code: string; retryAfter: string | undefined }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, {
      rejectUnauthorized: false,
      agent: false,
      headers: {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16, 7).toString('base64'),
        ...headers,
      },
    });
    outgoing.on('error', reject);
    outgoing.on('upgrade', (_answer, socket) => {
      socket.destroy();
      reject(new Error('The upgrade was not refused.'));
    });
    outgoing.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => {
        const { code } = JSON.parse(text) as { code: string };
        resolve({ status: answer.statusCode ?? 0, code, retryAfter: answer.headers['retry-after'] });
      });
    });
    outgoing.end();
  });
}

/** A token for one stream. */
export async function newStreamToken(url: string, session: string): Promise<string> {
  const answer = await call(`${url}/v1/stream-tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${session}` },
  });
  if (answer.status !== 201) throw new Error(`stream-tokens answered ${answer.status}`);
  return answer.json.token as string;
}
