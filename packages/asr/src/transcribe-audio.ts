/**
 * The whole way of a recording in one process, from samples as they come to a transcript: what browsers use. At most about a
 * minute of samples is held. A server does the same steps with its recognisers in other processes.
 */
import type { Segment, Transcript } from '@sealscribe/protocol';
import { FRAME_SAMPLES, SAMPLE_RATE, toSeconds } from './audio.js';
import { assignSpeakers } from './diarization/assign-speakers.js';
import { Diarizer } from './diarization/diarizer.js';
import type { SpeakerModel } from './diarization/speaker-model.js';
import { PcmWindow } from './pcm-window.js';
import { recognizeSegment } from './recognize-segment.js';
import { chooseLanguage, type RecognizeOptions, type Recognizer } from './recognizer.js';
import { Segmenter, type SegmentSpan } from './segmenter.js';
import { SpokenLanguage } from './spoken-language.js';
import { assembleTranscript, toSegment } from './transcript.js';
import type { VadState, VoiceActivityDetector } from './vad.js';

/** About 31 s: how far voice activity detection runs ahead of recognition. */
const WINDOW = 960 * FRAME_SAMPLES;

/** Models and wishes for {@link transcribeAudio}. */
export interface TranscribeAudioOptions extends RecognizeOptions {
  readonly vad: VoiceActivityDetector;
  readonly recognizer: Recognizer;
  /** Tells speakers apart; without it they are not. The segments that `onSegment` is called with have none yet. */
  readonly speakerModel?: SpeakerModel | undefined;
  /** How many speakers there are, up to 20; 0 (the default) means find out. */
  readonly speakers?: number | undefined;
  /** Called with each segment as soon as it is there, in order. */
  readonly onSegment?: ((segment: Segment) => void) | undefined;
  /** Called with the seconds of the recording that are done. */
  readonly onProgress?: ((seconds: number) => void) | undefined;
}

/**
 * Transcribes a recording of any length as it comes: chunks of any size of mono float32 at 16 kHz, which are copied. Silence,
 * tones and noise give a transcript without segments.
 *
 * @throws {RangeError} when there are samples that are not finite, the model does not know the language, or `speakers` is too many.
 * @throws {AsrError} `runtime_failed`.
 * @throws the signal's reason (AbortError) when aborted, and what `audio` throws.
 */
export async function transcribeAudio(
  audio: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  options: TranscribeAudioOptions,
): Promise<Transcript> {
  const recording = new Recording(options);
  try {
    for await (const chunk of audio) await recording.push(chunk);
    return await recording.finish();
  } finally {
    recording.clear();
  }
}

class Recording {
  readonly #options: TranscribeAudioOptions;
  readonly #language: string;
  readonly #window = new PcmWindow();
  readonly #segmenter = new Segmenter();
  readonly #diarizer: Diarizer | undefined;
  readonly #segments: Segment[] = [];
  readonly #spoken = new SpokenLanguage();
  #state: VadState;
  /** How far voice activity is known. */
  #detected = 0;

  constructor(options: TranscribeAudioOptions) {
    this.#options = options;
    this.#language = chooseLanguage(options.recognizer.model, options.language);
    this.#state = options.vad.createState();
    if (options.speakerModel)
      this.#diarizer = new Diarizer(options.speakerModel, (start, end) =>
        this.#window.copy(start, Math.min(end, this.#window.end)),
      );
  }

  async push(samples: Float32Array): Promise<void> {
    for (let at = 0; at < samples.length; at += WINDOW) {
      this.#window.append(samples.subarray(at, at + WINDOW));
      while (this.#window.end - this.#detected >= WINDOW) await this.#detect(this.#detected + WINDOW);
    }
  }

  async finish(): Promise<Transcript> {
    const total = this.#window.end;
    if (total > this.#detected) await this.#detect(total);
    await this.#recognize(this.#segmenter.flush(total));
    const turns = await this.#diarizer?.finish(total, this.#options.speakers);
    this.#options.signal?.throwIfAborted();
    return assembleTranscript(turns ? assignSpeakers(this.#segments, turns) : this.#segments, {
      duration: toSeconds(total),
      language: this.#spoken.resolve(this.#language),
      model: this.#options.recognizer.model.id,
    });
  }

  /** Wipes what is left of the samples. */
  clear(): void {
    this.#window.clear();
    this.#state.context.fill(0);
  }

  async #detect(end: number): Promise<void> {
    this.#options.signal?.throwIfAborted();
    const pcm = this.#window.copy(this.#detected, end);
    const { probabilities, state } = await this.#options.vad.run(pcm, this.#state);
    pcm.fill(0);
    this.#state = state;
    this.#detected = end;
    await this.#recognize(this.#segmenter.push(probabilities));
    await this.#diarizer?.push(probabilities);
    const needed = Math.min(this.#segmenter.neededFrom, this.#diarizer?.neededFrom ?? end, end);
    this.#window.forgetBefore(needed);
    this.#options.onProgress?.(toSeconds(Math.min(this.#segmenter.neededFrom, end)));
  }

  async #recognize(spans: readonly SegmentSpan[]): Promise<void> {
    const { recognizer, signal, words = true, onSegment, onProgress } = this.#options;
    for (const span of spans) {
      const pcm = this.#window.copy(span.start, span.end);
      const recognition = await recognizeSegment(
        (piece, regions) => recognizer.recognize(piece, { signal, language: this.#language, words, regions }),
        pcm,
        span,
      );
      pcm.fill(0);
      this.#spoken.add(recognition, (span.end - span.start) / SAMPLE_RATE);
      const segment = toSegment(span, recognition, this.#segments.length);
      if (segment) {
        this.#segments.push(segment);
        onSegment?.(segment);
      }
      onProgress?.(toSeconds(span.end));
    }
  }
}
