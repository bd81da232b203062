/**
 * Writes a tar archive as a stream: the ustar form of POSIX.1-1988 with regular files alone, which every tar program and
 * Python's tarfile read. The caller gives sizes beforehand, so that the archive's own size is known before its first byte.
 */

const BLOCK = 512;
/** Bytes of the longest name that is written. */
const NAME_BYTES = 100;
/** Two empty blocks end an archive: without them it was cut off. */
const END = Buffer.alloc(2 * BLOCK);

/** A file to write. The name is ASCII; `read` gives exactly `size` bytes. */
export interface TarFile {
  name: string;
  size: number;
  changedAt: Date;
  read(): Promise<Uint8Array>;
}

/** Bytes of the archive of these files. */
export function tarSize(files: readonly TarFile[]): number {
  return files.reduce((sum, { size }) => sum + BLOCK + padded(size), END.length);
}

/**
 * The archive, piece by piece; a file is read when it is its turn.
 *
 * @throws Error when a file does not have the size that it was announced with, and what `read` throws
 */
export async function* tar(files: readonly TarFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    const bytes = await file.read();
    if (bytes.length !== file.size) throw new Error('A file of an archive has changed its size.');
    yield header(file);
    yield bytes;
    if (padded(file.size) > file.size) yield Buffer.alloc(padded(file.size) - file.size);
  }
  yield END;
}

const padded = (size: number) => Math.ceil(size / BLOCK) * BLOCK;

function header({ name, size, changedAt }: TarFile): Buffer {
  if (name.length > NAME_BYTES) throw new Error('A name in an archive is too long.');
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    block.write(value.toString(8).padStart(digits, '0'), at, 'ascii');
  block.write(name, 0, 'ascii');
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(Math.floor(changedAt.getTime() / 1000), 136, 11);
  block.write('        0', 148, 'ascii');
  block.write('ustar\x0000', 257, 'ascii');
  // The sum over the header in which the sum's own field is spaces.
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block.write('\0 ', 154, 'ascii');
  return block;
}
