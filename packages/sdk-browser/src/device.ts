/**
 * Transcription on the device: recordings are decoded and recognised in a worker of the page, with the model that a server uses too.
 * No server and no account is needed, and nothing is sent: the only requests are those for the files of the model, to the page's
 * own origin. What is missing is an error; nothing falls back to a server.
 *
 * @packageDocumentation
 */
import {
  openDeviceStream,
  SealscribeError,
  type DeviceListener,
  type ModelInfo,
  type StreamEvent,
  type StreamOptions,
  type Transcript,
  type TranscriptionWishes,
  type TranscriptStream,
} from '@sealscribe/sdk-core';
import { decodeInPage, type PageRecording } from './device/decode-in-page.js';
import type { DeviceOptions } from './device/device-options.js';
import { LiveListener } from './device/live-listener.js';
import type { Job, ToWorker } from './device/messages.js';
import { RecogniserWorker, type Hear } from './device/recogniser-worker.js';

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
  #worker: RecogniserWorker | undefined;
  /** Recordings and streams that are there, whether their turn has come or not. */
  #jobs = 0;
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
    return this.#inTurn(options.signal, async () => (await this.#load(options)).model);
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
    return this.#asJob(signal, async () => {
      const { worker } = await this.#load(wishes);
      return worker.perform({ kind: 'transcribe', job }, answerer(worker, wishes));
    });
  }

  /**
   * Opens a live stream: write samples (16-bit, 16 kHz, mono) as they are spoken. There is one at a time, and none beside a recording;
   * recordings that come meanwhile wait for its end.
   *
   * @throws SealscribeError "device_busy", "device_unsupported", "device_files_missing", "language_not_supported" or "model_not_found";
   * AbortError
   * @example
   * ```ts
   * const stream = await device.stream({ onPartial: ({ text }) => console.log(text) });
   * for await (const chunk of await openMicrophone()) await stream.write(chunk);
   * ```
   */
  async stream(options: StreamOptions = {}): Promise<TranscriptStream> {
    return openDeviceStream((tell) => this.#listen(options, tell), options);
  }

  /** Ends the worker and frees its memory; what is under way or waits fails with an AbortError. The next recording starts it anew. */
  close(): void {
    this.#closings++;
    this.#end(closed());
  }

  async #listen(
    { language, model, signal, onProgress }: StreamOptions,
    tell: (event: StreamEvent) => void,
  ): Promise<DeviceListener> {
    if (this.#jobs > 0) throw new SealscribeError('device_busy', BUSY);
    return new Promise((resolve, reject) => {
      const result: Promise<Transcript> = this.#asJob(signal, async () => {
        const { worker } = await this.#load({ onProgress });
        const listener = new LiveListener(worker, tell, result);
        return worker.perform({ kind: 'listen', wishes: { language, model } }, (message) =>
          message.kind === 'listening' ? resolve(listener) : listener.hear(message),
        );
      });
      result.catch(reject);
    });
  }

  async #asJob<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    this.#jobs++;
    try {
      return await this.#inTurn(signal, work);
    } finally {
      this.#jobs--;
    }
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

  async #load({
    onProgress,
  }: Pick<Listener, 'onProgress'>): Promise<{ worker: RecogniserWorker; model: ModelInfo }> {
    checkBrowser();
    if (this.#worker?.hasEnded !== false) this.#worker = new RecogniserWorker(this.#address);
    const worker = this.#worker;
    const model = await worker.load({ files: this.#files, threads: this.#threads }, (message) => {
      if (message.kind === 'progress') onProgress?.(message.progress);
    });
    return { worker, model };
  }

  #end(reason: unknown): void {
    this.#worker?.end(reason);
    this.#worker = undefined;
  }
}

/** Hears of a recording, and does for the worker what it cannot do itself. */
function answerer(worker: RecogniserWorker, { onProgress, onSegment }: Listener): Hear {
  let decoded: PageRecording | undefined;
  const send = (reply: ToWorker) =>
    worker.send(reply, reply.kind === 'samples' ? reply.channels.map(({ buffer }) => buffer) : []);
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

const BUSY =
  'The recogniser of this device has a recording or a live stream already: wait for its end, or end it.';

function checkBrowser(): void {
  if (!globalThis.isSecureContext)
    throw new SealscribeError(
      'insecure_context',
      'This page cannot check the files of the model: serve it over https:// or open it from localhost.',
    );
  if (typeof Worker === 'undefined' || typeof WebAssembly === 'undefined')
    throw new SealscribeError('device_unsupported', 'This browser has no WebAssembly or no workers.');
}

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
