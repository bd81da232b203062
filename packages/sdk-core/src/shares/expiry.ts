/** How long a link is good for: seconds, or a number with a unit, such as "90s", "30m", "1h", "7d" or "2w". */
import { MAX_SHARE_SECONDS } from '@sealscribe/protocol';

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400 } as const;

/**
 * Whole seconds.
 * @throws RangeError naming the argument
 */
export function toSeconds(expires: number | string): number {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(String(expires)) ?? [];
  const seconds = typeof expires === 'number' ? expires : Number(count) * UNITS[unit as keyof typeof UNITS];
  if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > MAX_SHARE_SECONDS)
    throw new RangeError(
      'expires must be whole seconds, or a time such as 30m, 1h, 7d or 2w; ten years at most',
    );
  return seconds;
}
