/**
 * One recogniser process as the server sees it: started, ready, given one job at a time (recognizer-protocol.ts), ended.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Recognition, SpeakerTurn } from '@sealscribe/asr';
import type { ModelInfo } from '@sealscribe/protocol';
import { childEnvironment } from '../child-environment.js';
import { residentBytes } from '../media/memory-watch.js';
import {
  frameHead,
  FrameReader,
  type AnswerHeader,
  type Frame,
  type JobHeader,
  type RecognizerSpec,
} from './recognizer-protocol.js';
import type { Service } from './recycling.js';

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

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A recogniser process. */
export class RecognizerWorker {
  readonly #child: Child;
  readonly ready: Promise<readonly ModelInfo[]>;
  readonly ended: Promise<void>;
  #job: Waiting | undefined;
  #jobs = 0;
  #readyAt = Infinity;
  /** Bytes that it had in memory when it was ready. */
  #bytesThen = 0;

  constructor(script: string, spec: RecognizerSpec) {
    // What it makes in JavaScript is small and soon garbage: a small nursery is 10 MB less.
    const child: Child = spawn(process.execPath, ['--max-semi-space-size=1', script, JSON.stringify(spec)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: childEnvironment(),
    });
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.on('error', () => resolve());
    });
    // A pipe that fails ends, and so does the process at it: without a listener this one would.
    for (const pipe of [child.stdin, child.stdout]) pipe.on('error', () => undefined);
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
    this.ready.then(
      async () => {
        this.#readyAt = performance.now();
        this.#bytesThen = await this.#bytes();
      },
      () => undefined,
    );
    void this.ended.then(() => this.#job?.reject(new RecognizerDied()));
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Jobs that were given to it. */
  get jobs(): number {
    return this.#jobs;
  }

  /** What it has behind it since it was ready; nothing before. */
  async service(): Promise<Service> {
    if (this.#readyAt === Infinity) return { jobs: 0, seconds: 0, bytes: 0 };
    const bytes = this.#bytesThen === 0 ? 0 : (await this.#bytes()) - this.#bytesThen;
    return { jobs: this.#jobs, seconds: (performance.now() - this.#readyAt) / 1000, bytes };
  }

  #bytes(): Promise<number> {
    return this.pid === undefined ? Promise.resolve(0) : residentBytes(this.pid);
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && !this.#child.stdin.destroyed;
  }

  /** @throws {RecognizerDied} @throws {RecognizerRefused} */
  async run(job: Job): Promise<JobResult> {
    this.#jobs++;
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
