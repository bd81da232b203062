/** What can be asked of a transcription wherever it is done. */
import type { Progress, Segment } from '@sealscribe/protocol';

/** Wishes for a transcription, on a server or on this device. */
export interface TranscriptionWishes {
  /** ISO 639-1 code, or "auto" (the default). */
  language?: string | undefined;
  /** Id of a model; the default one otherwise. */
  model?: string | undefined;
  /** Whether to tell speakers apart: their labels stand in the result, not in the segments that `onSegment` is called with. */
  diarize?: boolean | undefined;
  /** How many speakers there are, up to 20; 0 (the default) means find out. Anything above implies `diarize`. */
  speakers?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Called with each step forward; `fraction` is 0 to 1 of its stage. Starts anew when the connection broke and is tried again. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Called with each segment as soon as it is certain, in order, once each. */
  onSegment?: ((segment: Segment) => void) | undefined;
}

/**
 * The wishes as fields of a form.
 *
 * @throws RangeError for a number of speakers that cannot be
 */
export function fieldsOf(wishes: TranscriptionWishes): Record<string, string | undefined> {
  const { speakers = 0, diarize = speakers > 0 } = wishes;
  if (!Number.isSafeInteger(speakers) || speakers < 0 || speakers > 20)
    throw new RangeError('speakers must be a whole number up to 20');
  return {
    language: wishes.language,
    model: wishes.model,
    diarize: diarize ? 'true' : undefined,
    speakers: diarize && speakers > 0 ? String(speakers) : undefined,
  };
}
