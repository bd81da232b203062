/**
 * Listening to a job until it is done. A connection that breaks, or that a proxy cuts after its time, is made anew; the server tells what has
 * happened so far, and the caller hears everything once.
 */
import { routes, type Segment, type Transcript } from '@sealscribe/protocol';
import { ApiError, ConnectionError, TimeoutError } from '../errors.js';
import type { Http } from '../http.js';
import { backoff, LONGEST_WAIT } from '../retry.js';
import { readTranscription, type Heard } from '../transcription-events.js';
import type { TranscriptionWishes } from '../transcription-wishes.js';

/** Milliseconds of listening after which a connection has done its work, and one that breaks is nothing bad. */
const GOOD_WHILE = 5_000;

/** Who listens. */
export type JobListener = Pick<TranscriptionWishes, 'signal' | 'onProgress' | 'onSegment'>;

/**
 * Waits for the transcript of a job.
 *
 * @throws ApiError with the code that the job failed with, "job_lost", "job_gone" or "not_found"; what `http` throws
 */
export async function followJob(
  http: Http,
  id: string,
  { signal, onProgress, onSegment }: JobListener,
  heard: Heard = { segments: 0 },
): Promise<Transcript> {
  const { platform } = http;
  const headers = { accept: 'text/event-stream' };
  for (let failures = 0; ;) {
    const began = platform.now();
    let ended = false;
    try {
      const request = { id, headers, signal, repeatable: 'never' as const };
      const transcript = await http.exchange(routes.followJob, request, async (answer) =>
        readTranscription(answer, { onProgress, onSegment }, heard).catch((failure: unknown) => {
          // What the job says of itself is the end of it.
          ended = !(failure instanceof ConnectionError || failure instanceof TimeoutError);
          throw failure;
        }),
      );
      tellRest(transcript.segments, heard, onSegment);
      return transcript;
    } catch (failure) {
      if (signal?.aborted || ended || !mayPass(failure)) throw failure;
      if (await platform.whenOnline?.(signal)) continue;
      if (platform.now() - began >= GOOD_WHILE) failures = 0;
      if (failures >= http.retries) throw failure;
      await platform.sleep(backoff(platform, failures++, failure), signal);
    }
  }
}

/** Segments that came while nobody listened stand in the result. */
function tellRest(
  segments: readonly Segment[],
  heard: Heard,
  onSegment: TranscriptionWishes['onSegment'],
): void {
  for (const segment of segments.slice(heard.segments)) {
    heard.segments++;
    onSegment?.(segment);
  }
}

function mayPass(failure: unknown): boolean {
  if (failure instanceof ConnectionError || failure instanceof TimeoutError) return true;
  if (!(failure instanceof ApiError) || (failure.retryAfter ?? 0) > LONGEST_WAIT) return false;
  return failure.status === 429 || failure.status >= 500;
}
