/**
 * Transcription on the device: recordings are decoded and recognised in a worker of the page, with the model that a server uses too.
 * No server and no account is needed, and nothing is sent: the only requests are those for the files of the model, to the page's
 * own origin. What is missing is an error; nothing falls back to a server.
 *
 * @packageDocumentation
 */
import {
  SealscribeError,
  type ModelInfo,
  type Transcript,
  type TranscriptionWishes,
} from '@sealscribe/sdk-core';
import { decodeInPage, type PageRecording } from './device/decode-in-page.js';
import type { DeviceOptions } from './device/device-options.js';
import type { FromWorker, Job, ToWorker } from './device/messages.js';
import { startWorker } from './device/worker-address.js';

export type { DeviceOptions };

const MOST_SPEAKERS = 20;
const MOST_THREADS = 4;

/** What one piece of work in the worker is heard by. */
type Listener = Pick<TranscriptionWishes, 'onProgress' | 'onSegment'>;

/**
 * A recogniser on this device. The model is loaded once and stays in memory, about 300 MB, until `close`; recordings are taken one
 * after the other.
 *
 * @example
 * ```ts
 * const device = new DeviceTranscriber();
 * const transcript = await device.transcribe(file, { onSegment: ({ text }) => console.log(text) });
 * ```
 */
export class DeviceTranscriber {
  readonly #files: string;
  readonly #address: string;
  readonly #threads: number;
  #worker: Worker | undefined;
  /** What the worker has loaded. */
  #model: ModelInfo | undefined;
  /** Fails what the worker is doing. */
  #rejectRunning: (reason: unknown) => void = () => undefined;
  /** How often it was closed. */
  #closings = 0;
  /** Settles when the work before is over. */
  #last: Promise<unknown> = Promise.resolve();

  /** @throws TypeError when an address is of another origin than the page; RangeError for `threads` */
  constructor(options: DeviceOptions = {}) {
    const { files = 'sealscribe-device/', worker, threads = defaultThreads() } = options;
    const folder = sameOrigin(files, 'files');
    this.#files = folder.endsWith('/') ? folder : `${folder}/`;
    this.#address = sameOrigin(worker ?? new URL('./device-worker.js', import.meta.url), 'worker');
    if (!Number.isSafeInteger(threads) || threads < 1 || threads > 64)
      throw new RangeError('threads must be a whole number from 1 to 64');
    this.#threads = globalThis.crossOriginIsolated ? threads : 1;
  }

  /**
   * Loads the model ahead of the first recording.
   *
   * @throws SealscribeError "device_unsupported", "device_files_missing"; AbortError
   */
  async prepare(options: Pick<TranscriptionWishes, 'signal' | 'onProgress'> = {}): Promise<ModelInfo> {
    return this.#inTurn(options.signal, async () => this.#load(options));
  }

  /**
   * Transcribes a recording: WAV, MP3, MP4/M4A, WebM, Ogg and FLAC, as far as the browser can decode them.
   *
   * @throws SealscribeError "device_unsupported", "device_files_missing", "undecodable_media", "no_audio", "recognizer_failed",
   * "language_not_supported" or "model_not_found"; AbortError; TypeError, RangeError
   */
  async transcribe(recording: Blob, wishes: TranscriptionWishes = {}): Promise<Transcript> {
    if (!(recording instanceof Blob)) throw new TypeError('recording must be a Blob or File');
    const { language, model, signal, speakers = 0, diarize = speakers > 0 } = wishes;
    if (!Number.isSafeInteger(speakers) || speakers < 0 || speakers > MOST_SPEAKERS)
      throw new RangeError(`speakers must be a whole number up to ${MOST_SPEAKERS}`);
    const job: Job = { recording, language, model, speakers: diarize ? speakers : undefined };
    return this.#inTurn(signal, async () => {
      await this.#load(wishes);
      const done = await this.#exchange({ kind: 'transcribe', job }, wishes);
      return (done as FromWorker & { kind: 'transcript' }).transcript;
    });
  }

  /** Ends the worker and frees its memory; what is under way or waits fails with an AbortError. The next recording starts it anew. */
  close(): void {
    this.#closings++;
    this.#end(closed());
  }

  /** Runs work when that before it is over. An abort ends the worker: nothing else stops a recognition at once. */
  async #inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const end = () => this.#end(signal?.reason);
    const closings = this.#closings;
    const turn = this.#last.then(async () => {
      signal?.throwIfAborted();
      if (closings !== this.#closings) throw closed();
      signal?.addEventListener('abort', end, { once: true });
      try {
        return await work();
      } finally {
        signal?.removeEventListener('abort', end);
      }
    });
    this.#last = turn.catch(() => undefined);
    return signal ? Promise.race([turn, whenAborted(signal)]) : turn;
  }

  async #load(listener: Listener): Promise<ModelInfo> {
    if (this.#model) return this.#model;
    checkBrowser();
    try {
      this.#worker = startWorker(this.#address);
    } catch (cause) {
      throw new SealscribeError('device_unsupported', REFUSED, { cause });
    }
    const answer = await this.#exchange(
      { kind: 'load', files: this.#files, threads: this.#threads },
      listener,
    );
    return (this.#model = (answer as FromWorker & { kind: 'loaded' }).model);
  }

  /** Gives the worker something to do and hears it until it is done. If the recogniser fails, the next try has another worker. */
  async #exchange(message: ToWorker, listener: Listener): Promise<FromWorker> {
    const worker = this.#worker;
    if (!worker) throw closed();
    return new Promise<FromWorker>((resolve, reject) => {
      this.#rejectRunning = reject;
      const answer = answerer(worker, listener);
      worker.onerror = (event) => {
        event.preventDefault();
        this.#end(this.#model ? new SealscribeError('recognizer_failed', FAILED) : this.#notStarted());
      };
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === 'loaded' || data.kind === 'transcript') return resolve(data);
        if (data.kind !== 'failed') return answer(data).catch((error: unknown) => this.#end(error));
        // A recording that cannot be read has done the recogniser no harm.
        if (this.#model && data.code !== 'recognizer_failed') return reject(toError(data));
        return this.#end(toError(data));
      };
      worker.postMessage(message);
    }).finally(() => (this.#rejectRunning = () => undefined));
  }

  #notStarted(): SealscribeError {
    return new SealscribeError('device_files_missing', `${this.#address} could not be started. ${REFUSED}`);
  }

  #end(reason: unknown): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#model = undefined;
    this.#rejectRunning(reason);
  }
}

/** What the page does for the worker meanwhile. */
function answerer(
  worker: Worker,
  { onProgress, onSegment }: Listener,
): (question: FromWorker) => Promise<void> {
  let decoded: PageRecording | undefined;
  const send = (reply: ToWorker) =>
    worker.postMessage(reply, reply.kind === 'samples' ? reply.channels.map(({ buffer }) => buffer) : []);
  return async (question) => {
    if (question.kind === 'progress') onProgress?.(question.progress);
    else if (question.kind === 'segment') onSegment?.(question.segment);
    else if (question.kind === 'more' && decoded) send({ kind: 'samples', ...decoded.next() });
    else if (question.kind === 'decode') {
      onProgress?.({ stage: 'decoding', fraction: 0 });
      decoded = await decodeInPage(question.recording);
      send(decoded ? { kind: 'decoded', duration: decoded.duration } : { kind: 'undecodable' });
    }
  };
}

const FAILED = 'The recogniser failed: is there enough memory?';
const REFUSED =
  "The file must be there, and a page with a policy must allow worker-src 'self', script-src 'wasm-unsafe-eval' and trusted-types sealscribe-device.";

function checkBrowser(): void {
  if (!globalThis.isSecureContext)
    throw new SealscribeError(
      'insecure_context',
      'This page cannot check the files of the model: serve it over https:// or open it from localhost.',
    );
  if (typeof Worker === 'undefined' || typeof WebAssembly === 'undefined')
    throw new SealscribeError('device_unsupported', 'This browser has no WebAssembly or no workers.');
}

const toError = ({ code, message, cause }: FromWorker & { kind: 'failed' }): SealscribeError =>
  new SealscribeError(code, message, { cause });

const closed = (): DOMException => new DOMException('The recogniser was closed.', 'AbortError');

/** Half of the processor: a thread that waits for one that the machine has stopped is slower than none. */
const defaultThreads = (): number =>
  Math.min(MOST_THREADS, Math.ceil((globalThis.navigator?.hardwareConcurrency ?? 1) / 2));

/** The absolute address of something that must be the page's own. */
function sameOrigin(address: string | URL, option: string): string {
  const url = new URL(address, globalThis.document?.baseURI ?? globalThis.location?.href);
  if (url.origin !== globalThis.location?.origin)
    throw new TypeError(`${option} must be of the page's own origin`);
  return url.href;
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
