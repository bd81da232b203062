/**
 * A built-in decoder: a recording on stdin, float32 samples at 16 kHz on stdout, of one channel or of two in turns; one
 * process per recording. On failure the exit code is 1 and stderr holds an error code.
 * Usage: decoder-process.js FORMAT CHANNELS
 */
import { readSync, writeSync } from 'node:fs';
import { Downmixer, Resampler } from '@sealscribe/asr';
import { closeToInspection } from './hardening.js';
import { HttpError } from './http-error.js';
import type { BuiltinFormat } from './media/builtin.js';
import { openPcmDecoder, type Pcm } from './media/pcm-decoders.js';

const SAMPLE_RATE = 16_000;
const PAIR = process.argv[3] === '2';
const piece = new Uint8Array(64 * 1024);

let downmixer: Downmixer | undefined;
/** One for each channel. */
let resamplers: Resampler[] = [];
let rate = 0;

/** Writes channels of equal length. */
function write(channels: readonly Float32Array[]): void {
  const [first = new Float32Array(0)] = channels;
  if (channels.length === 1) return writeSamples(first);
  const both = new Float32Array(channels.length * first.length);
  channels.forEach((samples, channel) => {
    for (let i = 0; i < samples.length; i++) both[i * channels.length + channel] = samples[i] as number;
    samples.fill(0);
  });
  writeSamples(both);
}

function writeSamples(samples: Float32Array): void {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  for (let done = 0; done < bytes.length;) done += writeSync(1, bytes, done);
  samples.fill(0);
}

function take({ channels, sampleRate }: Pcm): void {
  if (channels.length === 0 || channels[0]?.length === 0) return;
  if (downmixer === undefined || rate !== sampleRate) {
    flush();
    rate = sampleRate;
    downmixer = new Downmixer(sampleRate);
    resamplers = Array.from({ length: PAIR ? 2 : 1 }, () => new Resampler(sampleRate, SAMPLE_RATE));
  }
  const given = PAIR ? downmixer.pair(channels) : [downmixer.mix(channels)];
  for (const channel of channels) channel.fill(0);
  write(resamplers.map((resampler, i) => resampler.push(given[i] as Float32Array)));
  for (const samples of given) samples.fill(0);
}

function flush(): void {
  if (resamplers.length > 0) write(resamplers.map((resampler) => resampler.flush()));
}

closeToInspection();
try {
  const decoder = await openPcmDecoder(process.argv[2] as BuiltinFormat);
  for (let count; (count = readSync(0, piece, 0, piece.length, null)) > 0;) {
    const pcm = await decoder.push(piece.subarray(0, count));
    if (pcm !== undefined) take(pcm);
  }
  const last = await decoder.end();
  if (last !== undefined) take(last);
  flush();
  if (resamplers.length === 0 && !decoder.recognised) throw new HttpError('undecodable_media');
} catch (error) {
  writeSync(2, error instanceof HttpError ? error.code : 'undecodable_media');
  process.exitCode = 1;
}
piece.fill(0);
