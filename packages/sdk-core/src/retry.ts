/**
 * When a failed request is tried again, and after how long: exponential backoff with jitter for broken connections and silence;
 * what the server asks for with Retry-After when it is busy. Anything else would fail the same way again.
 */
import { ApiError, ConnectionError, TimeoutError } from './errors.js';
import type { Platform } from './platform.js';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 8_000;
/** A server that wants to be left alone longer than this, in seconds, is not waited for. */
const LONGEST_WAIT = 60;

/**
 * Whether a failure may pass. `repeatable` says that the request may be sent twice although the first may have arrived;
 * a refusal for being busy is always safe to repeat.
 */
function mayPass(failure: unknown, repeatable: boolean): boolean {
  if (failure instanceof ConnectionError || failure instanceof TimeoutError) return repeatable;
  if (!(failure instanceof ApiError) || failure.code === 'locked_out') return false;
  return (failure.status === 429 || failure.status === 503) && (failure.retryAfter ?? 0) <= LONGEST_WAIT;
}

/**
 * Runs `attempt` up to `1 + retries` times.
 * @throws what the last attempt threw
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  options: { platform: Platform; retries: number; repeatable: boolean; signal?: AbortSignal | undefined },
): Promise<T> {
  const { platform, retries, repeatable, signal } = options;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (failure) {
      if (signal?.aborted || failures >= retries || !mayPass(failure, repeatable)) throw failure;
      const asked = failure instanceof ApiError ? (failure.retryAfter ?? 0) * 1000 : 0;
      const backoff = Math.min(FIRST_DELAY * 2 ** failures, LONGEST_DELAY);
      await platform.sleep(Math.max(asked, backoff / 2) + (platform.random() * backoff) / 2, signal);
    }
  }
}

/** Seconds that a Retry-After header asks for (a count of seconds or a date); undefined where there is none. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
