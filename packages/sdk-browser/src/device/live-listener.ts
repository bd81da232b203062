/** A live stream in the worker, seen from the page: samples go over, what is understood comes back. */
import type { DeviceListener, StreamEvent, Transcript } from '@sealscribe/sdk-core';
import type { FromWorker } from './messages.js';
import type { RecogniserWorker } from './recogniser-worker.js';

/** Samples that may wait to be listened to before a writer has to wait: 20 s. */
const MOST_WAITING = 20 * 16_000;

/** One stream. */
export class LiveListener implements DeviceListener {
  #waiting = 0;
  #hasEnded = false;
  #wake: () => void = () => undefined;

  constructor(
    private readonly worker: RecogniserWorker,
    private readonly tell: (event: StreamEvent) => void,
    readonly result: Promise<Transcript>,
  ) {
    const end = () => {
      this.#hasEnded = true;
      this.#wake();
    };
    result.then(end, end);
  }

  /** Hears what the worker says of this stream. */
  hear(message: FromWorker): void {
    if (message.kind === 'live') this.tell(message.event);
    if (message.kind !== 'heard') return;
    this.#waiting -= message.samples;
    this.#wake();
  }

  async push(pcm: Int16Array<ArrayBuffer>): Promise<void> {
    if (this.#hasEnded) return;
    this.#waiting += pcm.length;
    this.worker.send({ kind: 'hear', pcm }, [pcm.buffer]);
    while (this.#waiting > MOST_WAITING && !this.#hasEnded)
      await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  finish(): void {
    this.worker.send({ kind: 'finish' });
  }
}
