/**
 * From a recording's bytes to samples: finds out what it is, chooses the decoder, puts the index of MP4 and CAF files in
 * front, and takes the first audio track in which there is any sound.
 */
import { HttpError } from '../http-error.js';
import { wipe } from '../transcription/wipe.js';
import { decodeBuiltin, isBuiltin } from './builtin.js';
import { moveCafDataToEnd, moveMoovToFront } from './faststart.js';
import { decodeWithFfmpeg } from './ffmpeg.js';
import type { Sandbox } from './sandbox.js';
import { findMpegAudio, sniff, SNIFF_BYTES, type Format } from './sniff.js';

/** The decoders of this server. */
export interface Decoders {
  readonly kind: 'ffmpeg' | 'builtin';
  readonly sandbox: Sandbox;
  /** Path of the built decoder-process.js. */
  readonly script: string;
}

/** Limits and listeners of one decoding. */
export interface DecodeOptions {
  readonly maxSeconds: number;
  readonly signal: AbortSignal;
  /** Called with the part of the bytes that the decoder has taken, 0 to 1. */
  readonly onConsumed?: (fraction: number) => void;
}

/** Samples of two channels, of equal length. */
export type ChannelPair = readonly [left: Float32Array, right: Float32Array];

/** -80 dB: what dithering leaves of silence. */
const AUDIBLE = 1e-4;
const MAX_TRACKS = 16;

/**
 * Checks that there is a decoder for these bytes, before anything is started.
 *
 * @throws {HttpError} `empty_file`, `unsupported_media`, `decoder_missing`.
 */
export function checkMedia(blocks: readonly Uint8Array[], decoders: Decoders): Format {
  const [first] = blocks;
  if (first === undefined || first.length === 0) throw new HttpError('empty_file');
  const format = sniff(first.subarray(0, SNIFF_BYTES));
  if (format === 'not-media')
    throw new HttpError('unsupported_media', 'The file is not an audio or video recording.');
  if (decoders.kind === 'builtin' && !isBuiltin(format) && format !== 'unknown')
    throw new HttpError(
      'decoder_missing',
      'This format needs ffmpeg, which this server does not have. Without it there are WAV, MP3, FLAC, Ogg Vorbis and Opus.',
    );
  // MP3 may have anything in front of it; its built-in decoder would also make noises of bytes that are no MP3 at all.
  if (decoders.kind === 'builtin' && format === 'unknown' && !findMpegAudio(first))
    throw new HttpError('undecodable_media');
  return format;
}

/**
 * The recording as mono samples at 16 kHz. The taker wipes the chunks.
 *
 * @throws {HttpError} as {@link checkMedia}, and `undecodable_media`, `no_audio`.
 */
export async function* decodeMedia(
  blocks: readonly Uint8Array[],
  decoders: Decoders,
  options: DecodeOptions,
): AsyncGenerator<Float32Array, void> {
  for await (const [mono] of decode(blocks, decoders, { ...options, pair: false }))
    if (mono !== undefined) yield mono;
}

/**
 * The recording's two channels at 16 kHz; of a recording with another number of channels the mix, twice. Otherwise as
 * {@link decodeMedia}.
 */
export async function* decodePair(
  blocks: readonly Uint8Array[],
  decoders: Decoders,
  options: DecodeOptions,
): AsyncGenerator<ChannelPair, void> {
  for await (const [left, right] of decode(blocks, decoders, { ...options, pair: true }))
    if (left !== undefined && right !== undefined) yield [left, right];
}

async function* decode(
  blocks: readonly Uint8Array[],
  decoders: Decoders,
  options: DecodeOptions & { pair: boolean },
): AsyncGenerator<Float32Array[], void> {
  const format = checkMedia(blocks, decoders);
  const total = blocks.reduce((sum, block) => sum + block.length, 0);
  const { onConsumed, ...limits } = options;
  const common = {
    ...limits,
    sandbox: decoders.sandbox,
    onConsumed: (bytes: number) => onConsumed?.(Math.min(1, bytes / total)),
  };
  if (decoders.kind === 'builtin') {
    const builtin = isBuiltin(format) ? format : 'mp3';
    yield* decodeBuiltin({ ...common, format: builtin, input: blocks, script: decoders.script });
    return;
  }
  const input =
    format === 'iso-media' ? moveMoovToFront(blocks) : format === 'caf' ? moveCafDataToEnd(blocks) : blocks;
  yield* firstAudibleTrack((track) => decodeWithFfmpeg({ ...common, input, track }));
}

/** The first track with sound in it; where there is none, as much silence as the first is long. */
async function* firstAudibleTrack(
  open: (track: number) => AsyncGenerator<Float32Array[], void>,
): AsyncGenerator<Float32Array[], void> {
  let firstLength = 0;
  let channels = 1;
  for (let track = 0; track < MAX_TRACKS; track++) {
    let silent = 0;
    let audible = false;
    try {
      for await (const chunk of open(track)) {
        channels = chunk.length;
        if (!audible && chunk.some((samples) => samples.some((sample) => Math.abs(sample) > AUDIBLE))) {
          audible = true;
          yield* silence(silent, channels);
        }
        if (audible) yield chunk;
        else silent += chunk[0]?.length ?? 0;
        chunk.forEach(wipe);
      }
    } catch (error) {
      const noMore = error instanceof HttpError && error.code === 'no_audio' && track > 0;
      if (!noMore) throw error;
      break;
    }
    if (audible) return;
    if (track === 0) firstLength = silent;
  }
  yield* silence(firstLength, channels);
}

function* silence(samples: number, channels: number): Generator<Float32Array[], void> {
  for (let left = samples; left > 0; left -= 16_000)
    yield Array.from({ length: channels }, () => new Float32Array(Math.min(left, 16_000)));
}
