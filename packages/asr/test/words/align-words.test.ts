import { describe, expect, it } from 'vitest';
import { alignWords, type Alignment } from '../../src/words/align-words.js';
import type { CrossAttention } from '../../src/words/attention-scores.js';
import { seededRandom } from '../speech.js';

const HEADS = [
  { layer: 0, head: 1, weight: 0.7 },
  { layer: 1, head: 0, weight: 0.3 },
];

/** Attention in which head 1 of layer 0 and head 0 of layer 1 follow the text, and the others look anywhere. */
function attend(random: () => number, heardAt: readonly number[], frames: number): CrossAttention {
  const weights = new Float32Array(heardAt.length * 4 * frames);
  heardAt.forEach((centre, token) => {
    for (let head = 0; head < 4; head++) {
      const row = weights.subarray((token * 4 + head) * frames, (token * 4 + head + 1) * frames);
      const follows = head === 1 || head === 2;
      for (let frame = 0; frame < frames; frame++)
        row[frame] = follows ? Math.exp(-(((frame - centre) / 3) ** 2)) + 0.01 * random() : random();
      const sum = row.reduce((total, weight) => total + weight, 0);
      row.forEach((weight, frame) => (row[frame] = weight / sum));
    }
  });
  return { layers: 2, heads: 2, frames, weights };
}

const pieces = (...texts: string[]) => texts.map((text) => ({ text, logProbability: Math.log(0.8) }));

const even: Omit<Alignment, 'tokens' | 'attention'> = { heads: HEADS, duration: 2, frameSeconds: 0.02 };

describe('word times', () => {
  it('are where the heads that follow the text look', () => {
    const attention = attend(seededRandom(1), [10, 25, 45, 80, 90], 100);
    const words = alignWords({ ...even, tokens: pieces(' One', ' two', ' thr', 'ee', '.'), attention });
    expect(words.map(({ word }) => word)).toEqual(['One', 'two', 'three.']);
    expect(words[0].end).toBeCloseTo(0.35, 1);
    expect(words[1].end).toBeCloseTo(0.7, 1);
    expect(words.map(({ confidence }) => confidence)).toEqual(
      [0.8, 0.8, 0.8].map((p) => expect.closeTo(p, 6)),
    );
  });

  it('end and begin with the speech around a pause', () => {
    const attention = attend(seededRandom(2), [10, 30, 70, 90], 100);
    const regions = [
      { start: 0.1, end: 0.8 },
      { start: 1.2, end: 1.9 },
    ];
    const words = alignWords({ ...even, tokens: pieces(' a', ' b', ' c', ' d'), attention, regions });
    expect(words[0].start).toBeCloseTo(0.08, 6);
    expect(words[1].end).toBeCloseTo(0.765, 6);
    expect(words[2].start).toBeCloseTo(1.18, 6);
    expect(words[3].end).toBeCloseTo(1.865, 6);
  });

  it('of a word on both sides of a pause are those of the side that is listened to more', () => {
    const attention = attend(seededRandom(3), [10, 68, 90], 100);
    const regions = [
      { start: 0.1, end: 0.8 },
      { start: 1.2, end: 1.9 },
    ];
    const words = alignWords({ ...even, tokens: pieces(' a', ' b', ' c'), attention, regions });
    expect(words[1].start).toBeCloseTo(1.18, 6);
  });

  it('of a single word are those of the speech', () => {
    const attention = attend(seededRandom(4), [50], 100);
    const [word] = alignWords({
      ...even,
      tokens: pieces(' Zero'),
      attention,
      regions: [{ start: 0.5, end: 1.5 }],
    });
    expect(word).toEqual({
      word: 'Zero',
      start: 0.48,
      end: 1.465,
      confidence: expect.closeTo(0.8, 6) as number,
    });
  });

  it('are in order, apart, inside the audio and never nothing, whatever the attention', () => {
    const random = seededRandom(5);
    const below = (limit: number) => Math.floor(random() * limit);
    const texts = [' a', ' bc', 'd', '.', ' -', ' ', '', 'é', ' 私', 'は'];
    for (let round = 0; round < 500; round++) {
      const frames = 1 + below(60);
      const duration = 0.1 + random() * frames * 0.03;
      const tokens = Array.from({ length: below(30) }, () => ({
        text: texts[below(texts.length)],
        logProbability: -random() * 5,
      }));
      const attention = attend(
        random,
        tokens.map(() => random() * frames),
        frames,
      );
      let at = 0;
      const regions = Array.from({ length: below(4) }, () => {
        const start = at + random() * (duration - at);
        at = start + random() * (duration - start);
        return { start, end: at };
      });
      const words = alignWords({ tokens, attention, heads: HEADS, duration, frameSeconds: 0.024, regions });
      const spaced = (text: string) => text.replace(/\s+/g, '');
      expect(spaced(words.map(({ word }) => word).join(''))).toBe(
        spaced(tokens.map(({ text }) => text).join('')),
      );
      let last = 0;
      for (const { start, end, confidence } of words) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end - start).toBeGreaterThan(Math.min(0.02, duration / words.length) - 1e-9);
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(duration);
    }
  });
});
