/** Times, dates and sizes as people read them. */

/** Seconds as `1:05` or `1:02:05`. */
export function toClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A point in time (ISO 8601) as a date and time of the reader's place. */
export function toDate(iso: string, language: string): string {
  return new Date(iso).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}

/** Seconds of `1:05` or `1:02:05`; undefined for anything else. */
export function fromClock(clock: string): number | undefined {
  const [, hours = '0', minutes, seconds] = /^(?:(\d+):)?(\d?\d):(\d\d)$/.exec(clock.trim()) ?? [];
  if (minutes === undefined || seconds === undefined) return undefined;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Bytes as megabytes. */
export function toSize(bytes: number, language: string): string {
  const format = { style: 'unit', unit: 'megabyte', maximumSignificantDigits: 2 } as const;
  return new Intl.NumberFormat(language, format).format(bytes / 1e6);
}
