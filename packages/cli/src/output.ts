/**
 * Where words go: data to stdout, talk to stderr. What a server sent may hold escape sequences that drive a terminal,
 * so control characters are dropped from talk always, and from data when stdout is a terminal; pipes and files get data as it is.
 */
import type { Terminal } from './terminal.js';

/** A text without control characters other than tab and newline. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is removed
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

/** Writes data to stdout and resolves when it has been handed over. */
export async function printData(terminal: Terminal, data: string | Uint8Array): Promise<void> {
  const chunk = typeof data === 'string' && terminal.stdout.isTTY ? printable(data) : data;
  await new Promise<void>((resolve, reject) => {
    terminal.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

/** Whether the name of an output means standard output. */
export function isStandardOutput(name: string): boolean {
  return name === '-' || name === '/dev/stdout';
}

/** Writes one value as one line of JSON to stdout. */
export async function printJson(terminal: Terminal, value: unknown): Promise<void> {
  await printData(terminal, `${JSON.stringify(value)}\n`);
}

/** Says one line to the person, on stderr. */
export function say(terminal: Terminal, line: string): void {
  terminal.stderr.write(`${printable(line)}\n`);
}

/** Rows as columns of equal width, two spaces apart; the last column is left ragged. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Seconds as `m:ss` or `h:mm:ss`. */
export function toClock(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(s).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${tail}` : `${m}:${tail}`;
}

/** An ISO timestamp as local `YYYY-MM-DD HH:MM`. */
export function toLocalTime(timestamp: string): string {
  const date = new Date(timestamp);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
