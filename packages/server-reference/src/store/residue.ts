/**
 * Removes what SQLite leaves behind. `secure_delete` overwrites a deleted cell where it lies, but when SQLite moves cells
 * between pages of a tree it leaves copies of them in the unused gap of the old page, and no later deletion reaches those. So
 * before the log is emptied, the gap of every tree page in it is filled with zeros, through SQLite itself (`sqlite_dbpage`),
 * in one transaction. This sees every page that ever changes, because nothing but {@link emptyLog} moves the log into the main
 * file. Page and log formats: https://sqlite.org/fileformat2.html, sections 1.6, 1.8 and 4.1.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type Database from 'libsql';

const PAGE_BYTES = 4096;
const LOG_HEADER = 32;
const FRAME_HEADER = 24;

/** Header bytes of a tree page by its first byte: interior and leaf pages of indexes and tables. */
const treeHeaders: Record<number, number> = { 0x02: 12, 0x05: 12, 0x0a: 8, 0x0d: 8 };

/**
 * Moves all changes into the main file without residue and empties the log. No transaction may be open.
 *
 * @throws Error when another process holds the log; SqliteError `SQLITE_FULL` without room
 */
export function emptyLog(database: Database.Database, log: string): void {
  const pages = readPageNumbers(log);
  database.exec('begin immediate');
  try {
    const read = database.prepare('select data from sqlite_dbpage where pgno = ?');
    const write = database.prepare('update sqlite_dbpage set data = ? where pgno = ?');
    for (const number of pages) {
      const [row] = read.all([number]) as { data: ArrayBuffer }[];
      const page = row && Buffer.from(row.data);
      if (page !== undefined && clearGap(page)) write.run([page, number]);
    }
    database.exec('commit');
  } catch (error) {
    if (database.inTransaction) database.exec('rollback');
    throw error;
  }
  const [result] = database.pragma('wal_checkpoint(truncate)') as { busy: number }[];
  if (result?.busy !== 0) throw new Error('Another process holds the store; the log could not be emptied.');
}

/** Bytes in the log; 0 when there is none. */
export function sizeOfLog(log: string): number {
  return withLog(log, (file) => fstatSync(file).size) ?? 0;
}

/** Zeroes what lies between the cell pointers and the cells of a tree page; says whether anything was there. */
export function clearGap(page: Buffer): boolean {
  const header = treeHeaders[page[0] ?? 0];
  if (header === undefined || page.length !== PAGE_BYTES) return false;
  const cells = page.readUInt16BE(3);
  const start = header + 2 * cells;
  const end = page.readUInt16BE(5);
  if (start > end || end > PAGE_BYTES) return false;
  const gap = page.subarray(start, end);
  if (gap.every((byte) => byte === 0)) return false;
  gap.fill(0);
  return true;
}

/** The pages that the log holds, but for those that are no tree's though their first byte may look so. */
function readPageNumbers(log: string): number[] {
  const numbers = new Set<number>();
  withLog(log, (file) => {
    const { size } = fstatSync(file);
    const frame = Buffer.alloc(4);
    for (let at = LOG_HEADER; at + FRAME_HEADER + PAGE_BYTES <= size; at += FRAME_HEADER + PAGE_BYTES) {
      readSync(file, frame, 0, 4, at);
      numbers.add(frame.readUInt32BE(0));
    }
  });
  return [...numbers].filter((number) => number > 1 && !isPointerMap(number));
}

/** Pointer maps (of auto_vacuum) lie on page 2 and then at even distances; the page of the lock byte pushes one on. */
function isPointerMap(number: number): boolean {
  const distance = Math.floor(PAGE_BYTES / 5) + 1;
  const lockPage = 2 ** 30 / PAGE_BYTES + 1;
  const place = (number - 2) % distance;
  return place === 0 || number === lockPage || (number === lockPage + 1 && place === 1);
}

function withLog<T>(log: string, read: (file: number) => T): T | undefined {
  let file: number;
  try {
    file = openSync(log, 'r');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return read(file);
  } finally {
    closeSync(file);
  }
}
