/**
 * One live stream on the recogniser processes. While somebody speaks its jobs come before those of recordings; a stream that
 * comes in faster than anybody speaks is a recording, and takes its turn with the others.
 */
import {
  LiveTranscription,
  type LiveEvent,
  type Recognition,
  type SegmentSpan,
  type VadState,
} from '@sealscribe/asr';
import type { Transcript } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import type { Job, JobResult } from './recognizer-worker.js';
import { VAD_CONTEXT, VAD_HIDDEN, VAD_STATE } from './recognizer-protocol.js';
import type { Lane, Scheduler } from './scheduler.js';
import { wipe } from './wipe.js';

/** Seconds that a stream may be ahead of the clock: networks deliver in bursts. */
const AHEAD = 3;

/** Facts and listener of one stream. */
export interface LiveStreamOptions {
  /** Id of the model. */
  readonly model: string;
  /** A tag, or "auto". */
  readonly language: string;
  onEvent(event: LiveEvent): void;
}

/** A live stream: samples in, events out. */
export class LiveStream {
  readonly #options: LiveStreamOptions;
  readonly #live: Lane;
  readonly #ordinary: Lane;
  readonly #transcription: LiveTranscription;
  readonly #started = performance.now();

  constructor(scheduler: Scheduler, options: LiveStreamOptions) {
    this.#options = options;
    this.#live = scheduler.openLane('live');
    this.#ordinary = scheduler.openLane();
    this.#transcription = new LiveTranscription(
      {
        detect: (pcm, state) => this.#detect(pcm, state),
        recognize: (pcm, span, ...how) => this.#recognize(pcm, span, ...how),
      },
      {
        state: { context: new Float32Array(VAD_CONTEXT), hidden: new Float32Array(VAD_HIDDEN) },
        language: options.language,
        model: options.model,
        onEvent: (event) => options.onEvent(event),
      },
    );
  }

  /** Seconds given so far. */
  get duration(): number {
    return this.#transcription.duration;
  }

  /** Seconds given and not listened to yet. */
  get backlog(): number {
    return this.#transcription.backlog;
  }

  /**
   * Takes samples and wipes them; resolves when they have been worked through.
   *
   * @throws {HttpError} `recognizer_failed`
   */
  push(pcm: Float32Array): Promise<void> {
    const worked = this.#transcription.push(pcm);
    wipe(pcm);
    return worked;
  }

  /** Ends the stream. @throws {HttpError} `recognizer_failed` */
  finish(): Promise<Transcript> {
    return this.#transcription.finish();
  }

  /** Gives up; wipes what is left. */
  close(): void {
    this.#transcription.close();
    const gone = new HttpError('bad_request', 'The client went away.');
    this.#live.close(gone);
    this.#ordinary.close(gone);
  }

  async #detect(
    pcm: Float32Array,
    state: VadState,
  ): Promise<{ probabilities: Float32Array; state: VadState }> {
    const payload = new Float32Array(VAD_STATE + pcm.length);
    payload.set(state.context);
    payload.set(state.hidden, VAD_CONTEXT);
    payload.set(pcm, VAD_STATE);
    wipe(pcm);
    const result = await this.#submit({ header: { kind: 'vad' }, payload });
    const next = {
      context: result.payload.slice(0, VAD_CONTEXT),
      hidden: result.payload.slice(VAD_CONTEXT, VAD_STATE),
    };
    const probabilities = result.payload.slice(VAD_STATE);
    wipe(result.payload);
    return { probabilities, state: next };
  }

  async #recognize(
    pcm: Float32Array,
    span: SegmentSpan,
    final: boolean,
    hypothesis?: readonly number[],
  ): Promise<Recognition> {
    const { language, model } = this.#options;
    const draft = final ? {} : { draft: true };
    const { recognition } = await this.#submit({
      header: { kind: 'recognize', span, language, model, hypothesis, ...draft },
      payload: pcm,
    });
    if (recognition === undefined) throw new HttpError('recognizer_failed');
    return recognition;
  }

  #submit(job: Job): Promise<JobResult> {
    const elapsed = (performance.now() - this.#started) / 1000;
    return (this.duration <= elapsed + AHEAD ? this.#live : this.#ordinary).submit(job);
  }
}
