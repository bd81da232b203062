/**
 * The whole way of a recording in one process, from samples to transcript: what tests and browsers use. A server does the
 * same steps with its recognisers in other processes.
 */
import type { Segment, Transcript } from '@sealscribe/protocol';
import { FRAME_SAMPLES, SAMPLE_RATE, toSeconds } from './audio.js';
import { recognizeSegment } from './recognize-segment.js';
import { chooseLanguage, type RecognizeOptions, type Recognizer } from './recognizer.js';
import { Segmenter, type SegmentSpan } from './segmenter.js';
import { SpokenLanguage } from './spoken-language.js';
import { assembleTranscript, toSegment } from './transcript.js';
import type { VoiceActivityDetector } from './vad.js';

/** About 31 s: how far voice activity detection runs ahead of recognition. */
const WINDOW = 960 * FRAME_SAMPLES;

/** Models and wishes for {@link transcribePcm}. */
export interface TranscribePcmOptions extends RecognizeOptions {
  readonly vad: VoiceActivityDetector;
  readonly recognizer: Recognizer;
  /** Called with each segment as soon as it is there, in order. */
  readonly onSegment?: (segment: Segment) => void;
  /** Called with the part of the recording that is done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Transcribes a recording of any length: mono float32 at 16 kHz. Silence, tones and noise give a transcript without segments.
 *
 * @throws {RangeError} when `pcm` holds samples that are not finite, or the model does not know the language.
 * @throws {AsrError} `runtime_failed`.
 * @throws the signal's reason (AbortError) when aborted.
 */
export async function transcribePcm(pcm: Float32Array, options: TranscribePcmOptions): Promise<Transcript> {
  const { vad, recognizer, signal, onSegment, onProgress } = options;
  const language = chooseLanguage(recognizer.model, options.language);
  const wishes: RecognizeOptions = { signal, language, words: options.words ?? true };
  const segments: Segment[] = [];
  const spoken = new SpokenLanguage();

  const recognize = async (spans: readonly SegmentSpan[]): Promise<void> => {
    for (const span of spans) {
      const recognition = await recognizeSegment(
        (piece, regions) => recognizer.recognize(piece, { ...wishes, regions }),
        pcm.subarray(span.start, span.end),
        span,
      );
      spoken.add(recognition, (span.end - span.start) / SAMPLE_RATE);
      const segment = toSegment(span, recognition, segments.length);
      if (segment) {
        segments.push(segment);
        onSegment?.(segment);
      }
      onProgress?.(span.end / pcm.length);
    }
  };

  const segmenter = new Segmenter();
  let state = vad.createState();
  for (let start = 0; start < pcm.length; start += WINDOW) {
    signal?.throwIfAborted();
    const window = await vad.run(pcm.subarray(start, start + WINDOW), state);
    state = window.state;
    await recognize(segmenter.push(window.probabilities));
  }
  await recognize(segmenter.flush(pcm.length));
  onProgress?.(1);
  return assembleTranscript(segments, {
    duration: toSeconds(pcm.length),
    language: spoken.resolve(language),
    model: recognizer.model.id,
  });
}
