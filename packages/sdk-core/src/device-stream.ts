/** A live stream that a recogniser on this device listens to: to its caller the same as one over a socket. */
import type { Transcript } from '@sealscribe/protocol';
import { LiveStream, type StreamEvent, type StreamOptions, type TranscriptStream } from './live-stream.js';

/** A recogniser that listens to one stream. */
export interface DeviceListener {
  /** Takes samples, which are its own from then on; resolves when there is room for more. */
  push(pcm: Int16Array<ArrayBuffer>): Promise<void>;
  /** Asks for the last words: `result` is to come. */
  finish(): void;
  /** All that was said, or what ended it. */
  readonly result: Promise<Transcript>;
}

/** Opens a recogniser that calls `tell` with what it understands. */
export type OpenDeviceListener = (tell: (event: StreamEvent) => void) => Promise<DeviceListener>;

/**
 * Opens a live stream over a recogniser.
 *
 * @throws what `open` throws
 */
export async function openDeviceStream(
  open: OpenDeviceListener,
  options: StreamOptions,
): Promise<TranscriptStream> {
  const stream = new DeviceStream(options);
  stream.listen(await open((event) => stream.take(event)));
  return stream;
}

class DeviceStream extends LiveStream {
  readonly #signal: AbortSignal | undefined;
  #listener!: DeviceListener;

  constructor(options: StreamOptions) {
    super(options);
    this.#signal = options.signal;
  }

  listen(listener: DeviceListener): void {
    this.#listener = listener;
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
    listener.result.then(
      (transcript) => this.complete(transcript),
      (failure: unknown) => this.fail(failure),
    );
  }

  take(event: StreamEvent): void {
    if (this.hasEnded) return;
    if (event.type === 'partial') this.takePartial(event.partial);
    else this.takeSegment(event.segment);
  }

  protected send(samples: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#listener.push(new Int16Array(samples.slice().buffer));
  }

  protected sendEnd(): void {
    this.#listener.finish();
  }

  protected letGo(): void {
    this.#signal?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = () => this.fail(this.#signal?.reason);
}
