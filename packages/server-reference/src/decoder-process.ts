/**
 * A built-in decoder: a recording on stdin, mono float32 samples at 16 kHz on stdout, one process per recording.
 * On failure the exit code is 1 and stderr holds an error code. Usage: decoder-process.js FORMAT
 */
import { readSync, writeSync } from 'node:fs';
import { ignoreDebuggerSignal } from './hardening.js';
import { HttpError } from './http-error.js';
import type { BuiltinFormat } from './media/builtin.js';
import { Downmixer } from './media/downmix.js';
import { openPcmDecoder, type Pcm } from './media/pcm-decoders.js';
import { Resampler } from './media/resample.js';

const SAMPLE_RATE = 16_000;
const piece = new Uint8Array(64 * 1024);

let downmixer: Downmixer | undefined;
let resampler: Resampler | undefined;
let rate = 0;

function write(samples: Float32Array): void {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  for (let done = 0; done < bytes.length;) done += writeSync(1, bytes, done);
  samples.fill(0);
}

function take({ channels, sampleRate }: Pcm): void {
  if (channels.length === 0 || channels[0]?.length === 0) return;
  if (resampler === undefined || downmixer === undefined || rate !== sampleRate) {
    if (resampler !== undefined) write(resampler.flush());
    rate = sampleRate;
    downmixer = new Downmixer(sampleRate);
    resampler = new Resampler(sampleRate, SAMPLE_RATE);
  }
  const mixed = downmixer.mix(channels);
  for (const channel of channels) channel.fill(0);
  write(resampler.push(mixed));
  mixed.fill(0);
}

ignoreDebuggerSignal();
try {
  const decoder = await openPcmDecoder(process.argv[2] as BuiltinFormat);
  for (let count; (count = readSync(0, piece, 0, piece.length, null)) > 0;) {
    const pcm = await decoder.push(piece.subarray(0, count));
    if (pcm !== undefined) take(pcm);
  }
  const last = await decoder.end();
  if (last !== undefined) take(last);
  if (resampler !== undefined) write(resampler.flush());
  else if (!decoder.recognised) throw new HttpError('undecodable_media');
} catch (error) {
  writeSync(2, error instanceof HttpError ? error.code : 'undecodable_media');
  process.exitCode = 1;
}
piece.fill(0);
