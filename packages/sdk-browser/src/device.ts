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

  /** Ends the worker and frees its memory; what is under way fails with an AbortError. The next recording starts it anew. */
  close(): void {
    this.#end(new DOMException('The recogniser was closed.', 'AbortError'));
  }

  /** Runs work when that before it is over. An abort ends the worker: nothing else stops a recognition at once. */
  async #inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const end = () => this.#end(signal?.reason);
    const turn = this.#last.then(async () => {
      signal?.throwIfAborted();
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

  /** Gives the worker something to do and hears it until it is done. What fails ends the worker: the next try has another. */
  async #exchange(message: ToWorker, listener: Listener): Promise<FromWorker> {
    const worker = this.#worker as Worker;
    let decoded: PageRecording | undefined;
    const answers: Partial<Record<FromWorker['kind'], (message: never) => unknown>> = {
      progress: ({ progress }: FromWorker & { kind: 'progress' }) => listener.onProgress?.(progress),
      segment: ({ segment }: FromWorker & { kind: 'segment' }) => listener.onSegment?.(segment),
      decode: async ({ recording }: FromWorker & { kind: 'decode' }) => {
        listener.onProgress?.({ stage: 'decoding', fraction: 0 });
        decoded = await decodeInPage(recording);
        send(decoded ? { kind: 'decoded', duration: decoded.duration } : { kind: 'undecodable' });
      },
      more: () => decoded && send({ kind: 'samples', ...decoded.next() }),
    };
    const send = (reply: ToWorker) =>
      worker.postMessage(reply, reply.kind === 'samples' ? reply.channels.map(({ buffer }) => buffer) : []);
    return new Promise<FromWorker>((resolve, reject) => {
      this.#rejectRunning = reject;
      worker.onerror = (event) => {
        event.preventDefault();
        const isLoaded = this.#model !== undefined;
        this.#end(
          isLoaded
            ? new SealscribeError('recognizer_failed', 'The recogniser failed: is there enough memory?')
            : new SealscribeError(
                'device_files_missing',
                `${this.#address} could not be started. ${REFUSED}`,
              ),
        );
      };
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === 'loaded' || data.kind === 'transcript') resolve(data);
        else if (data.kind === 'failed') this.#end(toError(data));
        else answers[data.kind]?.(data as never);
      };
      worker.postMessage(message);
    }).finally(() => (this.#rejectRunning = () => undefined));
  }

  #end(reason: unknown): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#model = undefined;
    this.#rejectRunning(reason);
  }
}

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

const defaultThreads = (): number =>
  Math.min(MOST_THREADS, Math.max(2, Math.ceil((globalThis.navigator?.hardwareConcurrency ?? 1) / 2)));

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
