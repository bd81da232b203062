/**
 * Reads the table of a tar archive (POSIX.1-1988 ustar, as the server writes it) from bytes in memory or in a file. Files are
 * read when they are asked for. Directories and other kinds of entries are passed over; an archive without its end was cut off.
 */
import { IntegrityError } from '../errors.js';

const BLOCK = 512;
const END = 2 * BLOCK;
/** Entries that one archive may have: a hostile one cannot fill the memory with names. */
const MAX_FILES = 5_000_000;

/** The bytes of an archive. A Blob may be a file, of which only the wanted parts are read. */
export type ArchiveSource = Uint8Array | Blob;

/** The files of an archive, by name. */
export class TarFiles {
  private constructor(
    private readonly source: ArchiveSource,
    private readonly places: ReadonlyMap<string, { start: number; size: number }>,
  ) {}

  /**
   * Reads the table.
   * @throws IntegrityError "malformed" when it is no tar archive, was cut off, or names a file twice
   */
  static async read(source: ArchiveSource): Promise<TarFiles> {
    const places = new Map<string, { start: number; size: number }>();
    const length = source instanceof Uint8Array ? source.length : source.size;
    let at = 0;
    for (;;) {
      if (at + END > length) throw malformed();
      const block = await slice(source, at, at + BLOCK);
      if (block.every((byte) => byte === 0)) break;
      const { name, size, isFile } = readHeader(block);
      const start = at + BLOCK;
      if (start + size > length || places.has(name) || places.size >= MAX_FILES) throw malformed();
      if (isFile) places.set(name, { start, size });
      at = start + Math.ceil(size / BLOCK) * BLOCK;
    }
    if ((await slice(source, at, at + END)).some((byte) => byte !== 0)) throw malformed();
    return new TarFiles(source, places);
  }

  /** Every name, in the archive's order. */
  names(): Iterable<string> {
    return this.places.keys();
  }

  /** Bytes of a file, or undefined where there is none of this name. */
  size(name: string): number | undefined {
    return this.places.get(name)?.size;
  }

  /** A file, or undefined where there is none of this name. */
  async read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const place = this.places.get(name);
    return place && slice(this.source, place.start, place.start + place.size);
  }
}

async function slice(source: ArchiveSource, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array) return source.slice(start, end);
  return new Uint8Array(await source.slice(start, end).arrayBuffer());
}

function readHeader(block: Uint8Array): { name: string; size: number; isFile: boolean } {
  const text = (start: number, length: number) => {
    const field = block.subarray(start, start + length);
    const end = field.indexOf(0);
    return String.fromCharCode(...(end < 0 ? field : field.subarray(0, end)));
  };
  const octal = (start: number, length: number) => {
    const digits = text(start, length).trim();
    if (!/^[0-7]{1,11}$/.test(digits)) throw malformed();
    return Number.parseInt(digits, 8);
  };
  if (text(257, 5) !== 'ustar') throw malformed();
  // The sum over the header in which the sum's own field is spaces.
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (octal(148, 8) !== sum) throw malformed();
  const kind = block[156] ?? 0;
  return { name: text(0, 100), size: octal(124, 12), isFile: kind === 0 || kind === 0x30 };
}

/** What is said of anything that is not an archive of this kind. */
export const malformed = () =>
  new IntegrityError('malformed', 'This is not a whole Sealscribe archive: it was cut off, or changed.');
