import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeAudio, hasFfmpeg } from '../../../../test/fixtures/ffmpeg.js';
import { readWav } from '../../../../test/fixtures/wav.js';
import { ChannelSurvey } from '../../src/media/channel-survey.js';

const SECOND = 16_000;
const jfk = readWav(
  fileURLToPath(
    new URL(
      '../../../../node_modules/nodejs-whisper/cpp/whisper.cpp/bindings/go/samples/jfk.wav',
      import.meta.url,
    ),
  ),
);
// The shared folder beside the checkout.
const speech = fileURLToPath(new URL('../../../../../shared/speech/', import.meta.url));

function survey(left: Float32Array, right: Float32Array): { distinct: boolean; seconds: number } {
  const listening = new ChannelSurvey();
  let at = 0;
  while (at < left.length && !listening.push([left.subarray(at, at + 1000), right.subarray(at, at + 1000)]))
    at += 1000;
  return { distinct: listening.distinct, seconds: at / SECOND };
}

const silence = (seconds: number) => new Float32Array(seconds * SECOND);
const join = (...parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
const noise = (length: number, level: number) =>
  Float32Array.from({ length }, (_, i) => level * Math.sin(i * i * 0.7310585));
/** The same sound at another microphone: later, quieter, with an echo and a noise of its own. */
const elsewhere = (pcm: Float32Array, samples: number, gain: number) => {
  const hiss = noise(pcm.length, 0.001);
  return pcm.map((_, i) => gain * ((pcm[i - samples] ?? 0) + 0.4 * (pcm[i - samples - 900] ?? 0)) + hiss[i]);
};

describe('a survey of two channels', () => {
  it('finds two people who take turns', () => {
    expect(survey(join(jfk, silence(11)), join(silence(11), jfk)).distinct).toBe(true);
  });

  it('finds them on noisy lines that leak into each other', () => {
    const [left, right] = [join(jfk, silence(11)), join(silence(11), jfk)];
    const leak = (mine: Float32Array, other: Float32Array) => {
      const hiss = noise(mine.length, 0.002);
      return mine.map((sample, i) => sample + 0.01 * (other[i - 40] ?? 0) + hiss[i]);
    };
    expect(survey(leak(left, right), leak(right, left)).distinct).toBe(true);
  });

  it('finds one scene in equal channels, and in microphones apart', () => {
    expect(survey(jfk, jfk).distinct).toBe(false);
    expect(
      survey(
        jfk,
        jfk.map((sample) => -0.3 * sample),
      ).distinct,
    ).toBe(false);
    expect(survey(jfk, elsewhere(jfk, 30, 0.5)).distinct).toBe(false);
    const talk = join(jfk, silence(3), jfk);
    expect(survey(elsewhere(talk, 3, 0.9), elsewhere(talk, 70, 0.4)).distinct).toBe(false);
  });

  it('does not take silence, hum or a click for a person', () => {
    const long = join(jfk, jfk);
    const hum = Float32Array.from(long, (_, i) => 0.05 * Math.sin((2 * Math.PI * 50 * i) / SECOND));
    const click = silence(22);
    click.fill(0.5, 5000, 5400);
    for (const other of [silence(22), hum, noise(long.length, 0.01), click])
      expect(survey(long, other).distinct).toBe(false);
    expect(survey(silence(2), silence(2)).distinct).toBe(false);
  });

  it('stops as soon as all is clear', () => {
    const turns = join(...Array.from({ length: 10 }, () => [jfk, silence(11)]).flat());
    const answers = join(...Array.from({ length: 10 }, () => [silence(11), jfk]).flat());
    expect(survey(turns, answers).seconds).toBeLessThan(31);
    expect(survey(turns, turns).seconds).toBeLessThan(31);
  });

  it.skipIf(!existsSync(speech) || !hasFfmpeg)(
    'finds two people who speak at once (shared recording; skipped without it or ffmpeg)',
    () => {
      const [left, right] = [0, 1].map((channel) =>
        decodeAudio(`${speech}stereo_two_channels.flac`, channel),
      ) as [Float32Array, Float32Array];
      expect(survey(left, right).distinct).toBe(true);
    },
  );
});
