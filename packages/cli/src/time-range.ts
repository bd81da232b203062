/** A part of a recording as people write it: `90-165`, `1:30-2:45`, `0:00:05.5-1:00:00`. */
import { InvalidArgumentError } from 'commander';

const CLOCK = /^(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6}(?:\.\d{1,3})?)$/;

/**
 * Two times in seconds.
 * @throws InvalidArgumentError when they are not two times, or the later one comes first
 */
export function parseRange(text: string): [number, number] {
  const [from, to, ...rest] = text.split('-').map(toSeconds);
  if (from === undefined || to === undefined || rest.length > 0 || !(to > from))
    throw new InvalidArgumentError('Write two times, the earlier one first: 90-165 or 1:30-2:45.');
  return [from, to];
}

function toSeconds(text: string): number {
  const [found, hours = '0', minutes = '0', seconds = '0'] = CLOCK.exec(text.trim()) ?? [];
  if (found === undefined) return Number.NaN;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
