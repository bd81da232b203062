/** Takes a tar archive apart and puts it together again, to see what becomes of one that was tampered with. */

const BLOCK = 512;

export interface TarEntry {
  name: string;
  data: Buffer;
}

export function readTar(archive: Uint8Array): TarEntry[] {
  const bytes = Buffer.from(archive);
  const entries: TarEntry[] = [];
  for (let at = 0; bytes[at] !== 0;) {
    const name = bytes.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8);
    entries.push({ name, data: bytes.subarray(at + BLOCK, at + BLOCK + size) });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

export function writeTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, data }) => {
    const header = Buffer.alloc(BLOCK);
    header.write(name);
    header.write(`${'0000600'}\0${'0000000'}\0${'0000000'}\0`, 100);
    header.write(`${data.length.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0${' '.repeat(8)}0`, 124);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}
