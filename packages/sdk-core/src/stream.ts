/**
 * Live transcription: samples written as they are spoken, partial texts and segments as they are understood, over one
 * WebSocket. It is opened with a token that is good for that alone, so that no session's token stands in an address.
 * A broken connection ends the stream: what was said meanwhile could not be sent again.
 */
import {
  routes,
  streamMessageSchema,
  streamTokenSchema,
  transcriptionErrorSchema,
  type Segment,
  type StreamMessage,
  type Transcript,
} from '@sealscribe/protocol';
import { ConnectionError, type SealscribeError } from './errors.js';
import { badAnswer, checkShape, parseJson, refusal, type Http } from './http.js';
import type { PlatformSocket } from './platform.js';
import { Watchdog } from './watchdog.js';

/** Bytes of one frame: a second of audio. */
const FRAME = 32_000;
/** Bytes that may wait to be sent before a writer has to wait. */
const BUFFERED = 256 * 1024;
const POLL_MS = 20;
/** Characters of messages of one stream: a hostile server cannot fill the memory. */
const MOST_HEARD = 256 * 2 ** 20;

/** What is being said, since the last segment. The next partial or segment takes its place. */
export interface StreamPartial {
  text: string;
  /** The part of the text, from its start, that will not change. */
  stable: string;
  /** Seconds of the stream. */
  start: number;
  end: number;
}

/** What a stream tells. */
export type StreamEvent =
  | { type: 'partial'; partial: StreamPartial }
  | {
      type: 'segment';
      /** Final, in order, once each. */
      segment: Segment;
    };

/** Wishes and listeners of a live stream. */
export interface StreamOptions {
  /** ISO 639-1 code, or "auto" (the default). */
  language?: string;
  /** Id of a model; the server's default otherwise. */
  model?: string;
  /** Ends the stream at once, without its last words; `finish` is the other way. */
  signal?: AbortSignal;
  onPartial?: (partial: StreamPartial) => void;
  onSegment?: (segment: Segment) => void;
}

/** A live stream that is open. Can be iterated over for what it tells. */
export interface TranscriptStream extends AsyncIterable<StreamEvent> {
  /**
   * Sends samples: 16-bit, 16 kHz, mono; bytes are little-endian, and any number of them. Wait for it before the next: it
   * resolves when there is room.
   *
   * @throws what ended the stream
   */
  write(pcm: Int16Array | Uint8Array): Promise<void>;
  /**
   * Ends the stream; resolves with all that was said.
   *
   * @throws ApiError when the server refuses or fails, ConnectionError, TimeoutError
   */
  finish(): Promise<Transcript>;
}

/**
 * Opens a live stream.
 *
 * @throws ApiError "busy" when all places are taken, "language_not_supported", "model_not_found"; what `http` throws
 */
export async function openStream(http: Http, options: StreamOptions): Promise<TranscriptStream> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { token } = await http.json(routes.streamTokens, streamTokenSchema, {
    signal,
    json: wishesOf(options),
  });
  const url = new URL(`${http.server}${routes.stream.path}`.replace(/^http/, 'ws'));
  url.searchParams.set('token', token);
  for (const [name, value] of Object.entries(wishesOf(options))) url.searchParams.set(name, value);
  const stream = new SocketStream(http.platform.openSocket(url.href), http, options);
  await stream.opened;
  return stream;
}

const wishesOf = ({ language, model }: StreamOptions): Record<string, string> => ({
  ...(language === undefined ? {} : { language }),
  ...(model === undefined ? {} : { model }),
});

class SocketStream implements TranscriptStream {
  readonly #socket: PlatformSocket;
  readonly #http: Http;
  readonly #options: StreamOptions;
  readonly #watchdog: Watchdog;
  readonly #segments: Segment[] = [];
  readonly #result: Promise<Transcript>;
  #settle!: { resolve(transcript: Transcript): void; reject(failure: unknown): void };
  readonly opened: Promise<void>;
  #partial: StreamPartial | undefined;
  #ended: { failure?: unknown } | undefined;
  /** Half a sample. */
  #odd: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #finishing = false;
  #heard = 0;
  #wake: () => void = () => undefined;
  #changed = Promise.resolve();

  constructor(socket: PlatformSocket, http: Http, options: StreamOptions) {
    this.#socket = socket;
    this.#http = http;
    this.#options = options;
    this.#watchdog = new Watchdog(http.timeout, options.signal);
    this.#result = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.#result.catch(() => undefined); // whoever calls finish() hears of it
    this.#announce();
    socket.binaryType = 'arraybuffer';
    this.opened = new Promise((resolve, reject) => {
      socket.addEventListener('open', () => {
        // A live stream may be silent for as long as nobody speaks.
        this.#watchdog.pause();
        resolve();
      });
      this.#result.catch(reject);
    });
    socket.addEventListener('message', ({ data }) => this.#hear(data));
    socket.addEventListener('error', (event) =>
      this.#end(this.#broken((event as { error?: unknown }).error)),
    );
    socket.addEventListener('close', () => this.#end(this.#broken()));
    this.#watchdog.signal.addEventListener('abort', this.#abort, { once: true });
    if (this.#watchdog.signal.aborted) this.#abort();
  }

  async write(pcm: Int16Array | Uint8Array): Promise<void> {
    if (!(pcm instanceof Int16Array) && !(pcm instanceof Uint8Array))
      throw new TypeError('pcm must be an Int16Array or a Uint8Array');
    if (this.#finishing) throw new TypeError('write was called after finish');
    // Copied: the caller may reuse the array, and a socket may look at it later.
    const bytes = new Uint8Array(this.#odd.length + pcm.byteLength);
    bytes.set(this.#odd);
    bytes.set(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength), this.#odd.length);
    const whole = bytes.length - (bytes.length % 2);
    this.#odd = bytes.slice(whole);
    for (let at = 0; at < whole; at += FRAME) {
      this.#throwFailure();
      this.#socket.send(bytes.subarray(at, Math.min(whole, at + FRAME)));
      while (this.#socket.bufferedAmount > BUFFERED && !this.#ended) await this.#http.platform.sleep(POLL_MS);
    }
    this.#throwFailure();
  }

  async finish(): Promise<Transcript> {
    if (!this.#finishing && !this.#ended) {
      this.#finishing = true;
      this.#watchdog.touch();
      this.#socket.send(new Uint8Array(0));
    }
    return this.#result;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent, void> {
    let given = 0;
    let shown: StreamPartial | undefined;
    for (;;) {
      const changed = this.#changed;
      const segment = this.#segments[given];
      const partial = this.#partial;
      if (segment !== undefined) {
        given++;
        yield { type: 'segment', segment };
      } else if (partial !== undefined && partial !== shown) {
        shown = partial;
        yield { type: 'partial', partial };
      } else if (this.#ended) {
        if ('failure' in this.#ended) throw this.#ended.failure;
        return;
      } else {
        await changed;
      }
    }
  }

  #hear(data: unknown): void {
    if (this.#ended) return;
    if (this.#finishing) this.#watchdog.touch();
    try {
      if (typeof data !== 'string' || (this.#heard += data.length) > MOST_HEARD) throw badAnswer();
      const value = parseJson(new TextEncoder().encode(data));
      const refused = transcriptionErrorSchema.safeParse(value);
      if (refused.success) throw refusal(undefined, refused.data.code, refused.data.requestId);
      this.#take(checkShape(streamMessageSchema, value));
    } catch (failure) {
      this.#end(failure);
    }
  }

  #take(message: StreamMessage): void {
    switch (message.type) {
      case 'partial': {
        const { text, stable, start, end } = message;
        this.#partial = { text, stable, start, end };
        this.#announce();
        this.#options.onPartial?.(this.#partial);
        return;
      }
      case 'transcript': {
        const { type: _type, final: _final, ...segment } = message;
        this.#partial = undefined;
        this.#segments.push(segment);
        this.#announce();
        this.#options.onSegment?.(segment);
        return;
      }
      case 'final': {
        const { text, language, duration, model } = message;
        const speakers = new Set(this.#segments.flatMap(({ speaker }) => speaker ?? []));
        this.#settle.resolve({
          text,
          language,
          duration,
          model,
          segments: [...this.#segments],
          speakers: [...speakers],
        });
        this.#end();
      }
    }
  }

  readonly #abort = () => this.#end(this.#watchdog.signal.reason);

  #end(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = failure === undefined ? {} : { failure };
    this.#watchdog.signal.removeEventListener('abort', this.#abort);
    this.#watchdog.stop();
    this.#socket.close();
    if (failure !== undefined) this.#settle.reject(failure);
    this.#announce();
  }

  #broken(cause?: unknown): SealscribeError {
    const explained = this.#http.platform.explain?.(cause);
    return (
      explained ?? new ConnectionError('The connection broke before the stream was complete.', { cause })
    );
  }

  #throwFailure(): void {
    if (this.#ended && 'failure' in this.#ended) throw this.#ended.failure;
    if (this.#ended) throw new ConnectionError('The server has ended the stream.');
  }

  /** Wakes those who iterate. */
  #announce(): void {
    this.#wake();
    this.#changed = new Promise((resolve) => (this.#wake = resolve));
  }
}
