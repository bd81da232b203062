/** Clients of a server for tests of how it behaves in use: ones that read events one by one, stay, stall and leave. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { ClientRequest } from 'node:http';
import { JFK } from './server-requests.js';

const HEADER = 44;

/** Samples of the recording that comes with the tests, as a WAV file; `times` repeats them. Seconds from `start` to `end`. */
export function speech({ start = 0, end = 11, times = 1 } = {}): Buffer {
  const jfk = readFileSync(JFK);
  const data = jfk.indexOf('data') + 8;
  const samples = jfk.subarray(data + Math.round(start * 16_000) * 2, data + Math.round(end * 16_000) * 2);
  const file = Buffer.alloc(HEADER + samples.length * times);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(16_000, 24);
  file.writeUInt32LE(32_000, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * times, 40);
  for (let i = 0; i < times; i++) file.set(samples, HEADER + i * samples.length);
  return file;
}

const HEAD = '--b\r\nContent-Disposition: form-data; name="file"; filename="recording"\r\n\r\n';
const TAIL = '\r\n--b--\r\n';

/** A server-sent event. */
export interface Event {
  readonly name: string;
  readonly data: any; // eslint-disable-line @typescript-eslint/no-explicit-any
}

/** How a request of {@link Client} goes out. */
export interface ClientOptions {
  /** Announce the length of the body. Default true. */
  readonly announced?: boolean;
  /** Send only so many bytes of the recording, and stay there. */
  readonly stopAfter?: number;
  /** Answer in events. Default true. */
  readonly events?: boolean;
}

/** One client that sends a recording and can be watched and made to leave. */
export class Client {
  readonly #request: ClientRequest;
  #text = '';
  #ended = false;
  /** Whether all that is to be sent has been handed to the system. */
  sent = false;
  status: number | undefined;
  retryAfter: string | undefined;

  constructor(url: string, token: string, recording: Uint8Array, options: ClientOptions = {}) {
    const { announced = true, stopAfter, events = true } = options;
    const length = HEAD.length + recording.length + TAIL.length;
    this.#request = request(`${url}/v1/transcribe`, {
      method: 'POST',
      rejectUnauthorized: false,
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'multipart/form-data; boundary=b',
        ...(announced ? { 'content-length': String(length) } : {}),
        ...(events ? { accept: 'text/event-stream' } : {}),
      },
    });
    this.#request.on('error', () => (this.#ended = true));
    this.#request.on('response', (response) => {
      this.status = response.statusCode;
      this.retryAfter = response.headers['retry-after'];
      response.setEncoding('utf8').on('data', (text: string) => (this.#text += text));
      response.on('error', () => undefined);
      response.on('close', () => (this.#ended = true));
    });
    this.#request.write(HEAD);
    if (stopAfter !== undefined)
      this.#request.write(recording.subarray(0, stopAfter), () => (this.sent = true));
    else {
      this.#request.write(recording);
      this.#request.end(TAIL, () => (this.sent = true));
    }
  }

  /** Whether the answer is there to its end, or the connection is gone. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The whole events so far. */
  get events(): Event[] {
    return this.#text
      .split('\n\n')
      .slice(0, -1)
      .flatMap((block) => {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
        return name === undefined || data === undefined ? [] : [{ name, data: JSON.parse(data) as unknown }];
      });
  }

  /** Whether progress of this stage was reported. */
  saw(stage: string): boolean {
    return this.events.some(({ name, data }) => name === 'progress' && data.stage === stage);
  }

  /** The part of the recording whose text is there. */
  get fraction(): number {
    const done = this.events.filter(({ data }) => data.stage === 'transcribing').at(-1);
    return done?.data.fraction ?? 0;
  }

  /** The body of an answer that is not events. */
  get json(): unknown {
    return JSON.parse(this.#text);
  }

  /** Breaks the connection without a word. */
  leave(): void {
    this.#request.destroy();
  }
}
