import type { Word } from '@sealscribe/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transcribePcm, type Recognizer, type VoiceActivityDetector } from '../../src/index.js';
import { loadRecognizer, loadVad } from '../models.js';
import { hasRecordings, readShared, samplesOf } from '../shared-recordings.js';

interface Timed {
  start: number;
  end: number;
}

const bare = (word: string) => word.toLowerCase().replace(/[^a-z0-9']/g, '');

/** Pairs of equal words on the cheapest way from one list to the other. */
function matchWords<T extends { word: string }>(
  expected: readonly T[],
  actual: readonly Word[],
): [T, Word][] {
  const cost = Array.from({ length: expected.length + 1 }, (_, i) =>
    Array.from({ length: actual.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const same = (i: number, j: number) => bare(expected[i - 1].word) === bare(actual[j - 1].word);
  for (let i = 1; i <= expected.length; i++) {
    for (let j = 1; j <= actual.length; j++) {
      const through = cost[i - 1][j - 1] + (same(i, j) ? 0 : 1);
      cost[i][j] = Math.min(through, cost[i - 1][j] + 1, cost[i][j - 1] + 1);
    }
  }
  const pairs: [T, Word][] = [];
  for (let i = expected.length, j = actual.length; i > 0 && j > 0;) {
    if (cost[i][j] === cost[i - 1][j - 1] + (same(i, j) ? 0 : 1)) {
      if (same(i, j)) pairs.unshift([expected[i - 1], actual[j - 1]]);
      i--;
      j--;
    } else if (cost[i][j] === cost[i - 1][j] + 1) i--;
    else j--;
  }
  return pairs;
}

/** Mean, median and 95th percentile of how far off times are, in milliseconds. */
function summarize(pairs: readonly [Timed, Timed][], border: 'start' | 'end') {
  const errors = pairs
    .map(([expected, actual]) => Math.abs(actual[border] - expected[border]) * 1000)
    .sort((a, b) => a - b);
  return {
    mean: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    median: errors[Math.floor(errors.length / 2)],
    p95: errors[Math.ceil(errors.length * 0.95) - 1],
  };
}

const report = (name: string, starts: object, ends: object) =>
  process.stdout.write(`${name} [ms]: starts ${JSON.stringify(starts)}, ends ${JSON.stringify(ends)}\n`);

describe.skipIf(!hasRecordings)(
  'word times on the shared recordings (skipped without them or ffmpeg)',
  () => {
    let vad: VoiceActivityDetector;
    let recognizer: Recognizer;
    beforeAll(async () => {
      [vad, recognizer] = await Promise.all([loadVad(), loadRecognizer()]);
    });
    afterAll(() => Promise.all([vad.release(), recognizer.release()]));

    const transcribe = (file: string) => transcribePcm(samplesOf(file), { vad, recognizer });

    it('are close to those of a forced aligner in fluent, slow and careless speech', async () => {
      const { segments } = await transcribe('mfa_acoustic_corpus.flac');
      const expected = readShared('mfa_acoustic_corpus.words.tsv')
        .trim()
        .split('\n')
        .map((line) => line.split('\t'))
        .map(([start, end, word]) => ({ start: Number(start), end: Number(end), word }));
      const pairs = matchWords(
        expected,
        segments.flatMap(({ words }) => words),
      );
      const [starts, ends] = [summarize(pairs, 'start'), summarize(pairs, 'end')];
      report(`${pairs.length} words of mfa_acoustic_corpus`, starts, ends);
      expect(pairs.length).toBeGreaterThanOrEqual(50);
      expect(starts.mean).toBeLessThanOrEqual(55);
      expect(starts.p95).toBeLessThanOrEqual(200);
      expect(ends.mean).toBeLessThanOrEqual(60);
      expect(ends.p95).toBeLessThanOrEqual(160);
    });

    it('meet the borders of turns in conversations', async () => {
      const pairs: [Timed, Timed][] = [];
      for (const name of ['conv2_female_male', 'conv2_male_male', 'conv3', 'conv4']) {
        const words = (await transcribe(`${name}.flac`)).segments.flatMap((segment) => segment.words);
        for (const line of readShared(`${name}.rttm`).trim().split('\n')) {
          const [start, length] = line.split(/\s+/).slice(3, 5).map(Number);
          const turn = { start, end: start + length };
          const inside = words.filter((word) => {
            const middle = (word.start + word.end) / 2;
            return middle > turn.start - 0.2 && middle < turn.end + 0.2;
          });
          pairs.push([turn, { start: inside[0].start, end: inside[inside.length - 1].end }]);
        }
      }
      const [starts, ends] = [summarize(pairs, 'start'), summarize(pairs, 'end')];
      report(`${pairs.length} turns of conv*`, starts, ends);
      expect(pairs.length).toBe(29);
      expect(starts.mean).toBeLessThanOrEqual(40);
      expect(ends.mean).toBeLessThanOrEqual(65);
    });

    it('follow each other inside their segment, and the words are the text', async () => {
      for (const file of ['two_cities.flac', 'ami_trn05.flac', 'vosk_digits.flac', 'moonshine_seven.flac']) {
        const { segments } = await transcribe(file);
        expect(segments.length).toBeGreaterThan(0);
        for (const { text, words, start, end } of segments) {
          expect(words.map(({ word }) => word).join(' ')).toBe(text);
          let last = start;
          for (const word of words) {
            expect(word.start).toBeGreaterThanOrEqual(last);
            expect(word.end - word.start).toBeGreaterThanOrEqual(0.009);
            expect(word.confidence).toBeGreaterThan(0);
            expect(word.confidence).toBeLessThanOrEqual(1);
            last = word.end;
          }
          expect(last).toBeLessThanOrEqual(end);
        }
      }
    });
  },
);
