/**
 * The recogniser processes: started, given one job each, started anew when one dies, replaced when they have served long enough.
 * Which job comes next is the scheduler's business, and so is wiping a job's samples: a job whose process died may be run again.
 */
import type { ModelInfo } from '@sealscribe/protocol';
import type { Logger } from '../log.js';
import { RecognizerFigures } from './recognizer-figures.js';
import type { RecognizerSpec } from './recognizer-protocol.js';
import {
  RecognizerDied,
  RecognizerRefused,
  RecognizerWorker,
  type Job,
  type JobResult,
} from './recognizer-worker.js';
import { reasonToRecycle, type RecyclingLimits } from './recycling.js';

/** Starts that may fail in a row before jobs are given up; starting goes on. */
const HOPELESS = 4;
/** How often processes are looked at, and how long after a replacement that did not start the next is tried. */
const LOOK_MS = 1_000;
const AFTER_FAILURE_MS = 60_000;

/** One process per core, each with all models: none waits for another to be loaded, and a core has one job at a time. */
export class RecognizerPool {
  readonly #script: string;
  readonly #spec: RecognizerSpec;
  readonly #log: Logger;
  readonly #recycling: RecyclingLimits;
  readonly #idle: RecognizerWorker[] = [];
  readonly #workers = new Set<RecognizerWorker>();
  /** Those that go, and one that is to take a place: nobody takes their place when they end. */
  readonly #leaving = new Set<RecognizerWorker>();
  readonly #look: NodeJS.Timeout;
  /** When a process may be replaced again; Infinity while one is. */
  #nextRecycling = 0;
  #models: readonly ModelInfo[] | undefined;
  #closed = false;
  /** Starts that failed one after another: a machine on which none starts is not tried for ever. */
  #failures = 0;
  readonly figures = new RecognizerFigures();
  /** Called whenever a worker becomes free. */
  onFree: () => void = () => undefined;
  /** Called when recognisers end again and again as soon as they are started. */
  onHopeless: () => void = () => undefined;

  private constructor(script: string, spec: RecognizerSpec, log: Logger, recycling: RecyclingLimits) {
    this.#script = script;
    this.#spec = spec;
    this.#log = log;
    this.#recycling = recycling;
    this.#look = setInterval(() => void this.#recycle(), LOOK_MS).unref();
  }

  /**
   * Starts `size` processes of `script` and waits until all have loaded their models.
   *
   * @throws {Error} when one cannot.
   */
  static async start(options: {
    script: string;
    spec: RecognizerSpec;
    size: number;
    log: Logger;
    recycling: RecyclingLimits;
  }): Promise<RecognizerPool> {
    const pool = new RecognizerPool(options.script, options.spec, options.log, options.recycling);
    try {
      await Promise.all(Array.from({ length: options.size }, () => pool.#startWorker()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** The models in order; the first is the default. */
  get models(): readonly ModelInfo[] {
    if (this.#models === undefined) throw new Error('The recognisers have not started');
    return this.#models;
  }

  /** Whether a job can be run at once. */
  get free(): boolean {
    return this.#idle.length > 0;
  }

  /** The processes that are there. */
  get pids(): readonly number[] {
    return [...this.#workers].flatMap(({ pid }) => pid ?? []);
  }

  /**
   * Runs a job on a free worker.
   *
   * @throws {RecognizerDied} with the job's samples untouched. @throws {RecognizerRefused}
   */
  async run(job: Job): Promise<JobResult> {
    const worker = this.#idle.pop();
    if (worker === undefined) throw new Error('No recogniser is free');
    const figures = this.figures.jobs[job.header.kind];
    const began = performance.now();
    try {
      const result = await worker.run(job);
      figures.done++;
      return result;
    } catch (error) {
      if (error instanceof RecognizerRefused) figures.refused++;
      if (error instanceof RecognizerDied) figures.died++;
      throw error;
    } finally {
      figures.seconds += (performance.now() - began) / 1000;
      this.#afterJob(worker);
    }
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#look);
    await Promise.all([...this.#workers].map((worker) => worker.end()));
  }

  #afterJob(worker: RecognizerWorker): void {
    if (!this.#workers.has(worker) || !worker.alive) return;
    if (this.#leaving.has(worker)) return void worker.end();
    this.#idle.push(worker);
    this.onFree();
    // Not only when it is looked for: many short jobs fit into a second.
    if (this.#recycling.jobs > 0 && worker.jobs >= this.#recycling.jobs) void this.#recycle();
  }

  async #startWorker(): Promise<void> {
    const worker = this.#spawn();
    this.#models = await worker.ready;
    this.#failures = 0;
    this.#idle.push(worker);
    this.onFree();
  }

  #spawn(): RecognizerWorker {
    const worker = new RecognizerWorker(this.#script, this.#spec);
    this.#workers.add(worker);
    void worker.ended.then(() => this.#afterEnd(worker));
    return worker;
  }

  #afterEnd(worker: RecognizerWorker): void {
    this.#workers.delete(worker);
    const index = this.#idle.indexOf(worker);
    if (index >= 0) this.#idle.splice(index, 1);
    if (this.#leaving.delete(worker) || this.#closed || this.#models === undefined) return;
    this.#failures++;
    this.figures.ends.died++;
    this.#log.error({ failures: this.#failures }, 'a recogniser process ended and is started anew');
    if (this.#failures >= HOPELESS) this.onHopeless();
    const delay = this.#failures === 1 ? 0 : Math.min(30_000, 500 * 2 ** this.#failures);
    setTimeout(() => {
      if (!this.#closed) this.#startWorker().catch(() => undefined);
    }, delay).unref();
  }

  /** Replaces one process that is due, one at a time; it goes when its replacement is ready and its job is done. */
  async #recycle(): Promise<void> {
    if (this.#closed || performance.now() < this.#nextRecycling) return;
    this.#nextRecycling = Infinity;
    let next = 0;
    try {
      for (const worker of this.#workers) {
        const reason = this.#leaving.has(worker)
          ? undefined
          : reasonToRecycle(this.#recycling, await worker.service());
        if (reason === undefined) continue;
        if (await this.#replace(worker)) {
          this.figures.ends[reason]++;
          this.#log.info({ reason }, 'a recogniser process was replaced by a fresh one');
        }
        break;
      }
    } catch {
      if (this.#closed) return;
      this.#log.error('a recogniser process could not be replaced and goes on');
      next = performance.now() + AFTER_FAILURE_MS;
    } finally {
      this.#nextRecycling = next;
    }
  }

  /** False when there is nothing to replace any more. */
  async #replace(worker: RecognizerWorker): Promise<boolean> {
    const fresh = this.#spawn();
    this.#leaving.add(fresh);
    await fresh.ready;
    if (this.#closed || !this.#workers.has(worker)) {
      // It died meanwhile, and another was started for it.
      await fresh.end();
      return false;
    }
    this.#leaving.delete(fresh);
    this.#leaving.add(worker);
    this.#idle.push(fresh);
    this.onFree();
    const index = this.#idle.indexOf(worker);
    if (index >= 0) {
      this.#idle.splice(index, 1);
      void worker.end();
    }
    return true;
  }
}
