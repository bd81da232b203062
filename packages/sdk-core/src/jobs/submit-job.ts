/** A recording handed over as a job: `POST /v1/transcriptions`. */
import { IDEMPOTENCY_PATTERN, jobSchema, routes, type TranscriptionJob } from '@sealscribe/protocol';
import type { AudioSource } from '../audio-source.js';
import { checkShape, parseJson, readAll, type Http } from '../http.js';
import { sendRecording } from '../send-recording.js';
import { fieldsOf, type TranscriptionWishes } from '../transcription-wishes.js';

/** What to do with a recording, and how its submission is known. */
export interface JobOptions extends Omit<TranscriptionWishes, 'onSegment'> {
  /** The same recording under the same key is one job, as long as the server knows of it: 1 to 255 characters without spaces. */
  idempotencyKey?: string | undefined;
}

/** Sends it; tries that were repeated because an answer was lost make one job. */
export async function submitJob(
  http: Http,
  source: AudioSource,
  options: JobOptions,
): Promise<TranscriptionJob> {
  const { idempotencyKey: key, signal, onProgress } = options;
  if (key !== undefined && !IDEMPOTENCY_PATTERN.test(key))
    throw new TypeError('idempotencyKey must be 1 to 255 characters without spaces');
  const request = { fields: fieldsOf(options), idempotent: key ?? true, signal, onProgress };
  return sendRecording(http, routes.createJob, source, request, async ({ chunks }) =>
    checkShape(jobSchema, parseJson(await readAll(chunks))),
  );
}
