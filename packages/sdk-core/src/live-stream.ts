/**
 * What a live stream is to whoever writes to it and reads from it, wherever its samples go: whole samples out of any bytes, what was told
 * in order, and one end. Where they go is a subclass's: over a socket (stream.ts), or to this device (device-stream.ts).
 */
import type { Progress, Segment, Transcript } from '@sealscribe/protocol';
import { ConnectionError } from './errors.js';

/** Bytes that are handed on at once: a second of audio. */
const FRAME = 32_000;

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
  /**
   * Where it is recognised: on the `server` (the default), or on this `device`, where nothing is sent and where what is missing is an
   * error. Browsers can.
   */
  where?: 'server' | 'device' | undefined;
  /** ISO 639-1 code, or "auto" (the default). */
  language?: string;
  /** Id of a model; the server's default otherwise. */
  model?: string;
  /** Ends the stream at once, without its last words; `finish` is the other way. */
  signal?: AbortSignal;
  onPartial?: (partial: StreamPartial) => void;
  onSegment?: (segment: Segment) => void;
  /** Called while a device loads its model, before the stream is open. */
  onProgress?: (progress: Progress) => void;
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
   * @throws ApiError when the server refuses or fails, ConnectionError, TimeoutError; on a device SealscribeError "recognizer_failed"
   */
  finish(): Promise<Transcript>;
}

/** A live stream without the way of its samples. */
export abstract class LiveStream implements TranscriptStream {
  /** All that was said, or what ended the stream. */
  protected readonly result: Promise<Transcript>;
  protected readonly segments: Segment[] = [];
  protected isFinishing = false;
  readonly #options: StreamOptions;
  #settle!: { resolve(transcript: Transcript): void; reject(failure: unknown): void };
  #partial: StreamPartial | undefined;
  #ended: { failure?: unknown } | undefined;
  /** Half a sample. */
  #odd: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #wake: () => void = () => undefined;
  #changed = Promise.resolve();

  constructor(options: StreamOptions) {
    this.#options = options;
    this.result = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.result.catch(() => undefined); // whoever calls finish() hears of it
    this.#announce();
  }

  /** Hands on whole samples, a copy; waits until there is room for more. */
  protected abstract send(samples: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Asks for the last words. */
  protected abstract sendEnd(): void;
  /** Called once, at the end. */
  protected abstract letGo(): void;

  async write(pcm: Int16Array | Uint8Array): Promise<void> {
    if (!(pcm instanceof Int16Array) && !(pcm instanceof Uint8Array))
      throw new TypeError('pcm must be an Int16Array or a Uint8Array');
    if (this.isFinishing) throw new TypeError('write was called after finish');
    // Copied: the caller may reuse the array, and it may be looked at later.
    const bytes = new Uint8Array(this.#odd.length + pcm.byteLength);
    bytes.set(this.#odd);
    bytes.set(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength), this.#odd.length);
    const whole = bytes.length - (bytes.length % 2);
    this.#odd = bytes.slice(whole);
    for (let at = 0; at < whole; at += FRAME) {
      this.#throwFailure();
      await this.send(bytes.subarray(at, Math.min(whole, at + FRAME)));
    }
    this.#throwFailure();
  }

  async finish(): Promise<Transcript> {
    if (!this.isFinishing && !this.#ended) {
      this.isFinishing = true;
      this.sendEnd();
    }
    return this.result;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent, void> {
    let given = 0;
    let shown: StreamPartial | undefined;
    for (;;) {
      const changed = this.#changed;
      const segment = this.segments[given];
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

  protected get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  protected takePartial(partial: StreamPartial): void {
    this.#partial = partial;
    this.#announce();
    this.#options.onPartial?.(partial);
  }

  protected takeSegment(segment: Segment): void {
    this.#partial = undefined;
    this.segments.push(segment);
    this.#announce();
    this.#options.onSegment?.(segment);
  }

  protected complete(transcript: Transcript): void {
    if (this.#end({})) this.#settle.resolve(transcript);
  }

  protected fail(failure: unknown): void {
    if (this.#end({ failure })) this.#settle.reject(failure);
  }

  #end(ended: { failure?: unknown }): boolean {
    if (this.#ended) return false;
    this.#ended = ended;
    this.letGo();
    this.#announce();
    return true;
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
