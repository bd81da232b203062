/**
 * The segments as CSV (RFC 4180): CRLF line ends, quotes around what needs them, UTF-8 without a byte order mark, times in seconds.
 * Spreadsheets run a cell that begins like a formula, so such texts get an apostrophe in front, as OWASP recommends
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
import type { Transcript } from '@sealscribe/protocol';

const COLUMNS = ['segment', 'start', 'end', 'speaker', 'text', 'confidence'];

/** What a spreadsheet takes for a formula, ASCII or full width, also behind spaces that it ignores. */
const FORMULA = /^[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** One row per segment under a row of names: segment, start, end, speaker, text, confidence. */
export function toCsv({ segments }: Pick<Transcript, 'segments'>): string {
  const rows = segments.map(({ id, start, end, speaker, text, confidence }) => [
    String(id),
    start.toFixed(3),
    end.toFixed(3),
    defuse(speaker ?? ''),
    defuse(text),
    confidence === null ? '' : confidence.toFixed(3),
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

const defuse = (text: string): string => {
  const clean = text.replaceAll('\0', '');
  return FORMULA.test(clean) ? `'${clean}` : clean;
};

const quote = (cell: string): string =>
  /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
