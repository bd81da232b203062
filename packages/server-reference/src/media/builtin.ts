/**
 * Decoding without ffmpeg, in a process of our own (decoder-process.ts): WAV, MP3, FLAC, and Ogg with Vorbis, Opus or FLAC.
 */
import { HttpError } from '../http-error.js';
import { isErrorCode } from '@sealscribe/protocol';
import { ABANDONED, checkEnd, runDecoder } from './decoder-child.js';
import { decoderEnvironment, type Sandbox } from './sandbox.js';
import type { Format } from './sniff.js';

/** Four times what decoding takes. */
const MEMORY = 384 * 1024 ** 2;

/** Formats that have a built-in decoder. */
export const builtinFormats = [
  'wav',
  'mp3',
  'flac',
  'ogg-vorbis',
  'ogg-opus',
  'ogg-flac',
] as const satisfies Format[];
export type BuiltinFormat = (typeof builtinFormats)[number];

/** Whether a format has a built-in decoder. */
export const isBuiltin = (format: Format): format is BuiltinFormat =>
  (builtinFormats as readonly Format[]).includes(format);

/** What to decode. */
export interface BuiltinRun {
  readonly format: BuiltinFormat;
  readonly input: readonly Uint8Array[];
  /** Path of the built decoder-process.js. */
  readonly script: string;
  /** Whether two channels are wanted instead of one, see {@link Downmixer.pair}. */
  readonly pair: boolean;
  readonly maxSeconds: number;
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
  readonly onConsumed?: (bytes: number) => void;
}

/**
 * The recording as samples at 16 kHz: arrays of one channel, or of two.
 *
 * @throws {HttpError} `undecodable_media`, or `decoder_missing` for a variant that only ffmpeg knows.
 */
export async function* decodeBuiltin(run: BuiltinRun): AsyncGenerator<Float32Array[], void> {
  const { format, input, script, maxSeconds, sandbox, signal } = run;
  // No limit on address space: V8 and WebAssembly reserve far more than they use. What they use is watched instead.
  const command = [
    ...sandbox.limits({ cpuSeconds: 60 + Math.ceil(maxSeconds / 10) }),
    ...sandbox.noNetwork,
    process.execPath,
    '--max-old-space-size=256',
    script,
    format,
    run.pair ? '2' : '1',
  ];
  const frameBytes = run.pair ? 8 : 4;
  const child = runDecoder({
    command,
    env: decoderEnvironment(),
    input,
    signal,
    residentBytes: MEMORY,
    ...(run.onConsumed && { onConsumed: run.onConsumed }),
  });
  let rest = new Uint8Array(0);
  let started = false;
  try {
    for (;;) {
      const next = await child.next();
      if (next.done) {
        checkEnd(next.value, started, (stderr) => refusal(stderr.trim()));
        return;
      }
      const bytes = new Uint8Array(rest.length + next.value.length);
      bytes.set(rest);
      bytes.set(next.value, rest.length);
      rest.fill(0);
      const whole = bytes.length - (bytes.length % frameBytes);
      rest = bytes.slice(whole);
      if (whole === 0) continue;
      started = true;
      const samples = new Float32Array(bytes.buffer, 0, whole / 4);
      yield run.pair ? separate(samples) : [samples];
    }
  } finally {
    await child.return(ABANDONED);
  }
}

/** Two channels from samples that take turns; what they came in is wiped. */
function separate(samples: Float32Array): [Float32Array, Float32Array] {
  const pick = (channel: number) =>
    Float32Array.from({ length: samples.length / 2 }, (_, i) => samples[2 * i + channel] as number);
  const pair: [Float32Array, Float32Array] = [pick(0), pick(1)];
  samples.fill(0);
  return pair;
}

/** The error that decoder-process.ts named. */
function refusal(word: string): HttpError {
  if (word === 'decoder_missing')
    return new HttpError(word, 'This variant of the format needs ffmpeg, which this server does not have.');
  return new HttpError(isErrorCode(word) ? word : 'undecodable_media');
}
