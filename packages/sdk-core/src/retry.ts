/**
 * When a failed request is tried again, and after how long: exponential backoff with jitter for broken connections and silence;
 * what the server asks for with Retry-After when it is busy. Anything else would fail the same way again.
 */
import { ApiError, ConnectionError, TimeoutError } from './errors.js';
import type { Platform } from './platform.js';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 8_000;
/** A server that wants to be left alone longer than this, in seconds, is not waited for. */
export const LONGEST_WAIT = 60;

/**
 * Whether a failure may pass. `repeatable` says that the request may be sent twice although the first may have arrived;
 * a refusal for being busy is always safe to repeat.
 */
function mayPass(failure: unknown, repeatable: boolean): boolean {
  if (failure instanceof ConnectionError || failure instanceof TimeoutError) return repeatable;
  if (!(failure instanceof ApiError) || failure.code === 'locked_out') return false;
  // A proxy's word for a server that broke off or was silent.
  if (failure.status === 502 || failure.status === 504) return repeatable;
  return (failure.status === 429 || failure.status === 503) && (failure.retryAfter ?? 0) <= LONGEST_WAIT;
}

/**
 * Runs `attempt` up to `1 + retries` times.
 * @throws what the last attempt threw
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  options: {
    platform: Platform;
    retries: number;
    repeatable: boolean;
    /** Whether a device without a network waits for one instead of giving up. */
    patient?: boolean | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<T> {
  const { platform, retries, repeatable, patient, signal } = options;
  for (let failures = 0; ;) {
    try {
      return await attempt();
    } catch (failure) {
      if (signal?.aborted || !mayPass(failure, repeatable)) throw failure;
      if (patient && (await platform.whenOnline?.(signal))) continue;
      if (failures >= retries) throw failure;
      await platform.sleep(backoff(platform, failures++, failure), signal);
    }
  }
}

/** Milliseconds to wait after so many failures before this one, or as many as the server asked for. */
export function backoff(platform: Platform, failures: number, failure: unknown): number {
  const asked = failure instanceof ApiError ? (failure.retryAfter ?? 0) * 1000 : 0;
  const delay = Math.min(FIRST_DELAY * 2 ** failures, LONGEST_DELAY);
  return Math.max(asked, delay / 2) + (platform.random() * delay) / 2;
}

/** Seconds that a Retry-After header asks for (a count of seconds or a date); undefined where there is none. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
