/**
 * The way of one recording: samples as the decoder gives them -> voice activity in windows -> segments as soon as they are
 * certain -> recognisers -> segments of the transcript in order. At most about a minute of samples is in memory.
 */
import {
  assembleTranscript,
  assignSpeakers,
  Diarizer,
  FRAME_SAMPLES,
  PcmWindow,
  SAMPLE_RATE,
  Segmenter,
  SpokenLanguage,
  toSeconds,
  toSegment,
  type Recognition,
  type SegmentSpan,
  type SpeakerModel,
} from '@sealscribe/asr';
import type { Segment, Transcript } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import { VAD_STATE } from './recognizer-protocol.js';
import type { Lane } from './scheduler.js';
import { wipe } from './wipe.js';

/** About 29 s. */
const WINDOW = 900 * FRAME_SAMPLES;
/** Samples that decoding may be ahead of voice activity detection. */
const DECODED_AHEAD = 2 * WINDOW;

/** What one transcription is about. */
export interface PipelineOptions {
  readonly lane: Lane;
  /** Id of the model. */
  readonly model: string;
  /** A tag, or "auto". */
  readonly language: string;
  /** Longest recording in samples. */
  readonly maxSamples: number;
  /** Segments that may be in work before decoding waits. */
  readonly ahead: number;
  /** Tells speakers apart; without it they are not. */
  readonly speakerModel?: SpeakerModel | undefined;
  /** How many speakers there are; 0 = find out. */
  readonly speakers?: number | undefined;
  /** Each segment as soon as it and all before it are there. */
  onSegment(segment: Segment): void;
  /** Samples heard so far, and samples whose text is there. */
  onProgress(heard: number, done: number): void;
}

/**
 * Transcribes the samples of one recording: 16 kHz, mono. The chunks are wiped as they are taken.
 *
 * @throws {HttpError} `audio_too_long`, `recognizer_failed`, and what `audio` throws.
 */
export async function transcribeAudio(
  audio: AsyncIterable<Float32Array>,
  options: PipelineOptions,
): Promise<Transcript> {
  const recording = new Recording(options);
  try {
    for await (const chunk of audio) {
      await recording.push(chunk);
      wipe(chunk);
    }
    return await recording.finish();
  } finally {
    recording.clear();
  }
}

/** The samples of one recording on their way to a transcript; cleared by whoever made it. */
export class Recording {
  readonly #options: PipelineOptions;
  readonly #window = new PcmWindow();
  readonly #segmenter = new Segmenter();
  readonly #segments: Segment[] = [];
  readonly #spoken = new SpokenLanguage();
  /** The detector's memory, as it travels. */
  #state = new Float32Array(VAD_STATE);
  #detected = 0;
  /** Recognitions in order of their spans, up to the first that is not there yet. */
  readonly #pending: { span: SegmentSpan; recognition?: Recognition }[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #diarizer: Diarizer | undefined;
  /** Goes on while decoding does. */
  #detecting: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
    if (options.speakerModel !== undefined)
      this.#diarizer = new Diarizer(options.speakerModel, (start, end) =>
        this.#window.copy(start, Math.min(end, this.#window.end)),
      );
  }

  /** Takes the next samples, a copy. @throws {HttpError} `audio_too_long`, `recognizer_failed`. */
  async push(samples: Float32Array): Promise<void> {
    if (this.#window.end + samples.length > this.#options.maxSamples) throw new HttpError('audio_too_long');
    this.#window.append(samples);
    this.#keepDetecting();
    while (this.#detecting && this.#window.end - this.#detected >= DECODED_AHEAD) await this.#detecting;
    this.#throwFailure();
  }

  /** The transcript of all samples. @throws {HttpError} `recognizer_failed`. */
  async finish(): Promise<Transcript> {
    const total = this.#window.end;
    await this.#detecting;
    this.#throwFailure();
    if (total > this.#detected) await this.#detect(total);
    for (const span of this.#segmenter.flush(total)) await this.#recognize(span);
    const turns = await this.#diarizer?.finish(total, this.#options.speakers);
    await Promise.all(this.#running);
    this.#throwFailure();
    const { model } = this.#options;
    const language = this.#spoken.resolve(this.#options.language);
    const segments = turns === undefined ? this.#segments : assignSpeakers(this.#segments, turns);
    return assembleTranscript(segments, { duration: toSeconds(total), language, model });
  }

  /** Wipes what is left of the samples. */
  clear(): void {
    this.#window.clear();
    wipe(this.#state);
  }

  #keepDetecting(): void {
    this.#detecting ??= this.#detectWhole()
      .catch((error: unknown) => {
        this.#failure ??= error as Error;
      })
      .finally(() => (this.#detecting = undefined));
  }

  /** All whole windows that there are, also those that come meanwhile. */
  async #detectWhole(): Promise<void> {
    while (this.#failure === undefined && this.#window.end - this.#detected >= WINDOW)
      await this.#detect(this.#detected + WINDOW);
  }

  async #detect(end: number): Promise<void> {
    const payload = this.#window.copy(this.#detected, end, VAD_STATE);
    payload.set(this.#state);
    // Before the segments that wait: without new ones the recognisers would soon have nothing to do.
    const result = await this.#options.lane.submit({ header: { kind: 'vad' }, payload }, { first: true });
    this.#state.set(result.payload.subarray(0, VAD_STATE));
    const probabilities = result.payload.subarray(VAD_STATE);
    const spans = this.#segmenter.push(probabilities);
    this.#detected = end;
    for (const span of spans) await this.#recognize(span);
    await this.#diarizer?.push(probabilities);
    wipe(result.payload);
    const needed = Math.min(this.#segmenter.neededFrom, this.#diarizer?.neededFrom ?? end);
    this.#window.forgetBefore(Math.min(needed, end));
    this.#report();
  }

  /** Starts a recognition; waits only while too many are running. */
  async #recognize(span: SegmentSpan): Promise<void> {
    while (this.#running.size >= this.#options.ahead) await Promise.race(this.#running);
    this.#throwFailure();
    const entry: { span: SegmentSpan; recognition?: Recognition } = { span };
    this.#pending.push(entry);
    const payload = this.#window.copy(span.start, span.end);
    const { lane, language, model } = this.#options;
    const running = lane
      .submit({ header: { kind: 'recognize', span, language, model }, payload })
      .then(({ recognition }) => {
        if (recognition === undefined) throw new HttpError('recognizer_failed');
        entry.recognition = recognition;
        this.#give();
      })
      .catch((error: unknown) => {
        this.#failure ??= error as Error;
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Gives out the segments whose turn has come. */
  #give(): void {
    for (;;) {
      const [first] = this.#pending;
      if (first?.recognition === undefined) break;
      this.#pending.shift();
      this.#spoken.add(first.recognition, (first.span.end - first.span.start) / SAMPLE_RATE);
      const segment = toSegment(first.span, first.recognition, this.#segments.length);
      if (segment === undefined) continue;
      this.#segments.push(segment);
      this.#options.onSegment(segment);
    }
    this.#report();
  }

  #report(): void {
    const certain = Math.min(this.#segmenter.neededFrom, this.#detected);
    this.#options.onProgress(this.#window.end, this.#pending[0]?.span.start ?? certain);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
