/**
 * Fair shares of the recognisers: every transcription has a lane, and free recognisers take one job from each lane in
 * turn, so that an hour-long recording does not hold up a short one. A job whose recogniser died is tried once more.
 */
import { HttpError } from '../http-error.js';
import { RecognizerDied, type Job, type JobResult, type RecognizerPool } from './recognizer-pool.js';
import { wipe } from './wipe.js';

interface Entry {
  readonly job: Job;
  attempts: number;
  resolve(result: JobResult): void;
  reject(error: unknown): void;
}

/** One transcription's jobs. */
export interface Lane {
  /**
   * Runs a job when it is this lane's turn. The samples belong to the lane from here on and are wiped afterwards.
   *
   * @throws {HttpError} `recognizer_failed`. @throws the reason of {@link close}.
   */
  submit(job: Job): Promise<JobResult>;
  /** Drops what waits; a job that is running is let finish, unseen. */
  close(reason: unknown): void;
}

/** Hands the jobs of all lanes to one pool. */
export class Scheduler {
  readonly #pool: RecognizerPool;
  /** Lanes with waiting jobs; the first is next. */
  readonly #turns: Entry[][] = [];

  constructor(pool: RecognizerPool) {
    this.#pool = pool;
    pool.onFree = () => this.#dispatch();
    pool.onHopeless = () => {
      for (const queue of this.#turns.splice(0))
        for (const entry of queue.splice(0)) entry.reject(new HttpError('recognizer_failed'));
    };
  }

  openLane(): Lane {
    const queue: Entry[] = [];
    return {
      submit: (job) =>
        new Promise<JobResult>((resolve, reject) => {
          this.#enqueue(queue, { job, attempts: 0, resolve, reject });
        }).finally(() => wipe(job.payload)),
      close: (reason) => {
        for (const entry of queue.splice(0)) entry.reject(reason);
      },
    };
  }

  #enqueue(queue: Entry[], entry: Entry): void {
    queue.push(entry);
    if (!this.#turns.includes(queue)) this.#turns.push(queue);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#pool.free) {
      const queue = this.#turns.shift();
      if (queue === undefined) return;
      const entry = queue.shift();
      if (entry === undefined) continue;
      if (queue.length > 0) this.#turns.push(queue);
      void this.#run(queue, entry);
    }
  }

  async #run(queue: Entry[], entry: Entry): Promise<void> {
    entry.attempts++;
    try {
      entry.resolve(await this.#pool.run(entry.job));
    } catch (error) {
      if (error instanceof RecognizerDied && entry.attempts < 2) this.#enqueue(queue, entry);
      else entry.reject(new HttpError('recognizer_failed', undefined, { cause: error }));
    }
  }
}
