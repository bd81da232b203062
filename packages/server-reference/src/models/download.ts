/**
 * One file from the hub to a path: resumed where it broke off, checked against the expected size and hash, in place only once it is
 * right. Bytes lie beside it as `.part` until then, also between two runs.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { askForBytes, HubError } from './hub.js';

/** What a file must be. */
export interface Expected {
  /** Bytes. */
  readonly size?: number | undefined;
  /** Lower-case hex. */
  readonly sha256?: string | undefined;
  /** SHA-1 of git's blob, lower-case hex. */
  readonly gitBlob?: string | undefined;
}

/** A file as it is. */
export interface FileFacts {
  readonly size: number;
  readonly sha256: string;
  readonly gitBlob: string;
}

/** How a download is done. */
export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that are there. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Milliseconds before the first new try; doubled from try to try. */
  readonly pause?: number | undefined;
}

/** Tries in a row that bring no new byte before a download is given up. */
const FRUITLESS_TRIES = 5;
/** Whole downloads that may turn out wrong: the second starts from nothing. */
const WRONG_FILES = 2;

/**
 * Downloads a file.
 *
 * @throws {HubError} when it is refused. @throws {Error} when it stays unreachable or wrong. @throws the signal's reason.
 */
export async function downloadFile(
  address: string,
  path: string,
  expected: Expected,
  options: DownloadOptions = {},
): Promise<FileFacts> {
  const part = `${path}.part`;
  for (let wrong = 0; ; wrong++) {
    await fetchAll(address, part, expected.size, options);
    const facts = await readFacts(part);
    const problem = findDifference(facts, expected);
    if (problem === undefined) {
      await rename(part, path);
      return facts;
    }
    await rm(part, { force: true });
    if (wrong + 1 >= WRONG_FILES)
      throw new Error(`What ${new URL(address).host} sends for ${lastPart(address)} is wrong: ${problem}`);
  }
}

/** Size and hashes of a file. */
export async function readFacts(path: string): Promise<FileFacts> {
  const { size } = await stat(path);
  const sha256 = createHash('sha256');
  const gitBlob = createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    sha256.update(chunk as Buffer);
    gitBlob.update(chunk as Buffer);
  }
  return { size, sha256: sha256.digest('hex'), gitBlob: gitBlob.digest('hex') };
}

/** What is wrong with a file; undefined when it is as expected. */
export function findDifference(facts: FileFacts, expected: Expected): string | undefined {
  if (expected.size !== undefined && facts.size !== expected.size)
    return `${facts.size} bytes instead of ${expected.size}`;
  if (expected.sha256 !== undefined && facts.sha256 !== expected.sha256) return 'another SHA-256';
  if (expected.gitBlob !== undefined && facts.gitBlob !== expected.gitBlob) return 'another git hash';
  return undefined;
}

async function fetchAll(
  address: string,
  part: string,
  size: number | undefined,
  { signal, onBytes = () => undefined, pause = 1_000 }: DownloadOptions,
): Promise<void> {
  let fruitless = 0;
  /** A start from nothing is no progress until it has come further than the last. */
  let furthest = await sizeOf(part);
  for (;;) {
    const before = await sizeOf(part);
    if (size !== undefined && before === size) return onBytes(size);
    try {
      if (await fetchMore(address, part, before, size, onBytes, signal)) return;
      throw new Error('the connection broke');
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof RangeError || (error instanceof HubError && !error.temporary)) throw error;
      const now = await sizeOf(part);
      fruitless = now > furthest ? 0 : fruitless + 1;
      furthest = Math.max(furthest, now);
      if (fruitless >= FRUITLESS_TRIES)
        throw new Error(
          `${lastPart(address)} cannot be downloaded from ${new URL(address).host}: ${(error as Error).message}`,
          { cause: error },
        );
      await wait(pause * 2 ** fruitless, undefined, { ...(signal && { signal }) });
    }
  }
}

/** Appends what comes in one answer; false when it broke off before the end. */
async function fetchMore(
  address: string,
  part: string,
  start: number,
  size: number | undefined,
  onBytes: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { status, headers, body } = await askForBytes(address, start, signal);
  // What lies there is no beginning of this file (416), or the server cannot continue (200): from the start again.
  if (status === 416) {
    body.destroy();
    await rm(part, { force: true });
    return false;
  }
  const continues = status === 206 && new RegExp(`^bytes ${start}-`).test(headers['content-range'] ?? '');
  if (status === 206 && !continues) {
    body.destroy();
    await rm(part, { force: true });
    return false;
  }
  let there = continues ? start : 0;
  const total = size ?? there + Number(headers['content-length'] ?? NaN);
  const file = await open(part, continues ? 'a' : 'w', 0o600);
  try {
    for await (const chunk of body) {
      there += (chunk as Buffer).length;
      // A server that never stops must not fill the disk.
      if (there > total) break;
      await file.appendFile(chunk as Buffer);
      onBytes(there);
    }
  } finally {
    await file.close();
  }
  if (there > total) {
    await rm(part, { force: true });
    throw new Error('more bytes came than the file has');
  }
  return Number.isNaN(total) ? body.complete : there === total;
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

const lastPart = (address: string): string => new URL(address).pathname.split('/').at(-1) ?? '';
