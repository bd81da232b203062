import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readWav } from '../../../../test/fixtures/wav.js';
import { KaldiFbank } from '../../src/features/kaldi-fbank.js';
import { NemoLogMel } from '../../src/features/nemo-log-mel.js';
import { WhisperLogMel, WHISPER_FRAMES } from '../../src/features/whisper-log-mel.js';
import { jfkPath } from '../speech.js';

const script = fileURLToPath(new URL('log-mel.py', import.meta.url));
const python = ['/usr/bin/python3', 'python3'].find(
  (path) => spawnSync(path, ['-c', 'import numpy']).status === 0,
);

const pcm = readWav(jfkPath).slice(3000, 3000 + 4 * 16_000 + 77);

/** The same features by numpy, from the definitions. */
function independently(kind: string, bands: number, samples: Float32Array): Float32Array {
  const { status, stdout, stderr } = spawnSync(python!, [script, kind, String(bands)], {
    input: new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(String(stderr));
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

describe.skipIf(python === undefined)('log-mel features are those that numpy computes', () => {
  it.each([80, 128])('for Whisper with %i bands', (bands) => {
    const mel = new WhisperLogMel(bands).compute(pcm);
    expect(mel.length).toBe(bands * WHISPER_FRAMES);
    expect(largestDifference(mel, independently('whisper', bands, pcm))).toBeLessThan(1e-5);
  });

  it('for Whisper where the audio fills the 30 s and is mirrored at both ends', () => {
    const full = new Float32Array(480_000);
    for (let i = 0; i < full.length; i += pcm.length) full.set(pcm.subarray(0, full.length - i), i);
    const mel = new WhisperLogMel(80).compute(full);
    expect(largestDifference(mel, independently('whisper', 80, full))).toBeLessThan(1e-5);
  });

  it.each([80, 128])('for NeMo with %i bands', (bands) => {
    const { values, mels, frames } = new NemoLogMel(bands).compute(pcm);
    expect([mels, frames]).toEqual([bands, Math.floor(pcm.length / 160)]);
    expect(largestDifference(values, independently('nemo', bands, pcm))).toBeLessThan(2e-4);
  });

  it.each([
    ['hamming', 'kaldi'],
    ['povey', 'kaldi-povey'],
  ] as const)('for Kaldi with a %s window', (window, kind) => {
    const values = new KaldiFbank(80, window).compute(pcm);
    expect(largestDifference(values, independently(kind, 80, pcm))).toBeLessThan(2e-4);
  });
});

describe('log-mel features', () => {
  it('of silence are flat and finite', () => {
    const silence = new Float32Array(16_000);
    expect(new Set(new WhisperLogMel(80).compute(silence))).toEqual(new Set([-1.5]));
    expect(new NemoLogMel(80).compute(silence).values.every((value) => Math.abs(value) < 1e-3)).toBe(true);
    expect(
      new KaldiFbank().compute(silence).every((value) => value === Math.fround(Math.log(2 ** -23))),
    ).toBe(true);
  });

  it('of less audio than a frame have no frames', () => {
    expect(new NemoLogMel(80).compute(new Float32Array(100)).frames).toBe(0);
    expect(new KaldiFbank().compute(new Float32Array(399)).length).toBe(0);
  });

  it('of a tone are loudest in the band that holds it', () => {
    const tone = Float32Array.from(
      { length: 16_000 },
      (_, i) => 0.5 * Math.sin((2 * Math.PI * 1000 * i) / 16_000),
    );
    const mel = new WhisperLogMel(80).compute(tone);
    const column = Array.from({ length: 80 }, (_, band) => mel[band * WHISPER_FRAMES + 50]);
    // 1 kHz is mel 15 of 45.2 on Slaney's scale: the peak of filter 15 / 45.2 * 81 - 1.
    expect(column.indexOf(Math.max(...column))).toBe(26);
  });
});
