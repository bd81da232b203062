/** Rows as columns of equal width for the operator's terminal. */

/** Two spaces between columns; control characters, which an email could hold in an older store, are left out. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.replace(/\p{Cc}/gu, '').trimEnd()}\n`)
    .join('');
}
