/**
 * A ZIP archive of a few small files (PKWARE APPNOTE 6.3, sections 4.3.7 to 4.3.16): stored without compression, all dated
 * 1 January 1980, so that the same files always give the same bytes. No ZIP64, no encryption.
 */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** 1 January 1980 in the format of MS-DOS. */
const DATE = 0x21;
/** File names are UTF-8. */
const FLAGS = 0x0800;
const VERSION = 20;

/** The bytes of an archive with these files, in their order. */
export function zip(files: readonly { name: string; data: Uint8Array }[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, data } of files) {
    const path = new TextEncoder().encode(name);
    const facts = [VERSION, 2, FLAGS, 2, 0, 2, 0, 2, DATE, 2, crc32(data), 4, data.length, 4];
    const rest = [data.length, 4, path.length, 2, 0, 2];
    const header = fields([LOCAL, 4, ...facts, ...rest]);
    directory.push(
      fields([CENTRAL, 4, VERSION, 2, ...facts, ...rest, 0, 2, 0, 2, 0, 2, 0, 4, offset, 4]),
      path,
    );
    chunks.push(header, path, data);
    offset += header.length + path.length + data.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = files.length;
  const end = fields([END, 4, 0, 2, 0, 2, count, 2, count, 2, size, 4, offset, 4, 0, 2]);
  return join([...chunks, ...directory, end]);
}

/** Little-endian numbers, each followed by how many bytes it takes. */
function fields(values: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < values.length; at += 2)
    for (let byte = 0; byte < (values[at + 1] ?? 0); byte++)
      bytes.push(((values[at] ?? 0) >>> (8 * byte)) & 255);
  return Uint8Array.from(bytes);
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
