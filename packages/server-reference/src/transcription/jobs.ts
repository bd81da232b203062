/**
 * Transcriptions that go on without their client: what they are, who listens, and their results, all of it in memory and for a time. A
 * result counts against the memory of recordings and is wiped when it was fetched, taken back, or left alone for too long. What is kept
 * after that is that there was a job, so that the same submission twice is one job.
 */
import type { Progress, ResponseFormat, Segment, Transcript, TranscriptionJob } from '@sealscribe/protocol';
import { toHttpError } from '../error-handler.js';
import { HttpError } from '../http-error.js';
import { ChunkStore } from './chunk-store.js';
import { JobIds } from './job-ids.js';
import type { MemoryBudget } from './memory-budget.js';

/** Jobs with work or a result, of all accounts and of one; and jobs of which only that is kept. */
const MOST = 10_000;
const MOST_PER_ACCOUNT = 128;
const MOST_KNOWN = 100_000;

/** What a job does and what comes of it. */
export interface JobWork {
  /** Transcribes, and reports on the way. */
  run(listener: Pick<JobListener, 'onProgress' | 'onSegment'>, signal: AbortSignal): Promise<Transcript>;
  /** Wipes the recording; may be called again. */
  release(): void;
  /** The shape in which the result was asked for. */
  readonly format: ResponseFormat;
}

/** Hears of a job. */
export interface JobListener {
  onProgress(progress: Progress): void;
  onSegment(segment: Segment): void;
  onEnd(end: Transcript | HttpError): void;
}

/** How a job ended that was not cancelled. */
export interface JobEnd {
  readonly id: string;
  readonly account: string;
  readonly outcome: Transcript | HttpError;
}

/** Names a submission, so that it can be repeated. */
export interface SubmissionKey {
  readonly key: string;
  /** Hash of all that was submitted. */
  readonly fingerprint: string;
}

/** What can come of a job. */
export const JOB_ENDS = ['done', 'failed', 'cancelled'] as const;

interface Job {
  readonly id: string;
  readonly account: string;
  readonly created: number;
  readonly format: ResponseFormat;
  readonly submission: SubmissionKey | undefined;
  readonly abort: AbortController;
  readonly listeners: Set<JobListener>;
  status: TranscriptionJob['status'];
  progress: Progress;
  /** Of a job that is running. */
  segments: Segment[];
  error: HttpError | undefined;
  /** JSON of the transcript. */
  result: ChunkStore | undefined;
  expires: number;
  timer: NodeJS.Timeout | undefined;
}

/** All jobs of this run of the server. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #byKey = new Map<string, Job>();
  readonly #ids: JobIds;
  readonly #budget: MemoryBudget;
  readonly #lifetime: number;
  readonly #onEnd: (end: JobEnd) => void;
  /** Jobs that ended since the start. */
  readonly ends: Record<(typeof JOB_ENDS)[number], number> = { done: 0, failed: 0, cancelled: 0 };

  /** @param options.lifetime seconds for which a job that is over is kept */
  constructor(options: {
    budget: MemoryBudget;
    lifetime: number;
    secret: Uint8Array;
    onEnd: (end: JobEnd) => void;
  }) {
    this.#budget = options.budget;
    this.#lifetime = options.lifetime;
    this.#ids = new JobIds(options.secret);
    this.#onEnd = options.onEnd;
  }

  /** How many there are that are not over. */
  count(status: 'queued' | 'running'): number {
    return [...this.#jobs.values()].filter((job) => job.status === status).length;
  }

  /** Whether something was submitted under this key. */
  isKnown(account: string, key: string): boolean {
    return this.#byKey.has(`${account} ${key}`);
  }

  /**
   * The job of an earlier submission under the same key.
   *
   * @throws {HttpError} `idempotency_mismatch` when something else was submitted under it
   */
  repeated(account: string, { key, fingerprint }: SubmissionKey): TranscriptionJob | undefined {
    const job = this.#byKey.get(`${account} ${key}`);
    if (job === undefined) return undefined;
    if (job.submission?.fingerprint !== fingerprint) throw new HttpError('idempotency_mismatch');
    return this.#tell(job);
  }

  /**
   * Begins a job; from now on the work is its.
   *
   * @throws {HttpError} `busy` when there are too many
   */
  submit(account: string, work: JobWork, submission?: SubmissionKey): TranscriptionJob {
    const held = [...this.#jobs.values()].filter(isHeld);
    if (held.length >= MOST || held.filter((job) => job.account === account).length >= MOST_PER_ACCOUNT)
      throw new HttpError('busy', 'There are too many jobs: fetch or delete the results of some.', {
        retryAfter: 30,
      });
    this.#forgetOldest();
    const job: Job = {
      ...{ id: this.#ids.make(account), account, created: Date.now(), submission },
      format: work.format,
      ...{ abort: new AbortController(), listeners: new Set(), status: 'queued' },
      ...{ progress: { stage: 'waiting', fraction: 0 }, segments: [], error: undefined, result: undefined },
      ...{ expires: 0, timer: undefined },
    };
    this.#jobs.set(job.id, job);
    if (submission) this.#byKey.set(`${account} ${submission.key}`, job);
    void this.#run(job, work);
    return this.#tell(job);
  }

  /** @throws {HttpError} `not_found`, `job_lost`, `job_gone` */
  state(account: string, id: string): TranscriptionJob {
    return this.#tell(this.#find(account, id));
  }

  /**
   * Tells a listener what has happened so far and what happens from now on.
   *
   * @returns what ends the listening
   * @throws {HttpError} `not_found`, `job_lost`, `job_gone`
   */
  follow(account: string, id: string, listener: JobListener): () => void {
    const job = this.#find(account, id);
    const end = job.error ?? (job.status === 'done' ? this.#read(job) : undefined);
    listener.onProgress(
      end === undefined || job.error ? job.progress : { stage: 'transcribing', fraction: 1 },
    );
    for (const segment of job.segments) listener.onSegment(segment);
    if (end !== undefined) listener.onEnd(end);
    else job.listeners.add(listener);
    return () => void job.listeners.delete(listener);
  }

  /**
   * The transcript of a job that is done; `forget` wipes it.
   *
   * @throws {HttpError} `not_found`, `job_lost`, `job_gone`; `conflict` when it is not done yet; what the job failed with
   */
  result(
    account: string,
    id: string,
  ): { transcript: Transcript; format: ResponseFormat; forget: () => void } {
    const job = this.#find(account, id);
    if (job.error) throw job.error;
    if (!isOver(job))
      throw new HttpError('conflict', 'The job is not done yet: follow its events, or ask for its status.');
    return { transcript: this.#read(job), format: job.format, forget: () => this.#wipe(job) };
  }

  /** Cancels a job, or wipes the result of one that is over. @throws {HttpError} `not_found`, `job_lost`, `job_gone` */
  delete(account: string, id: string): void {
    const job = this.#find(account, id);
    if (!isOver(job)) this.#end(job, new HttpError('job_gone', 'The job was cancelled.'), 'cancelled');
    this.#wipe(job);
  }

  /** Cancels and forgets all of an account that is deleted. */
  removeAllOf(account: string): void {
    for (const job of this.#jobs.values())
      if (job.account === account) {
        if (!isOver(job)) this.#end(job, new HttpError('not_found'), 'cancelled');
        this.#forget(job);
      }
  }

  async #run(job: Job, work: JobWork): Promise<void> {
    let outcome: Transcript | HttpError;
    try {
      const { signal } = job.abort;
      const transcript = await work.run(
        {
          onProgress: (progress) => this.#move(job, progress),
          onSegment: (segment) => {
            if (isOver(job)) return;
            job.segments.push(segment);
            for (const listener of job.listeners) listener.onSegment(segment);
          },
        },
        signal,
      );
      signal.throwIfAborted();
      outcome = transcript;
      // Where there is no room beside the recording, there is where it was.
      if (!this.#keep(job, transcript)) {
        work.release();
        if (!this.#keep(job, transcript)) outcome = new HttpError('busy');
      }
    } catch (error) {
      outcome = toHttpError(error);
    }
    work.release();
    if (isOver(job)) return this.#wipe(job);
    this.#end(job, outcome, outcome instanceof HttpError ? 'failed' : 'done');
    this.#onEnd({ id: job.id, account: job.account, outcome });
  }

  #move(job: Job, progress: Progress): void {
    if (isOver(job)) return;
    if (progress.stage !== 'waiting') job.status = 'running';
    job.progress = progress;
    for (const listener of job.listeners) listener.onProgress(progress);
  }

  #end(job: Job, outcome: Transcript | HttpError, status: (typeof JOB_ENDS)[number]): void {
    job.status = status;
    this.ends[status]++;
    if (outcome instanceof HttpError) job.error = outcome;
    // The result has them.
    job.segments = [];
    job.expires = Date.now() + 1000 * this.#lifetime;
    job.timer = setTimeout(() => this.#forget(job), 1000 * this.#lifetime).unref();
    for (const listener of job.listeners) listener.onEnd(outcome);
    job.listeners.clear();
    job.abort.abort(outcome instanceof HttpError ? outcome : new HttpError('job_gone'));
  }

  /** Whether there was room. */
  #keep(job: Job, transcript: Transcript): boolean {
    const bytes = Buffer.from(JSON.stringify(transcript));
    try {
      job.result = new ChunkStore(this.#budget, bytes.length, bytes.length);
      job.result.append(bytes);
      return true;
    } catch {
      return false;
    } finally {
      bytes.fill(0);
    }
  }

  #read({ result }: Job): Transcript {
    if (result === undefined)
      throw new HttpError('job_gone', 'The result was fetched or deleted; a result is given once.');
    return JSON.parse(Buffer.concat(result.views()).toString('utf8')) as Transcript;
  }

  #wipe(job: Job): void {
    job.result?.release();
    job.result = undefined;
    job.segments = [];
  }

  #forget(job: Job): void {
    clearTimeout(job.timer);
    this.#wipe(job);
    this.#jobs.delete(job.id);
    const key = `${job.account} ${job.submission?.key}`;
    if (this.#byKey.get(key) === job) this.#byKey.delete(key);
  }

  #forgetOldest(): void {
    if (this.#jobs.size < MOST_KNOWN) return;
    const oldest = [...this.#jobs.values()].find((job) => !isHeld(job));
    if (oldest) this.#forget(oldest);
  }

  #find(account: string, id: string): Job {
    const job = this.#jobs.get(id);
    if (job?.account === account) return job;
    switch (this.#ids.origin(account, id)) {
      case 'ours':
        throw new HttpError('job_gone');
      case 'earlier':
        throw new HttpError('job_lost');
      case 'none':
        throw new HttpError('not_found');
    }
  }

  #tell(job: Job): TranscriptionJob {
    const { id, status, progress, error } = job;
    const expires = isOver(job) ? job.expires : Date.now() + 1000 * this.#lifetime;
    return {
      ...{ id, status },
      ...(!isOver(job) && { stage: progress.stage, fraction: progress.fraction }),
      ...(status === 'failed' && error && { error: { code: error.code, message: error.message } }),
      createdAt: new Date(job.created).toISOString(),
      expiresAt: new Date(expires).toISOString(),
    };
  }
}

const isOver = ({ status }: Job): boolean => status !== 'queued' && status !== 'running';
/** Whether it has work to do, or something to give. */
const isHeld = (job: Job): boolean => !isOver(job) || job.result !== undefined;
