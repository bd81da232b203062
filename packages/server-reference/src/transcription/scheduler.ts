/**
 * Fair shares of the recognisers: every transcription has a lane, and free recognisers take one job from each lane in
 * turn, so that an hour-long recording does not hold up a short one. Lanes in which somebody is speaking at this moment come
 * first, but for one job in four. A job whose recogniser died is tried once more.
 */
import { HttpError } from '../http-error.js';
import type { RecognizerPool } from './recognizer-pool.js';
import { RecognizerDied, RecognizerRefused, type Job, type JobResult } from './recognizer-worker.js';
import { wipe } from './wipe.js';

interface Entry {
  readonly job: Job;
  attempts: number;
  resolve(result: JobResult): void;
  reject(error: unknown): void;
}

/** So many live jobs in a row, while others wait. */
const LIVE_IN_A_ROW = 3;
/** Seconds. */
const AWAY = 10;

/** Lanes with waiting jobs; the first is next. */
interface Turns {
  readonly live: Entry[][];
  readonly ordinary: Entry[][];
}

/** One transcription's jobs. */
export interface Lane {
  /**
   * Runs a job when it is this lane's turn, after those that wait or, on request, before them. The samples belong to the lane from here on and are wiped afterwards.
   *
   * @throws {HttpError} `recognizer_failed`, `unavailable`. @throws the reason of {@link close}.
   */
  submit(job: Job, options?: { first?: boolean }): Promise<JobResult>;
  /** Drops what waits; a job that is running is let finish, unseen. */
  close(reason: unknown): void;
}

/** Hands the jobs of all lanes to one pool. */
export class Scheduler {
  readonly #pool: RecognizerPool;
  readonly #turns: Turns = { live: [], ordinary: [] };
  #liveInARow = 0;

  constructor(pool: RecognizerPool) {
    this.#pool = pool;
    pool.onFree = () => this.#dispatch();
    pool.onHopeless = () => {
      for (const queue of [...this.#turns.live.splice(0), ...this.#turns.ordinary.splice(0)])
        for (const entry of queue.splice(0)) entry.reject(new HttpError('recognizer_failed'));
    };
  }

  /** Jobs that wait for a recogniser. */
  get waiting(): number {
    return [...this.#turns.live, ...this.#turns.ordinary].reduce((sum, queue) => sum + queue.length, 0);
  }

  openLane(kind: keyof Turns = 'ordinary'): Lane {
    const queue: Entry[] = [];
    const turns = this.#turns[kind];
    return {
      submit: (job, { first = false } = {}) =>
        new Promise<JobResult>((resolve, reject) => {
          this.#enqueue(turns, queue, { job, attempts: 0, resolve, reject }, first);
        }).finally(() => wipe(job.payload)),
      close: (reason) => {
        for (const entry of queue.splice(0)) entry.reject(reason);
      },
    };
  }

  #enqueue(turns: Entry[][], queue: Entry[], entry: Entry, first = false): void {
    if (first) queue.unshift(entry);
    else queue.push(entry);
    if (!turns.includes(queue)) turns.push(queue);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#pool.free) {
      const turns = this.#nextTurns();
      const queue = turns.shift();
      if (queue === undefined) return;
      const entry = queue.shift();
      if (entry === undefined) continue;
      this.#liveInARow = turns === this.#turns.live ? this.#liveInARow + 1 : 0;
      if (queue.length > 0) turns.push(queue);
      void this.#run(turns, queue, entry);
    }
  }

  #nextTurns(): Entry[][] {
    const { live, ordinary } = this.#turns;
    if (live.length === 0) return ordinary;
    return ordinary.length > 0 && this.#liveInARow >= LIVE_IN_A_ROW ? ordinary : live;
  }

  async #run(turns: Entry[][], queue: Entry[], entry: Entry): Promise<void> {
    entry.attempts++;
    try {
      entry.resolve(await this.#pool.run(entry.job));
    } catch (error) {
      if (error instanceof RecognizerDied && entry.attempts < 2) this.#enqueue(turns, queue, entry);
      else entry.reject(toHttpError(error));
    }
  }
}

/** What runs the models elsewhere may be there again in a moment; a recogniser that failed is no better then. */
function toHttpError(cause: unknown): HttpError {
  const isAway = cause instanceof RecognizerRefused && cause.code === 'unavailable';
  return isAway
    ? new HttpError('unavailable', 'The recogniser cannot be reached at the moment.', {
        cause,
        retryAfter: AWAY,
      })
    : new HttpError('recognizer_failed', undefined, { cause });
}
