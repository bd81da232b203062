/**
 * What a file is, by its first bytes; names and content types are not trusted. Only used to choose a decoder and to say
 * clearly what is wrong with files that are no media at all: it does not validate.
 */

/** A media format that has a decoder of our own, another one that ffmpeg may know, or content that is no recording. */
export type Format =
  | 'wav'
  | 'mp3'
  | 'flac'
  | 'ogg-vorbis'
  | 'ogg-opus'
  | 'ogg-flac'
  | 'iso-media'
  | 'caf'
  | 'other-media'
  | 'unknown'
  | 'not-media';

const ascii = (bytes: Uint8Array, offset: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(offset, offset + length));

/** Magic numbers of what people upload by mistake: pictures, documents, archives, programs. */
const notMedia: readonly (readonly [offset: number, magic: string])[] = [
  [0, '\xff\xd8\xff'],
  [0, '\x89PNG'],
  [0, 'GIF8'],
  [0, 'II*\0'],
  [0, 'MM\0*'],
  [8, 'WEBP'],
  [0, '%PDF'],
  [0, 'PK\x03\x04'],
  [0, '\x1f\x8b'],
  [0, '7z\xbc\xaf'],
  [0, 'Rar!'],
  [0, '\xd0\xcf\x11\xe0'],
  [0, '\x7fELF'],
  [0, 'SQLite'],
  [0, '\xff\xfe'],
  [0, '\xfe\xff'],
];
const pictureBrands = new Set(['heic', 'heix', 'mif1', 'msf1', 'avif', 'avis']);
const isoBoxes = new Set(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot', 'styp', 'moof', 'sidx']);
const otherMagics: readonly (readonly [offset: number, magic: string])[] = [
  [0, '\x1aE\xdf\xa3'], // Matroska, WebM
  [0, '0&\xb2u'], // ASF
  [8, 'AVI '],
  [0, 'FLV'],
  [0, 'FORM'], // AIFF
  [0, '.snd'],
  [0, 'wvpk'],
  [0, 'TTA1'],
  [0, 'riff'], // W64
  [0, '#!AMR'],
  [0, '\x0b\x77'], // AC-3
  [0, 'MAC '],
  [0, '\0\0\x01\xba'], // MPEG programme stream
];

/** Enough of a file's beginning for {@link sniff}. */
export const SNIFF_BYTES = 4096;

/** The format of a file that begins with `head`. */
export function sniff(head: Uint8Array): Format {
  const at = ([offset, magic]: readonly [number, string]) => ascii(head, offset, magic.length) === magic;
  const start = ascii(head, 0, 4);
  if ((start === 'RIFF' || start === 'RF64' || start === 'BW64') && ascii(head, 8, 4) === 'WAVE')
    return 'wav';
  if (start === 'fLaC') return 'flac';
  if (start === 'OggS') return sniffOgg(head);
  if (start === 'caff') return 'caf';
  if (isoBoxes.has(ascii(head, 4, 4)))
    return pictureBrands.has(ascii(head, 8, 4)) ? 'not-media' : 'iso-media';
  // ADTS and MPEG audio share their sync word; layer 0 is ADTS.
  if (start.startsWith('ID3')) return 'mp3';
  if (head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0) return 'other-media';
  if (mpegFrameLength(head, 0) > 0) return 'mp3';
  if (head[0] === 0x47 && head[188] === 0x47) return 'other-media';
  if (otherMagics.some(at)) return 'other-media';
  if (notMedia.some(at) || isText(head)) return 'not-media';
  return 'unknown';
}

function sniffOgg(head: Uint8Array): Format {
  const packet = 27 + (head[26] ?? 0);
  if (ascii(head, packet, 8) === 'OpusHead') return 'ogg-opus';
  if (ascii(head, packet + 1, 6) === 'vorbis') return 'ogg-vorbis';
  if (ascii(head, packet + 1, 4) === 'FLAC') return 'ogg-flac';
  return 'other-media';
}

// Bit rates in kbit/s by the header's index: MPEG 1 layers I, II, III, then MPEG 2 and 2.5 layer I, layers II and III.
const bitRates = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;

/** Length in bytes of the MPEG audio frame whose header stands at `offset`; 0 where there is none (ISO/IEC 11172-3, 13818-3). */
function mpegFrameLength(bytes: Uint8Array, offset: number): number {
  const [a = 0, b = 0, c = 0] = bytes.subarray(offset, offset + 3);
  const version = (b >> 3) & 3; // 3 = MPEG 1, 2 = MPEG 2, 0 = MPEG 2.5
  const layer = 4 - ((b >> 1) & 3);
  if (a !== 0xff || (b & 0xe0) !== 0xe0 || version === 1 || layer === 4) return 0;
  const table = version === 3 ? layer - 1 : layer === 1 ? 3 : 4;
  const bitRate = (bitRates[table]?.[c >> 4] ?? 0) * 1000;
  const sampleRate =
    ([44_100, 48_000, 32_000][(c >> 2) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4);
  if (bitRate === 0 || sampleRate === 0) return 0;
  const padding = (c >> 1) & 1;
  if (layer === 1) return 4 * (Math.floor((12 * bitRate) / sampleRate) + padding);
  const samples = layer === 3 && version !== 3 ? 576 : 1152;
  return Math.floor((samples * bitRate) / 8 / sampleRate) + padding;
}

/** Whether MPEG audio begins somewhere in these bytes: three frames, one right after the other. */
export function findMpegAudio(bytes: Uint8Array): boolean {
  for (let start = 0; start + 3 <= bytes.length; start++) {
    let frames = 0;
    for (let at = start; frames < 3; frames++) {
      const length = mpegFrameLength(bytes, at);
      if (length === 0) break;
      at += length;
    }
    if (frames === 3) return true;
  }
  return false;
}

function isText(head: Uint8Array): boolean {
  const part = head.subarray(0, SNIFF_BYTES);
  if (part.some((byte) => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13))
    return false;
  try {
    // A character that the cut at the end split is no reason to doubt.
    new TextDecoder('utf-8', { fatal: true }).decode(part, { stream: true });
    return true;
  } catch {
    return false;
  }
}
