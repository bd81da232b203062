/**
 * Transcription as the routes see it: admission, decoding, recognition and the facts about them. Plaintext and audio live
 * below this folder and nowhere else; nothing here writes to disk but the graphs of models, before the server is ready.
 */
import { availableParallelism } from 'node:os';
import type { Health, ModelInfo, Progress, Segment, Transcript } from '@sealscribe/protocol';
import { SAMPLE_RATE } from '@sealscribe/asr';
import { HttpError } from '../http-error.js';
import type { Logger } from '../log.js';
import { checkMedia, decodeMedia, decodePair, type Decoders } from '../media/decode.js';
import type { DeviceWish } from '../device/choose-device.js';
import { hasFfmpeg } from '../media/ffmpeg.js';
import { probeSandbox } from '../media/sandbox.js';
import type { TritonPlace } from '../triton/address.js';
import { TritonConnection } from '../triton/connect.js';
import { Admission, type Allowance, type Ticket } from './admission.js';
import { Backlog } from './backlog.js';
import { chooseLanguage, chooseModel } from './choose-model.js';
import { embeddedVad, findModels } from './model-files.js';
import type { MemoryBudget } from './memory-budget.js';
import { LiveStream, type LiveStreamOptions } from './live-stream.js';
import { transcribeAudio, type PipelineOptions } from './pipeline.js';
import { placeModels, type Placed } from './place-models.js';
import { RecognizerPool } from './recognizer-pool.js';
import type { RecyclingLimits } from './recycling.js';
import { Scheduler } from './scheduler.js';
import { findSpeakerModels, speakerCutters, type SpeakerModelFiles } from './speaker-models.js';
import { hasSpeakerPerChannel, transcribeChannels } from './two-channels.js';
import { Uploads } from './uploads.js';
import { RemoteSpeakers } from './voice-jobs.js';

/** What a transcriber is made of. */
export interface TranscriberOptions {
  /** Names or folders; the first is the default. */
  readonly model: readonly string[];
  /** Folder of downloaded models. */
  readonly models: string;
  /** Folder of the data: graphs made of models are kept in `cache` there. */
  readonly data: string;
  readonly device: DeviceWish;
  /** Triton that runs the models instead. */
  readonly triton?: TritonPlace | undefined;
  /** Folder of models that tell speakers apart. */
  readonly speakerModels?: string | undefined;
  readonly workers: number;
  readonly decoder: 'auto' | 'ffmpeg' | 'builtin';
  readonly maxUpload: number;
  readonly maxMemory: number;
  readonly maxDuration: number;
  readonly maxQueue: number;
  /** Seconds for which an upload in parts may be left alone. */
  readonly uploadIdle: number;
  /** When recogniser processes are replaced. */
  readonly recycling: RecyclingLimits;
  /** Is told what was used. */
  readonly spend: (account: string, seconds: number) => Promise<void>;
  readonly log: Logger;
  /** Folder of the built recognizer-process.js and decoder-process.js. */
  readonly scripts: string;
}

/** Wishes and listeners of one transcription. */
export interface TranscribeOptions {
  readonly model?: string | undefined;
  readonly language?: string | undefined;
  /** Whether to tell speakers apart. */
  readonly diarize?: boolean | undefined;
  /** How many speakers there are; 0 or nothing = find out. */
  readonly speakers?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onSegment?: (segment: Segment) => void;
}

/** What a request comes down to. */
export interface Choice {
  readonly model: ModelInfo;
  /** A tag, or "auto". */
  readonly language: string;
}

/** Speech to text on this machine. */
export class Transcriber {
  readonly #options: TranscriberOptions;
  readonly #decoders: Decoders;
  readonly #device: Placed['device'];
  readonly #pool: RecognizerPool;
  readonly #scheduler: Scheduler;
  readonly #admission: Admission;
  readonly #speakers: SpeakerModelFiles | undefined;
  readonly #triton: TritonConnection | undefined;
  readonly #stop = new AbortController();
  readonly #backlog = new Backlog();
  /** Recordings that come in parts. */
  readonly uploads: Uploads;

  private constructor(
    options: TranscriberOptions,
    decoders: Decoders,
    pool: RecognizerPool,
    device: Placed['device'],
    speakers: SpeakerModelFiles | undefined,
    triton: TritonConnection | undefined,
  ) {
    this.#options = options;
    this.#speakers = speakers;
    this.#triton = triton;
    this.#device = device;
    this.#decoders = decoders;
    this.#pool = pool;
    this.#scheduler = new Scheduler(pool);
    this.#admission = new Admission({
      running: 8 * Math.max(options.workers, 2),
      waiting: options.maxQueue,
      upload: options.maxUpload,
      memory: options.maxMemory,
    });
    this.uploads = new Uploads(this.#admission.budget, {
      size: options.maxUpload,
      idle: options.uploadIdle,
    });
  }

  /**
   * Loads the models into the recogniser processes and finds the decoder.
   *
   * @throws {Error} when a model is not there, the device that was named cannot be used, a recogniser does not start, or ffmpeg is demanded and missing.
   */
  static async start(options: TranscriberOptions): Promise<Transcriber> {
    const models = findModels(options.model, options.models);
    const speakers =
      options.speakerModels === undefined ? undefined : findSpeakerModels(options.speakerModels);
    const ffmpeg = options.decoder !== 'builtin' && hasFfmpeg();
    if (options.decoder === 'ffmpeg' && !ffmpeg)
      throw new Error('--decoder ffmpeg: there is no ffmpeg on the PATH; install it, or use --decoder auto.');
    const sandbox = probeSandbox();
    if (sandbox.noNetwork.length === 0)
      options.log.warn('decoders cannot be cut off from the network on this system');
    if (options.workers > availableParallelism()) options.log.warn('more recognisers than cores');
    const triton = options.triton && (await TritonConnection.open(options.triton, models, options.log));
    try {
      const { device, spec } = await placeModels(options, models, triton);
      const pool = await RecognizerPool.start({
        script: `${options.scripts}/recognizer-process.js`,
        spec: { vad: embeddedVad(), models: models.map(({ folder }) => folder), speakers, ...spec },
        size: options.workers,
        log: options.log,
        recycling: options.recycling,
      });
      const script = `${options.scripts}/decoder-process.js`;
      const kind = ffmpeg ? 'ffmpeg' : 'builtin';
      return new Transcriber(options, { kind, sandbox, script }, pool, device, speakers, triton);
    } catch (error) {
      triton?.close();
      throw error;
    }
  }

  /** All models; the first is the default. */
  get models(): readonly ModelInfo[] {
    return this.#pool.models;
  }

  /** Where models run, and why there. */
  get device(): Placed['device'] {
    return this.#device;
  }

  /** Whether what runs the models elsewhere was there a moment ago; always, where they run here. */
  get reachable(): boolean {
    return this.#triton?.reachable ?? true;
  }

  get decoder(): Health['decoder'] {
    return this.#decoders.kind;
  }

  /** Seconds of one recording or stream. */
  get maxDuration(): number {
    return this.#options.maxDuration;
  }

  /** What it holds and has done, in numbers. */
  get figures() {
    const { running, waiting, places, budget } = this.#admission;
    return {
      ...{ running, waiting, places },
      memory: { used: budget.used, total: budget.total },
      jobsWaiting: this.#scheduler.waiting,
      secondsWaiting: this.#backlog.seconds,
      pids: this.#pool.pids,
      recognizers: this.#pool.figures,
    };
  }

  /** A place for one recording; see {@link Admission.admit}. */
  admit(account: string, announcedBytes: number, allowance: Allowance): Ticket {
    return this.#admission.admit(account, announcedBytes, allowance);
  }

  /** Recordings of an account that have a place. */
  admittedOf(account: string): number {
    return this.#admission.admittedOf(account);
  }

  /** The memory of everything that clients have sent or not yet fetched. */
  get budget(): MemoryBudget {
    return this.#admission.budget;
  }

  /**
   * Checks wishes before any work is done for them.
   *
   * @throws {HttpError} `model_not_found`, `language_not_supported`.
   */
  checkWishes(wishes: Pick<TranscribeOptions, 'model' | 'language'>): Choice {
    const model = chooseModel(this.models, wishes.model);
    return { model, language: chooseLanguage(model, wishes.language) };
  }

  /** Checks that the upload is a recording that can be decoded here; see {@link checkMedia}. */
  checkUpload(ticket: Ticket): void {
    checkMedia(ticket.recording.views(), this.#decoders);
  }

  /**
   * Transcribes what was uploaded into the ticket, when its turn comes. The caller releases the ticket. What of it was heard counts as
   * used, also where nobody waited for the end.
   *
   * @throws {HttpError} `quota_exceeded` where the recording is longer than its account may still use. @throws the signal's reason.
   */
  async transcribe(ticket: Ticket, options: TranscribeOptions): Promise<Transcript> {
    const most = ticket.allowance.seconds ?? Infinity;
    let seconds = 0;
    try {
      const maxSeconds = Math.min(this.#options.maxDuration, Math.ceil(most));
      const heard = (samples: number) => (seconds = samples / SAMPLE_RATE);
      const transcript = await this.#transcribe(ticket, options, maxSeconds, heard);
      seconds = transcript.duration;
      return transcript;
    } catch (error) {
      const isTooLong = error instanceof HttpError && error.code === 'audio_too_long';
      throw isTooLong && most < this.#options.maxDuration ? new HttpError('quota_exceeded') : error;
    } finally {
      if (seconds > 0) await this.#options.spend(ticket.account, seconds);
    }
  }

  async #transcribe(
    ticket: Ticket,
    options: TranscribeOptions,
    maxSeconds: number,
    onHeard: (samples: number) => void,
  ): Promise<Transcript> {
    const { model, language } = this.checkWishes(options);
    this.checkUpload(ticket);
    const signal = AbortSignal.any([options.signal, this.#stop.signal]);
    const report = progressReporter(options.onProgress ?? (() => undefined));
    let longestQueue = 0;
    const waiting = this.#backlog.enter(ticket.recording.length);
    const lane = this.#scheduler.openLane();
    const close = () => lane.close(signal.reason);
    signal.addEventListener('abort', close, { once: true });
    let consumed = 0;
    try {
      await ticket.turn(signal, (ahead) => {
        longestQueue = Math.max(longestQueue, ahead + 1);
        report('waiting', 1 - (ahead + 1) / (longestQueue + 1));
      });
      const upload = ticket.recording.views();
      const limits = { maxSeconds, signal };
      const watched = {
        ...limits,
        onConsumed: (fraction: number) => {
          consumed = fraction;
          report('decoding', fraction);
        },
      };
      const wishes: PipelineOptions = {
        lane,
        model: model.id,
        language,
        maxSamples: maxSeconds * SAMPLE_RATE,
        ahead: 2 * this.#options.workers + 2,
        onSegment: (segment) => options.onSegment?.(segment),
        onProgress: (heard, done) => {
          onHeard(done);
          waiting.move(consumed, heard / SAMPLE_RATE, done / SAMPLE_RATE);
          report('transcribing', heard === 0 ? 0 : (consumed * done) / heard);
        },
      };
      // Who says that there is one speaker, or three, does not mean a call.
      const mayBeCall = options.diarize && [0, 2].includes(options.speakers ?? 0);
      const byChannel = mayBeCall && (await hasSpeakerPerChannel(decodePair(upload, this.#decoders, limits)));
      const transcript = byChannel
        ? await transcribeChannels(decodePair(upload, this.#decoders, watched), wishes)
        : await transcribeAudio(decodeMedia(upload, this.#decoders, watched), {
            ...wishes,
            speakerModel: options.diarize
              ? new RemoteSpeakers(lane, speakerCutters(this.#speakers))
              : undefined,
            speakers: options.speakers,
          });
      signal.throwIfAborted();
      report('transcribing', 1);
      return transcript;
    } finally {
      waiting.leave();
      signal.removeEventListener('abort', close);
      lane.close(new HttpError('internal'));
    }
  }

  /**
   * Opens a live stream; the caller closes it.
   *
   * @throws {HttpError} `model_not_found`, `language_not_supported`.
   */
  openStream(
    wishes: Pick<TranscribeOptions, 'model' | 'language'>,
    onEvent: LiveStreamOptions['onEvent'],
  ): LiveStream {
    const { model, language } = this.checkWishes(wishes);
    return new LiveStream(this.#scheduler, { model: model.id, language, onEvent });
  }

  /** Admits nobody any more and waits for what runs, at most `seconds`; what is left then is aborted. */
  async drain(seconds: number): Promise<void> {
    const limit = setTimeout(
      () => this.#stop.abort(new HttpError('unavailable', 'The server is stopping.', { retryAfter: 30 })),
      seconds * 1000,
    );
    this.uploads.close();
    await this.#admission.drain();
    clearTimeout(limit);
  }

  /** Ends the recogniser processes. */
  async close(): Promise<void> {
    this.#stop.abort(new HttpError('unavailable'));
    this.#triton?.close();
    await this.#pool.close();
  }
}

/** Passes on progress that is new: a stage never goes backwards, and steps are at least a hundredth. */
function progressReporter(listener: (progress: Progress) => void) {
  const reached = new Map<Progress['stage'], number>();
  return (stage: Progress['stage'], fraction: number): void => {
    const before = reached.get(stage);
    const now = Math.min(1, Math.max(0, fraction));
    if (before !== undefined && (now <= before || (now - before < 0.01 && now < 1))) return;
    // Decoding runs ahead of recognition: once there is text, that is the stage to show.
    if (stage === 'decoding' && (reached.get('transcribing') ?? 0) > 0) return;
    reached.set(stage, now);
    listener({ stage, fraction: Math.round(now * 1000) / 1000 });
  };
}
