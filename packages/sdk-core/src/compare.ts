/** One recording through several models: `POST /v1/compare`, with progress and the result as server-sent events. */
import {
  compareEventSchemas,
  MAX_COMPARED,
  routes,
  type Comparison,
  type Progress,
} from '@sealscribe/protocol';
import { ConnectionError } from './errors.js';
import { checkShape, parseJson, type Answer, type Http } from './http.js';
import type { AudioSource } from './audio-source.js';
import { sendRecording } from './send-recording.js';
import { readEvents } from './sse.js';
import { toRefusal } from './transcription-events.js';

/** What to compare. */
export interface CompareOptions {
  /** Ids of two to four models of the server; all that it has when left out. */
  models?: readonly string[];
  /** ISO 639-1 code, or "auto" (the default). */
  language?: string;
  signal?: AbortSignal;
  /** Called with each step forward; `fraction` is 0 to 1 of its stage, over all models. */
  onProgress?: (progress: Progress) => void;
}

/**
 * Transcribes a recording with several models.
 *
 * @throws SourceError when the recording cannot be read, ApiError when the server refuses it, and what `http` throws
 */
export async function compare(http: Http, source: AudioSource, options: CompareOptions): Promise<Comparison> {
  const { models, language, signal, onProgress } = options;
  if (models !== undefined && (models.length < 2 || models.length > MAX_COMPARED))
    throw new RangeError(`models must be two to ${MAX_COMPARED}`);
  const fields = { models: models?.join(','), language };
  return sendRecording(http, routes.compare, source, { fields, signal, onProgress }, (answer) =>
    readResult(answer, onProgress),
  );
}

async function readResult({ chunks }: Answer, onProgress: CompareOptions['onProgress']): Promise<Comparison> {
  for await (const { name, data } of readEvents(chunks)) {
    const value = () => parseJson(new TextEncoder().encode(data));
    if (name === 'progress') onProgress?.(checkShape(compareEventSchemas.progress, value()));
    else if (name === 'result') return checkShape(compareEventSchemas.result, value());
    else if (name === 'error') throw toRefusal(value());
  }
  throw new ConnectionError('The connection broke before the comparison was complete.');
}
