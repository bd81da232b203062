/**
 * One run of a decoder process: the recording into its stdin, what it decodes out of its stdout, both only as fast as the
 * other side takes them. The child is killed when its reader stops, when the signal aborts, or when nothing comes for long.
 */
import { spawn } from 'node:child_process';
import { HttpError } from '../http-error.js';
import { watchMemory } from './memory-watch.js';

/** How a run ended; `stderr` is its last words and may quote the file's metadata: never log it. */
export interface DecoderEnd {
  /** Exit code; null when the process was killed, by us or by a limit. */
  readonly code: number | null;
  /** Why the process could not be started. */
  readonly failure?: Error | undefined;
  readonly stderr: string;
}

/** The end of a run that nobody waits for any more. */
export const ABANDONED: DecoderEnd = { code: null, stderr: '' };

/** What to run and on what. */
export interface DecoderRun {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly input: readonly Uint8Array[];
  readonly signal: AbortSignal;
  /** Memory that it may really have; for what cannot be limited by its address space. */
  readonly residentBytes?: number;
  /** Called with the bytes of input taken so far. */
  readonly onConsumed?: (bytes: number) => void;
}

const STALL_MS = 30_000;
const STDERR_BYTES = 4096;
const PIECE = 256 * 1024;

/** The decoder's output in chunks, each wiped once the next is asked for; returns how the run ended. */
export async function* runDecoder(run: DecoderRun): AsyncGenerator<Uint8Array, DecoderEnd> {
  run.signal.throwIfAborted();
  const [command = '', ...args] = run.command;
  const child = spawn(command, args, { env: run.env, stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = () => void child.kill('SIGKILL');
  run.signal.addEventListener('abort', kill, { once: true });
  const { residentBytes } = run;
  const stopWatching =
    residentBytes === undefined || child.pid === undefined
      ? () => undefined
      : watchMemory(child.pid, residentBytes, kill);

  let stderr = '';
  child.stderr.on(
    'data',
    (chunk: Buffer) => (stderr = (stderr + chunk.toString('latin1')).slice(-STDERR_BYTES)),
  );
  child.stdin.on('error', () => undefined); // a decoder may stop reading early
  // A pipe that fails ends, and so does the process at it: without a listener this one would.
  for (const pipe of [child.stdout, child.stderr]) pipe.on('error', () => undefined);
  void feed(child.stdin, run);

  let code: number | null = null;
  let failure: Error | undefined;
  let ended = false;
  let wake: () => void = () => undefined;
  const chunks: Buffer[] = [];
  // 'data' gives chunks as they were read; reading from a paused stream would join them into new buffers.
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    child.stdout.pause();
    wake();
  });
  const end = (status: number | null) => {
    code = status;
    ended = true;
    wake();
  };
  child.on('error', (error) => {
    failure = error;
    end(null);
  });
  child.once('close', end);

  try {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        yield chunk;
        chunk.fill(0);
        continue;
      }
      if (ended) break;
      const timer = setTimeout(kill, STALL_MS);
      await new Promise<void>((resolve) => {
        wake = resolve;
        child.stdout.resume();
      });
      clearTimeout(timer);
    }
    run.signal.throwIfAborted();
    return { code, failure, stderr };
  } finally {
    run.signal.removeEventListener('abort', kill);
    stopWatching();
    kill();
    for (const chunk of chunks) chunk.fill(0);
    child.stdout.removeAllListeners('data');
    child.stdout.on('data', (chunk: Buffer) => chunk.fill(0)).resume();
  }
}

/**
 * Judges the end of a run. A decoder that complains after it has given samples has met damage: what could be heard counts.
 *
 * @param refusal what it means when the decoder exits without having given anything.
 * @throws {HttpError} `undecodable_media`, `unavailable`, or the refusal.
 */
export function checkEnd(end: DecoderEnd, started: boolean, refusal: (stderr: string) => HttpError): void {
  if (end.failure !== undefined) throw new HttpError('unavailable', undefined, { cause: end.failure });
  if (end.code === null) throw new HttpError('undecodable_media', 'Decoding took too long or crashed.');
  if (end.code !== 0 && !started) throw refusal(end.stderr);
}

async function feed(stdin: NodeJS.WritableStream, run: DecoderRun): Promise<void> {
  let consumed = 0;
  for (const view of run.input)
    for (let at = 0; at < view.length; at += PIECE) {
      const piece = view.subarray(at, at + PIECE);
      const written = await new Promise<boolean>((resolve) => {
        stdin.write(piece, (error) => resolve(!error));
      });
      if (!written) return;
      consumed += piece.length;
      run.onConsumed?.(consumed);
    }
  stdin.end();
}
