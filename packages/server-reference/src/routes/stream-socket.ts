/**
 * One WebSocket of a live stream: frames in, messages out, and everything that can be wrong with either. Audio is overwritten as
 * soon as it is samples. A client that sends too fast is read more slowly; one that does not read loses partials first, then the
 * connection. Whatever happens, the socket is closed with a code and the place is given back.
 */
import {
  MAX_STREAM_FRAME,
  streamConfigSchema,
  streamReadySchema,
  streamStopSchema,
} from '@sealscribe/protocol';
import type { LiveEvent } from '@sealscribe/asr';
import type { WebSocket } from 'ws';
import { errorBody, toHttpError } from '../error-handler.js';
import { HttpError } from '../http-error.js';
import type { LiveStream, LiveStreamOptions } from '../transcription/live-stream.js';
import { whatIsNew, wholeText, type Dialect } from './stream-dialects.js';

/** Seconds of audio that may wait to be listened to before no more is read. */
const MOST_BACKLOG = 20;
/** Bytes of messages that may wait to be read: over the first, partials are left out; over the second, the stream ends. */
const BUFFERED_PARTIALS = 64 * 1024;
const BUFFERED = 1024 ** 2;
/** How long a client has to answer a close, in milliseconds. */
const CLOSE_MS = 5_000;

/** Close codes of RFC 6455, section 7.4.1, and of its registry. */
const CLOSE = {
  normal: 1000,
  away: 1001,
  unsupported: 1003,
  malformed: 1007,
  policy: 1008,
  tooBig: 1009,
  fault: 1011,
  later: 1013,
};

/** What a client may wish for. */
export interface StreamWishes {
  readonly model?: string | undefined;
  readonly language?: string | undefined;
}

/** What a socket works with. */
export interface StreamContext {
  /** The wishes of the query string. */
  readonly wishes: StreamWishes;
  readonly requestId: string;
  readonly idleSeconds: number;
  readonly maxSeconds: number;
  /** @throws {HttpError} `model_not_found`, `language_not_supported` */
  open(wishes: StreamWishes, onEvent: LiveStreamOptions['onEvent']): LiveStream;
  /** Called once, at the end, with the seconds of audio that came. */
  onEnd(seconds: number): void;
  onFault(error: HttpError): void;
}

/** A stream that is going on. */
export class StreamSocket {
  readonly #socket: WebSocket;
  readonly #context: StreamContext;
  #dialect: Dialect = whatIsNew();
  #stream: LiveStream | undefined;
  #state: 'new' | 'open' | 'ending' | 'ended' = 'new';
  readonly #idle: NodeJS.Timeout;

  constructor(socket: WebSocket, context: StreamContext) {
    this.#socket = socket;
    this.#context = context;
    const nothing = `No audio came for ${context.idleSeconds} s.`;
    this.#idle = setTimeout(() => void this.end(CLOSE.policy, nothing), context.idleSeconds * 1000);
    socket.on('message', (data: Buffer, isBinary) => {
      try {
        if (this.#state === 'ending' || this.#state === 'ended') return;
        if (isBinary) this.#hear(data);
        else this.#obey(data.toString('utf8'));
      } catch (error) {
        this.#fail(error, CLOSE.policy);
      } finally {
        data.fill(0);
      }
    });
    // An oversized or malformed frame: ws answers it with the right code by itself.
    socket.on('error', () => this.#let());
    socket.once('close', () => this.#let());
  }

  /** Ends the stream as its client would: what is open becomes final and is told. */
  async end(code = CLOSE.normal, reason = ''): Promise<void> {
    if (this.#state === 'ending' || this.#state === 'ended') return;
    try {
      const stream = this.#open();
      this.#state = 'ending';
      clearTimeout(this.#idle);
      this.#send(this.#dialect.end(await stream.finish()));
      this.#close(code, reason);
    } catch (error) {
      this.#fail(error, CLOSE.fault);
    }
  }

  /** Ends the stream because the server stops. */
  async stop(): Promise<void> {
    await this.end(CLOSE.away, 'The server is stopping.');
  }

  #hear(data: Buffer): void {
    if (data.length === 0) return void this.end();
    if (data.length > MAX_STREAM_FRAME)
      return this.#refuse(CLOSE.tooBig, `A frame is at most ${MAX_STREAM_FRAME} bytes.`);
    if (data.length % 2 !== 0)
      return this.#refuse(
        CLOSE.malformed,
        'A frame is a whole number of 16-bit samples: this one has an odd number of bytes.',
      );
    const stream = this.#open();
    this.#idle.refresh();
    const pcm = new Float32Array(data.length / 2);
    for (let i = 0; i < pcm.length; i++) pcm[i] = data.readInt16LE(2 * i) / 32_768;
    const worked = stream.push(pcm);
    const paused = stream.backlog > MOST_BACKLOG && !this.#socket.isPaused;
    if (paused) this.#socket.pause();
    worked.then(
      () => {
        if (paused) this.#socket.resume();
        this.#idle.refresh();
      },
      (error: unknown) => this.#fail(error, CLOSE.fault),
    );
    if (stream.duration >= this.#context.maxSeconds)
      void this.end(CLOSE.policy, `A stream is at most ${this.#context.maxSeconds} s long.`);
  }

  #obey(text: string): void {
    const value = parse(text);
    if (streamStopSchema.safeParse(value).success) {
      if (this.#state === 'new') this.#dialect = wholeText();
      return void this.end();
    }
    if (this.#state !== 'new')
      return this.#refuse(
        CLOSE.unsupported,
        'Audio goes in binary frames; the only text frame is {"action":"stop"}.',
      );
    const config = streamConfigSchema.safeParse(value);
    if (!config.success)
      return this.#refuse(
        CLOSE.malformed,
        'The first frame is audio, or JSON with "language" and "model" ("sample_rate": 16000).',
      );
    this.#dialect = wholeText();
    this.#open(config.data);
    this.#send(streamReadySchema.parse({ status: 'ready' }));
  }

  #open(wishes: StreamWishes = {}): LiveStream {
    this.#stream ??= this.#context.open({ ...this.#context.wishes, ...wishes }, (event) => this.#tell(event));
    if (this.#state === 'new') this.#state = 'open';
    return this.#stream;
  }

  #tell(event: LiveEvent): void {
    const waiting = this.#socket.bufferedAmount;
    if (waiting > BUFFERED) return this.#refuse(CLOSE.policy, 'The messages are not read.');
    // The next one says the same and more.
    if (event.kind === 'partial' && waiting > BUFFERED_PARTIALS) return;
    this.#send(this.#dialect.tell(event));
  }

  #refuse(code: number, message: string): void {
    this.#fail(new HttpError('bad_request', message), code);
  }

  #fail(thrown: unknown, code: number): void {
    if (this.#state === 'ended') return;
    const error = toHttpError(thrown);
    if (error.status >= 500) this.#context.onFault(error);
    this.#send(errorBody(error, 'transcription', this.#context.requestId));
    this.#close(
      error.code === 'unavailable' ? CLOSE.later : error.status >= 500 ? CLOSE.fault : code,
      error.message,
    );
  }

  #send(message: object): void {
    if (this.#socket.readyState === this.#socket.OPEN)
      this.#socket.send(JSON.stringify(message), () => undefined);
  }

  #close(code: number, reason: string): void {
    // What is still on its way must be read, or the close of the other side would not be.
    if (this.#socket.isPaused) this.#socket.resume();
    this.#socket.close(code, reason.slice(0, 120));
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
    this.#let();
  }

  /** Lets go of everything, once. */
  #let(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearTimeout(this.#idle);
    const seconds = this.#stream?.duration ?? 0;
    this.#stream?.close();
    this.#stream = undefined;
    this.#context.onEnd(seconds);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
