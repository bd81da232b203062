/**
 * When a recogniser has served long enough and a fresh process takes its place: what a process has gathered in its memory goes with
 * it, whatever it is. The replacement is ready before the other goes, and a running job is never cut (recognizer-pool.ts).
 */

/** Limits of one recogniser process; 0 = no such limit. */
export interface RecyclingLimits {
  readonly jobs: number;
  readonly seconds: number;
  /** Bytes of memory on top of what it had when it was ready. */
  readonly bytes: number;
}

/** What a process has behind it. */
export interface Service {
  readonly jobs: number;
  readonly seconds: number;
  /** Bytes of memory on top of what it had when it was ready. */
  readonly bytes: number;
}

/** Why a process is replaced. */
export type RecyclingReason = 'jobs' | 'age' | 'memory';

/** Why this process is due; undefined while it is not. */
export function reasonToRecycle(limits: RecyclingLimits, served: Service): RecyclingReason | undefined {
  const over = (limit: number, value: number) => limit > 0 && value >= limit;
  if (over(limits.jobs, served.jobs)) return 'jobs';
  if (over(limits.seconds, served.seconds)) return 'age';
  if (over(limits.bytes, served.bytes)) return 'memory';
  return undefined;
}
