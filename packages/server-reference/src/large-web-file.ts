/**
 * A file of the web app that is too large to be held in memory: sent from the disk, and only while it is the file whose hash was taken at the
 * start. Another one in its place, or one that was written to, is refused until the server starts again.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

const CHUNK = 64 * 1024;
/** A link that took the file's place is not followed. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW;

/** The file is another one than at the start. */
export class WebFileChanged extends Error {
  constructor(path: string, options?: ErrorOptions) {
    super(`${path} is not the file that it was at the start: start the server again`, options);
    this.name = 'WebFileChanged';
  }
}

/** The file as it was found at the start. */
export class LargeWebFile {
  readonly size: number;
  /** SHA-256 of its bytes, base64url. */
  readonly hash: string;
  readonly #path: string;
  readonly #identity: string;

  /** Reads it once, for its hash. @throws WebFileChanged when it changes meanwhile */
  constructor(path: string) {
    this.#path = path;
    const file = openSync(path, FLAGS);
    try {
      const before = fstatSync(file, { bigint: true });
      const hash = createHash('sha256');
      const buffer = Buffer.allocUnsafe(CHUNK);
      let bytes: number;
      while ((bytes = readSync(file, buffer)) > 0) hash.update(buffer.subarray(0, bytes));
      this.size = Number(before.size);
      this.hash = hash.digest('base64url');
      this.#identity = identityOf(before);
      this.#check(fstatSync(file, { bigint: true }));
    } finally {
      closeSync(file);
    }
  }

  /**
   * The bytes from `start` to before `end`. The last of them are given out only when the file is still what it was, so that nobody takes
   * a mixture for the whole.
   * @throws WebFileChanged, here and from the stream
   */
  async read(start: number, end: number): Promise<Readable> {
    const handle = await this.#open();
    return new FileBody(handle, start, end, async () => this.#check(await handle.stat({ bigint: true })));
  }

  async #open(): Promise<FileHandle> {
    let handle: FileHandle;
    try {
      handle = await open(this.#path, FLAGS);
    } catch (cause) {
      throw new WebFileChanged(this.#path, { cause });
    }
    try {
      this.#check(await handle.stat({ bigint: true }));
      return handle;
    } catch (failure) {
      await handle.close();
      throw failure;
    }
  }

  #check(stats: BigIntStats): void {
    if (!stats.isFile() || identityOf(stats) !== this.#identity) throw new WebFileChanged(this.#path);
  }
}

const identityOf = ({ dev, ino, size, mtimeNs }: BigIntStats) => [dev, ino, size, mtimeNs].join(':');

/** A part of an open file, which it closes. */
class FileBody extends Readable {
  constructor(
    private readonly handle: FileHandle,
    private at: number,
    private readonly end: number,
    private readonly check: () => Promise<void>,
  ) {
    super({ highWaterMark: CHUNK });
  }

  override _read(): void {
    this.#next().catch((failure: Error) => this.destroy(failure));
  }

  async #next(): Promise<void> {
    if (this.at === this.end) return void this.push(null);
    const wanted = Math.min(CHUNK, this.end - this.at);
    const { bytesRead, buffer } = await this.handle.read(Buffer.allocUnsafe(wanted), 0, wanted, this.at);
    if (bytesRead === 0) throw new Error('The file ended too early.');
    this.at += bytesRead;
    if (this.at === this.end) await this.check();
    this.push(buffer.subarray(0, bytesRead));
  }

  override _destroy(failure: Error | null, done: (failure?: Error | null) => void): void {
    this.handle.close().then(
      () => done(failure),
      (problem: Error) => done(failure ?? problem),
    );
  }
}
