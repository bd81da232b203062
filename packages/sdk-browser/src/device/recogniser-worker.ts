/**
 * The worker of the recogniser, seen from the page: one piece of work after the other, and an end that is always noticed. A worker that runs
 * out of memory goes without a word, but it lets go of its lock (Web Locks API), which the page waits for.
 */
import { SealscribeError, type ModelInfo, type Transcript } from '@sealscribe/sdk-core';
import type { FromWorker, ToWorker } from './messages.js';
import { startWorker } from './worker-address.js';

/** Hears what comes before a piece of work is done. */
export type Hear = (message: FromWorker) => Promise<void> | void;

type Last = Extract<FromWorker, { kind: 'loaded' | 'transcript' }>;

const FAILED = 'The recogniser failed: is there enough memory?';
const REFUSED =
  "The file must be there, and a page with a policy must allow worker-src 'self', script-src 'wasm-unsafe-eval' and trusted-types sealscribe-device.";

/** A worker that was started. After `end`, or what ended it by itself, it is of no use. */
export class RecogniserWorker {
  readonly #address: string;
  readonly #worker: Worker;
  readonly #lock = `sealscribe-device ${crypto.randomUUID()}`;
  /** Ends the wait for the lock. */
  readonly #over = new AbortController();
  #model: ModelInfo | undefined;
  #rejectRunning: (reason: unknown) => void = () => undefined;

  /** @throws SealscribeError "device_unsupported" */
  constructor(address: string) {
    this.#address = address;
    try {
      this.#worker = startWorker(address);
    } catch (cause) {
      throw new SealscribeError('device_unsupported', REFUSED, { cause });
    }
  }

  get hasEnded(): boolean {
    return this.#over.signal.aborted;
  }

  /** Loads the model, once. @throws SealscribeError "device_unsupported", "device_files_missing" */
  async load(options: { files: string; threads: number }, hear: Hear): Promise<ModelInfo> {
    if (this.#model) return this.#model;
    const last = await this.#exchange({ kind: 'load', lock: this.#lock, ...options }, hear);
    return (this.#model = (last as Last & { kind: 'loaded' }).model);
  }

  /** Has the worker do something that a transcript comes of. @throws SealscribeError; what `end` was called with */
  async perform(message: ToWorker, hear: Hear): Promise<Transcript> {
    return ((await this.#exchange(message, hear)) as Last & { kind: 'transcript' }).transcript;
  }

  /** Tells the worker something that belongs to what it does. */
  send(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Ends the worker and frees its memory; what it does fails with `reason`. */
  end(reason: unknown): void {
    this.#worker.terminate();
    this.#over.abort(reason);
    this.#rejectRunning(reason);
  }

  async #exchange(message: ToWorker, hear: Hear): Promise<Last> {
    this.#over.signal.throwIfAborted();
    const worker = this.#worker;
    return new Promise<Last>((resolve, reject) => {
      this.#rejectRunning = reject;
      worker.onerror = (event) => {
        event.preventDefault();
        this.end(this.#model ? new SealscribeError('recognizer_failed', FAILED) : this.#notStarted());
      };
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === 'started') return this.#watch();
        if (data.kind === 'loaded' || data.kind === 'transcript') return resolve(data);
        // What the listener throws ends the work.
        if (data.kind !== 'failed')
          return void (async () => hear(data))().catch((error: unknown) => this.end(error));
        // A recording that cannot be read has done the recogniser no harm.
        if (this.#model && data.code !== 'recognizer_failed') return reject(toError(data));
        return this.end(toError(data));
      };
      worker.postMessage(message);
    }).finally(() => (this.#rejectRunning = () => undefined));
  }

  #watch(): void {
    const { signal } = this.#over;
    navigator.locks
      ?.request(this.#lock, { signal }, () => this.end(new SealscribeError('recognizer_failed', FAILED)))
      .catch(() => undefined);
  }

  #notStarted(): SealscribeError {
    return new SealscribeError('device_files_missing', `${this.#address} could not be started. ${REFUSED}`);
  }
}

const toError = ({ code, message, cause }: FromWorker & { kind: 'failed' }): SealscribeError =>
  new SealscribeError(code, message, { cause });
