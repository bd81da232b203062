/** What a server's processes do and take, from /proc: for tests of limits and of what is left behind. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Whether this system tells about processes. */
export const hasProc = existsSync('/proc/self/status');

/** A line of /proc/PID/status as a number; undefined when the process or the line is not there. */
function statusOf(pid: number, field: string): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const [, value] = new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(status) ?? [];
    return value === undefined ? undefined : Number(value);
  } catch {
    return undefined;
  }
}

/** The processes that this one started and that still run. */
export const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => statusOf(child, 'PPid') === pid);

/** Those of them that run this program. */
export const childrenRunning = (pid: number, program: string): number[] =>
  childrenOf(pid).filter((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(program);
    } catch {
      return false;
    }
  });

/** Bytes that a process has in memory now. */
export const residentBytes = (pid: number): number => (statusOf(pid, 'VmRSS') ?? 0) * 1024;

/** Bytes that a process had in memory at most. */
export const peakBytes = (pid: number): number => (statusOf(pid, 'VmHWM') ?? 0) * 1024;

/** Looks every few milliseconds at how much memory each child of a process has had at most. */
export class ChildMemory {
  readonly #parent: number;
  readonly #timer: NodeJS.Timeout;
  /** Processes seen before, and whether they are children. */
  #known = new Map<number, boolean>();
  /** Bytes of the largest child so far. */
  peak = 0;
  /** Children seen so far. */
  count = 0;

  constructor(parent: number, milliseconds = 20) {
    this.#parent = parent;
    this.#timer = setInterval(() => this.#look(), milliseconds);
  }

  #look(): void {
    const known = new Map<number, boolean>();
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      let isChild = this.#known.get(pid);
      if (isChild === undefined) {
        isChild = statusOf(pid, 'PPid') === this.#parent;
        if (isChild) this.count++;
      }
      known.set(pid, isChild);
      if (isChild) this.peak = Math.max(this.peak, peakBytes(pid));
    }
    this.#known = known;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Waits until something is so; false when it is not within the time, which is there to end a test and not to measure. */
export async function until(what: () => boolean | Promise<boolean>, ms = 60_000): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await wait(50)) if (await what()) return true;
  return false;
}
