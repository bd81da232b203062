/** The decoders behind decoder-process.ts, all with one face: pieces of a file in, samples by channel out. */
import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { MPEGDecoder } from 'mpg123-decoder';
import { OggOpusDecoder } from 'ogg-opus-decoder';
import type { BuiltinFormat } from './builtin.js';
import { WavReader } from './wav.js';

/** Samples from -1 to 1, one array of equal length per channel. */
export interface Pcm {
  readonly channels: Float32Array[];
  readonly sampleRate: number;
}

/** Decodes one file. */
export interface PcmDecoder {
  push(piece: Uint8Array): Promise<Pcm | undefined>;
  end(): Promise<Pcm | undefined>;
  /** Whether the bytes so far were a file of the format, even if one without samples. */
  readonly recognised: boolean;
}

interface Decoded {
  readonly channelData: Float32Array[];
  readonly sampleRate: number;
}

/** What the WebAssembly decoders have in common; MP3 has nothing to flush. */
interface WasmDecoder {
  readonly ready: Promise<void>;
  decode(piece: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Promise<Decoded>;
}

/** Opens the decoder of a format. */
export async function openPcmDecoder(format: BuiltinFormat): Promise<PcmDecoder> {
  if (format === 'wav') return wavDecoder();
  const decoder: WasmDecoder = {
    mp3: () => new MPEGDecoder(),
    flac: () => new FLACDecoder(),
    'ogg-flac': () => new FLACDecoder(),
    'ogg-vorbis': () => new OggVorbisDecoder(),
    'ogg-opus': () => new OggOpusDecoder(),
  }[format]();
  await decoder.ready;
  let recognised = false;
  const toPcm = ({ channelData, sampleRate }: Decoded): Pcm | undefined => {
    const length = Math.min(...channelData.map((channel) => channel.length));
    if (channelData.length === 0 || length === 0) return undefined;
    recognised = true;
    return { channels: channelData.map((channel) => channel.subarray(0, length)), sampleRate };
  };
  return {
    push: async (piece) => toPcm(await decoder.decode(piece)),
    end: async () => (decoder.flush === undefined ? undefined : toPcm(await decoder.flush())),
    get recognised() {
      return recognised;
    },
  };
}

function wavDecoder(): PcmDecoder {
  const reader = new WavReader();
  return {
    push: async (piece) => {
      const channels = reader.push(piece);
      const { format } = reader;
      return channels && format && { channels, sampleRate: format.sampleRate };
    },
    end: async () => undefined,
    get recognised() {
      return reader.format !== undefined;
    },
  };
}
