/**
 * A recording transcribed as a job, from its submission to the transcript in the caller's hands. Then, or when the caller does not want it
 * any more, the server is told to forget it; where the server was restarted meanwhile, the recording is sent again.
 */
import { routes, type Transcript } from '@sealscribe/protocol';
import type { AudioSource } from '../audio-source.js';
import { ApiError } from '../errors.js';
import type { Http } from '../http.js';
import type { TranscriptionWishes } from '../transcription-wishes.js';
import { followJob } from './follow-job.js';
import { submitJob } from './submit-job.js';

const MOST_RESTARTS = 2;
const FAREWELL_MS = 1_000;

/**
 * Transcribes it.
 *
 * @throws what submitting and following throw
 */
export async function transcribeAsJob(
  http: Http,
  source: AudioSource,
  wishes: TranscriptionWishes,
): Promise<Transcript> {
  const heard = { segments: 0 };
  for (let restarts = 0; ; restarts++) {
    const { id } = await submitJob(http, source, wishes);
    try {
      const transcript = await followJob(http, id, wishes, heard);
      await forgetJob(http, id);
      return transcript;
    } catch (failure) {
      if (!isLost(failure)) await forgetJob(http, id);
      // A stream has been read already.
      if (!isLost(failure) || restarts >= MOST_RESTARTS || 'stream' in source) throw failure;
    }
  }
}

/** Tells the server that a job is not needed any more, and waits for its answer no longer than a moment. */
async function forgetJob(http: Http, id: string): Promise<void> {
  const answered = new AbortController();
  const forgotten = http
    .done(routes.deleteJob, { id, repeatable: 'never' })
    .catch(() => undefined)
    .finally(() => answered.abort());
  await Promise.race([forgotten, http.platform.sleep(FAREWELL_MS, answered.signal).catch(() => undefined)]);
}

const isLost = (failure: unknown): boolean =>
  failure instanceof ApiError && (failure.code === 'job_lost' || failure.code === 'job_gone');
