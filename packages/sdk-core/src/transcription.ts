/** From a recording to a transcript: streams the upload, reads progress and segments as they come. */
import type { Progress, Segment } from '@sealscribe/protocol';

/** What to do with a recording. */
export interface TranscribeOptions {
  /** ISO 639-1 code, or "auto" (the default). */
  language?: string;
  /** Id of a model; the server's default otherwise. */
  model?: string;
  signal?: AbortSignal;
  /** Called with each step forward; `fraction` is 0 to 1 of its stage. */
  onProgress?: (progress: Progress) => void;
  /** Called with each segment as soon as it is certain, in order, once each. */
  onSegment?: (segment: Segment) => void;
  /** Answer with a text in this format instead of a transcript. */
  format?: 'srt' | 'vtt' | 'text' | undefined;
}
