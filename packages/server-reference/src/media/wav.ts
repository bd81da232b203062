/**
 * Reading WAV as it arrives: RIFF, RF64 and BW64, with PCM of 8 to 32 bits, float of 32 and 64, A-law and mu-law, plain or
 * extensible. Sizes in headers are not believed: samples go on to the end of the bytes or of the data chunk, whichever comes
 * first, and nothing is allocated by them. ADPCM and the like are left to ffmpeg.
 */
import { HttpError } from '../http-error.js';

/** What the samples are. */
export interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
  readonly encoding: 'pcm' | 'float' | 'alaw' | 'mulaw';
  readonly bits: number;
}

const PCM = 1;
const FLOAT = 3;
const A_LAW = 6;
const MU_LAW = 7;
const EXTENSIBLE = 0xfffe;
const MAX_CHANNELS = 64;
const MAX_HEADER = 16 * 1024 ** 2;

/** Takes a WAV file in pieces; gives samples by channel, as float32 from -1 to 1. */
export class WavReader {
  #rest = new Uint8Array(0);
  #format: WavFormat | undefined;
  /** Bytes of the data chunk still to come; undefined before it begins. */
  #dataLeft: number | undefined;
  #dataSize64: number | undefined;
  /** Bytes of a chunk that is being skipped. */
  #skip = 0;
  #headerBytes = 0;
  #started = false;

  /** Known once the samples begin. */
  get format(): WavFormat | undefined {
    return this.#dataLeft === undefined ? undefined : this.#format;
  }

  /**
   * The next piece of the file; gives the samples that became whole, one array per channel.
   *
   * @throws {HttpError} `undecodable_media` when this is no WAV file, `decoder_missing` for an encoding that is not read here.
   */
  push(piece: Uint8Array): Float32Array[] | undefined {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    this.#rest.fill(0);
    const start = this.#dataLeft === undefined ? this.#readHeaders(bytes) : 0;
    const { used, samples } = this.#readSamples(bytes, start);
    this.#rest = bytes.slice(used);
    bytes.fill(0);
    return samples;
  }

  /** Reads chunks up to the samples; gives the position reached. */
  #readHeaders(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (;;) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - at);
        this.#skip -= skipped;
        at += skipped;
        this.#headerBytes += skipped;
        if (this.#headerBytes > MAX_HEADER) throw new HttpError('undecodable_media');
        if (this.#skip > 0) return at;
      }
      if (!this.#started) {
        if (bytes.length - at < 12) return at;
        if (text(bytes, at + 8) !== 'WAVE') throw new HttpError('undecodable_media');
        this.#started = true;
        at += 12;
        continue;
      }
      if (bytes.length - at < 8) return at;
      const id = text(bytes, at);
      const size = view.getUint32(at + 4, true);
      if (id === 'data') {
        if (this.#format === undefined) throw new HttpError('undecodable_media');
        // 0 and the largest number are what writers leave that could not go back.
        const known = size === 0xffffffff ? (this.#dataSize64 ?? 0) : size;
        this.#dataLeft = known === 0 ? Infinity : known;
        return at + 8;
      }
      if (id === 'fmt ' || id === 'ds64') {
        if (size < 16 || size > 4096) throw new HttpError('undecodable_media');
        if (bytes.length - at < 8 + size) return at;
        if (id === 'fmt ') this.#format = readFormat(view, at + 8, size);
        else this.#dataSize64 = Number(view.getBigUint64(at + 16, true));
      }
      this.#skip = size + (size % 2);
      at += 8;
    }
  }

  #readSamples(bytes: Uint8Array, start: number): { used: number; samples?: Float32Array[] } {
    const format = this.format;
    if (format === undefined) return { used: start };
    const left = this.#dataLeft as number;
    const frameBytes = (format.bits / 8) * format.channels;
    // Nothing more will come of what follows: it is not kept.
    if (left < frameBytes) return { used: bytes.length };
    const frames = Math.floor(Math.min(bytes.length - start, left) / frameBytes);
    if (frames === 0) return { used: start };
    const view = new DataView(bytes.buffer, start, frames * frameBytes);
    const samples = Array.from({ length: format.channels }, () => new Float32Array(frames));
    const read = readerOf(format);
    const width = format.bits / 8;
    let at = 0;
    for (let frame = 0; frame < frames; frame++)
      for (const channel of samples) {
        const value = read(view, at);
        channel[frame] = Number.isFinite(value) ? value : 0;
        at += width;
      }
    this.#dataLeft = left - frames * frameBytes;
    return { used: start + frames * frameBytes, samples };
  }
}

function readFormat(view: DataView, at: number, size: number): WavFormat {
  let tag = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  if (tag === EXTENSIBLE && size >= 26) tag = view.getUint16(at + 24, true);
  if (channels < 1 || channels > MAX_CHANNELS || sampleRate < 1000 || sampleRate > 768_000)
    throw new HttpError('undecodable_media');
  const encoding = ({ [PCM]: 'pcm', [FLOAT]: 'float', [A_LAW]: 'alaw', [MU_LAW]: 'mulaw' } as const)[tag];
  if (encoding === undefined)
    throw new HttpError(
      'decoder_missing',
      'This kind of WAV file needs ffmpeg, which this server does not have.',
    );
  const widths = { pcm: [8, 16, 24, 32], float: [32, 64], alaw: [8], mulaw: [8] }[encoding];
  if (!widths.includes(bits)) throw new HttpError('undecodable_media');
  return { sampleRate, channels, encoding, bits };
}

function readerOf({ encoding, bits }: WavFormat): (view: DataView, at: number) => number {
  if (encoding === 'alaw') return (view, at) => aLaw(view.getUint8(at));
  if (encoding === 'mulaw') return (view, at) => muLaw(view.getUint8(at));
  if (encoding === 'float')
    return bits === 32 ? (view, at) => view.getFloat32(at, true) : (view, at) => view.getFloat64(at, true);
  if (bits === 8) return (view, at) => (view.getUint8(at) - 128) / 128;
  if (bits === 16) return (view, at) => view.getInt16(at, true) / 0x8000;
  if (bits === 24)
    return (view, at) => (view.getInt8(at + 2) * 0x10000 + view.getUint16(at, true)) / 0x800000;
  return (view, at) => view.getInt32(at, true) / 0x80000000;
}

/** ITU-T G.711, A-law. */
function aLaw(code: number): number {
  const value = code ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = ((value & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (value & 0x80 ? magnitude : -magnitude) / 0x8000;
}

/** ITU-T G.711, mu-law. */
function muLaw(code: number): number {
  const value = ~code & 0xff;
  const magnitude = ((((value & 15) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84;
  return (value & 0x80 ? -magnitude : magnitude) / 0x8000;
}

const text = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
