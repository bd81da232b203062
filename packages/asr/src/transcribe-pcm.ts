/** A recording that is there as a whole: transcribe-audio.ts without the waiting. */
import type { Transcript } from '@sealscribe/protocol';
import { SAMPLE_RATE } from './audio.js';
import { transcribeAudio, type TranscribeAudioOptions } from './transcribe-audio.js';

/** Models and wishes for {@link transcribePcm}. */
export interface TranscribePcmOptions extends Omit<TranscribeAudioOptions, 'onProgress'> {
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
  const { onProgress, ...rest } = options;
  const duration = pcm.length / SAMPLE_RATE;
  const transcript = await transcribeAudio([pcm], {
    ...rest,
    onProgress: (seconds) => onProgress?.(Math.min(1, seconds / duration)),
  });
  onProgress?.(1);
  return transcript;
}
