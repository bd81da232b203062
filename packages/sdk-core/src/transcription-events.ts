/** What a server tells of a transcription as server-sent events: how far it is, its segments, and its result. */
import { eventSchemas, type Transcript } from '@sealscribe/protocol';
import { ConnectionError } from './errors.js';
import { badAnswer, checkShape, parseJson, refusal, type Answer } from './http.js';
import { readEvents } from './sse.js';
import type { TranscriptionWishes } from './transcription-wishes.js';

/** What the caller has heard so far. */
export interface Heard {
  segments: number;
}

/**
 * Reads them to the result, and tells the caller what is new.
 *
 * @throws ConnectionError when they end before it; the ApiError that an `error` event tells of
 */
export async function readTranscription(
  { chunks }: Answer,
  { onProgress, onSegment }: Pick<TranscriptionWishes, 'onProgress' | 'onSegment'>,
  heard: Heard,
): Promise<Transcript> {
  for await (const { name, data } of readEvents(chunks)) {
    const value = () => parseJson(new TextEncoder().encode(data));
    if (name === 'progress') {
      const progress = checkShape(eventSchemas.progress, value());
      // Ours is exact; the server's would jump back.
      if (progress.stage !== 'uploading') onProgress?.(progress);
    } else if (name === 'segment') {
      const segment = checkShape(eventSchemas.segment, value());
      // After a retry the server starts again from the first; the caller has heard those.
      if (segment.id === heard.segments) {
        heard.segments++;
        onSegment?.(segment);
      }
    } else if (name === 'result') {
      return checkShape(eventSchemas.result, value());
    } else if (name === 'error') {
      throw toRefusal(value());
    }
  }
  throw new ConnectionError('The connection broke before the transcript was complete.');
}

/** The error that an `error` event tells of. */
export function toRefusal(failure: unknown): Error {
  if (typeof failure !== 'object' || failure === null) return badAnswer();
  const { code, requestId } = failure as Record<string, unknown>;
  return refusal(undefined, code, typeof requestId === 'string' ? requestId : undefined);
}
