/**
 * Transcriptions that go on without their client: submitted now, fetched later, by whoever is signed in to the account. The server keeps a
 * result in memory alone, for a time, and gives it once.
 */
import {
  jobSchema,
  routes,
  transcriptSchema,
  type Transcript,
  type TranscriptionJob,
} from '@sealscribe/protocol';
import type { AudioSource } from '../audio-source.js';
import type { Http } from '../http.js';
import { onDemand } from '../on-demand.js';
import { checkId } from '../private-mode.js';
import type { JobListener } from './follow-job.js';
import type { JobOptions } from './submit-job.js';

/** Jobs of the account that is signed in. */
export class Jobs {
  constructor(private readonly http: Http) {}

  /**
   * Sends a recording and comes back as soon as the server has it.
   *
   * @throws SourceError when the recording cannot be read; ApiError when the server refuses it; ConnectionError, TimeoutError
   * @example
   * ```ts
   * const { id } = await client.jobs.submit({ data: recording });
   * const transcript = await client.jobs.follow(id, { onProgress: console.log });
   * await client.jobs.delete(id);
   * ```
   */
  async submit(source: AudioSource, options: JobOptions = {}): Promise<TranscriptionJob> {
    const { submitJob } = await onDemand(import('./submit-job.js'));
    return submitJob(this.http, source, options);
  }

  /** How a job is. @throws ApiError "not_found"; "job_lost" after a restart of the server; "job_gone" when it is over for good */
  async get(id: string): Promise<TranscriptionJob> {
    checkId(id);
    return this.http.json(routes.getJob, jobSchema, { id });
  }

  /**
   * Listens to a job until it is done; the result stays on the server until it is fetched, deleted or too old.
   *
   * @throws ApiError with the code that it failed with, or as for {@link Jobs.get}
   */
  async follow(id: string, listener: JobListener = {}): Promise<Transcript> {
    checkId(id);
    const { followJob } = await onDemand(import('./follow-job.js'));
    return followJob(this.http, id, listener);
  }

  /**
   * Fetches the transcript, once: the server wipes it when it has been sent.
   *
   * @throws ApiError "conflict" when it is not done yet, the code that it failed with, or as for {@link Jobs.get}
   */
  async result(id: string): Promise<Transcript> {
    checkId(id);
    return this.http.json(routes.getJobResult, transcriptSchema, { id });
  }

  /** Cancels a job that is not done, or wipes its result. @throws ApiError as for {@link Jobs.get} */
  async delete(id: string): Promise<void> {
    checkId(id);
    await this.http.done(routes.deleteJob, { id });
  }
}
