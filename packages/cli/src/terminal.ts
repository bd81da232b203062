/**
 * The surroundings of one run: the three streams, the environment, and the signal that Ctrl-C fires.
 * Everything else receives them from here, so that nothing reads `process` behind a test's back.
 */
import type { ReadStream, WriteStream } from 'node:tty';

/** Streams, environment and interruption of one run. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>;
  readonly stdout: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
  readonly stderr: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
  readonly env: Record<string, string | undefined>;
  /** Aborted when the person interrupts the command. */
  readonly signal: AbortSignal;
  /** Where it is set, the first interruption calls it and aborts nothing. */
  onInterrupt?: (() => void) | undefined;
  /** What an interruption ends by telling the server: it gets a moment for that. */
  parting?: Promise<unknown> | undefined;
}

/** Whether questions can be asked: a person sees stderr and types on stdin. */
export function canPrompt(terminal: Terminal): boolean {
  return terminal.stdin.isTTY === true && terminal.stderr.isTTY === true;
}
