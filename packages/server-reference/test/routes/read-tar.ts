/** The files of a tar archive, by name; checks sums, padding and the end on the way. */
import { expect } from 'vitest';

const BLOCK = 512;

export function readTar(archive: Buffer): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  let at = 0;
  for (; archive[at] !== 0;) {
    const header = Buffer.from(archive.subarray(at, at + BLOCK));
    const field = (start: number, length: number) => header.toString('latin1', start, start + length);
    const stated = Number.parseInt(field(148, 6), 8);
    header.fill(' ', 148, 156);
    expect(header.reduce((sum, byte) => sum + byte, 0)).toBe(stated);
    expect([field(257, 8), field(156, 1), field(100, 8)]).toEqual(['ustar\x0000', '0', '0000600\0']);
    const size = Number.parseInt(field(124, 11), 8);
    const name = field(0, 100).replace(/\0+$/, '');
    expect(files[name]).toBeUndefined();
    files[name] = archive.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    expect(archive.subarray(at - ((BLOCK - (size % BLOCK)) % BLOCK), at).every((byte) => byte === 0)).toBe(
      true,
    );
  }
  expect(archive.subarray(at).equals(Buffer.alloc(2 * BLOCK))).toBe(true);
  return files;
}
