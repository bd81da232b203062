/**
 * The recogniser processes: started, given one job each, started anew when one dies. Which job comes next is the
 * scheduler's business, and so is wiping a job's samples: a job whose process died may be run again.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Recognition, SpeakerTurn } from '@sealscribe/asr';
import type { ModelInfo } from '@sealscribe/protocol';
import type { Logger } from '../log.js';
import {
  frameHead,
  FrameReader,
  type AnswerHeader,
  type Frame,
  type JobHeader,
  type RecognizerSpec,
} from './recognizer-protocol.js';

/** Work for one recogniser. */
export interface Job {
  readonly header: JobHeader;
  readonly payload: Float32Array;
}

/** What came of a job: a recognition, speakers' turns, or the payload of the other kinds. */
export interface JobResult {
  readonly recognition?: Recognition | undefined;
  readonly turns?: readonly SpeakerTurn[] | undefined;
  readonly payload: Float32Array;
}

/** The process died before it answered: the job may be tried on another one. */
export class RecognizerDied extends Error {
  override readonly name = 'RecognizerDied';
}

/** The recogniser answered that this job cannot be done. */
export class RecognizerRefused extends Error {
  override readonly name = 'RecognizerRefused';
  constructor(readonly code: string) {
    super('The recogniser refused the job');
  }
}

interface Waiting {
  resolve(result: JobResult): void;
  reject(error: Error): void;
}

/** Starts that may fail in a row before jobs are given up; starting goes on. */
const HOPELESS = 4;

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** One process per core, each with all models: none waits for another to be loaded, and a core has one job at a time. */
export class RecognizerPool {
  readonly #script: string;
  readonly #spec: RecognizerSpec;
  readonly #log: Logger;
  readonly #idle: Worker[] = [];
  readonly #workers = new Set<Worker>();
  #models: readonly ModelInfo[] | undefined;
  #closed = false;
  /** Starts that failed one after another: a machine on which none starts is not tried for ever. */
  #failures = 0;
  /** Called whenever a worker becomes free. */
  onFree: () => void = () => undefined;
  /** Called when recognisers end again and again as soon as they are started. */
  onHopeless: () => void = () => undefined;

  private constructor(script: string, spec: RecognizerSpec, log: Logger) {
    this.#script = script;
    this.#spec = spec;
    this.#log = log;
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
  }): Promise<RecognizerPool> {
    const pool = new RecognizerPool(options.script, options.spec, options.log);
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

  /**
   * Runs a job on a free worker.
   *
   * @throws {RecognizerDied} with the job's samples untouched. @throws {RecognizerRefused}
   */
  async run(job: Job): Promise<JobResult> {
    const worker = this.#idle.pop();
    if (worker === undefined) throw new Error('No recogniser is free');
    try {
      return await worker.run(job);
    } finally {
      if (this.#workers.has(worker) && worker.alive) {
        this.#idle.push(worker);
        this.onFree();
      }
    }
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.end()));
  }

  async #startWorker(): Promise<void> {
    const worker = new Worker(this.#script, this.#spec);
    this.#workers.add(worker);
    void worker.ended.then(() => this.#afterEnd(worker));
    this.#models = await worker.ready;
    this.#failures = 0;
    this.#idle.push(worker);
    this.onFree();
  }

  #afterEnd(worker: Worker): void {
    this.#workers.delete(worker);
    const index = this.#idle.indexOf(worker);
    if (index >= 0) this.#idle.splice(index, 1);
    if (this.#closed || this.#models === undefined) return;
    this.#failures++;
    this.#log.error({ failures: this.#failures }, 'a recogniser process ended and is started anew');
    if (this.#failures >= HOPELESS) this.onHopeless();
    const delay = this.#failures === 1 ? 0 : Math.min(30_000, 500 * 2 ** this.#failures);
    setTimeout(() => {
      if (!this.#closed) this.#startWorker().catch(() => undefined);
    }, delay).unref();
  }
}

class Worker {
  readonly #child: Child;
  readonly ready: Promise<readonly ModelInfo[]>;
  readonly ended: Promise<void>;
  #job: Waiting | undefined;

  constructor(script: string, spec: RecognizerSpec) {
    // MALLOC_PERTURB_ makes the C library overwrite freed memory. ONNX Runtime since 1.29 reports its use over the network, and
    // keeps an id and a queue of events in the user's cache folder, unless it is told not to before it starts.
    const child: Child = spawn(process.execPath, [script, JSON.stringify(spec)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], MALLOC_PERTURB_: '165', ORT_DISABLE_TELEMETRY: '1' },
    });
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    child.stdin.on('error', () => undefined);
    let becomeReady: (models: readonly ModelInfo[]) => void;
    this.ready = new Promise((resolve, reject) => {
      becomeReady = resolve;
      void this.ended.then(() => reject(new Error('The recogniser process ended before it was ready')));
      const reader = new FrameReader<AnswerHeader>();
      child.stdout.on('data', (chunk: Buffer) => {
        for (const frame of reader.push(chunk)) {
          if (frame.header.kind === 'ready') becomeReady(frame.header.models);
          else if (frame.header.kind === 'failed') reject(new Error(frame.header.message));
          else this.#settle(frame);
        }
      });
    });
    this.ready.catch(() => undefined);
    void this.ended.then(() => this.#job?.reject(new RecognizerDied()));
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && !this.#child.stdin.destroyed;
  }

  async run(job: Job): Promise<JobResult> {
    try {
      const { header, payload } = job;
      const bytes = new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
      return await new Promise<JobResult>((resolve, reject) => {
        this.#job = { resolve, reject };
        if (!this.alive) reject(new RecognizerDied());
        this.#child.stdin.write(frameHead(header, bytes.length));
        this.#child.stdin.write(bytes);
      });
    } finally {
      this.#job = undefined;
    }
  }

  #settle({ header, payload }: Frame<AnswerHeader>): void {
    if (header.kind === 'done')
      this.#job?.resolve({ recognition: header.recognition, turns: header.turns, payload });
    else if (header.kind === 'error') this.#job?.reject(new RecognizerRefused(header.code));
  }

  /** Lets the process end by itself, and by force when it does not within 5 s. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await this.ended;
    clearTimeout(force);
  }
}
