import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRttm } from '../../../../test/fixtures/der.js';
import {
  matchTurns,
  matchWords,
  readWordTimes,
  summarizeErrors,
  type Pair,
} from '../../../../test/fixtures/word-times.js';
import { transcribePcm, type Recognizer, type VoiceActivityDetector } from '../../src/index.js';
import { loadRecognizer, loadVad } from '../models.js';
import { hasRecordings, readShared, samplesOf, sharedPath } from '../shared-recordings.js';

const milliseconds = (times: Record<string, number>) =>
  Object.entries(times)
    .map(([name, seconds]) => `${name} ${(seconds * 1000).toFixed(0)}`)
    .join(', ');

function report(name: string, pairs: readonly Pair[]) {
  const [starts, ends] = [summarizeErrors(pairs, 'start'), summarizeErrors(pairs, 'end')];
  process.stdout.write(`${name} [ms]: starts ${milliseconds(starts)}; ends ${milliseconds(ends)}\n`);
  return { starts, ends };
}

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
      const pairs = matchWords(
        readWordTimes(readShared('mfa_acoustic_corpus.words.tsv')),
        segments.flatMap(({ words }) => words),
      );
      const { starts, ends } = report(`${pairs.length} words of mfa_acoustic_corpus`, pairs);
      expect(pairs.length).toBeGreaterThanOrEqual(50);
      expect(starts.mean).toBeLessThanOrEqual(0.055);
      expect(starts.p95).toBeLessThanOrEqual(0.2);
      expect(ends.mean).toBeLessThanOrEqual(0.06);
      expect(ends.p95).toBeLessThanOrEqual(0.16);
    });

    it('meet the borders of turns in conversations', async () => {
      const pairs: Pair[] = [];
      for (const name of ['conv2_female_male', 'conv2_male_male', 'conv3', 'conv4']) {
        const { segments } = await transcribe(`${name}.flac`);
        const words = segments.flatMap((segment) => segment.words);
        pairs.push(...matchTurns(readRttm(sharedPath(`${name}.rttm`)), words));
      }
      const { starts, ends } = report(`${pairs.length} turns of conv*`, pairs);
      expect(pairs.length).toBe(29);
      expect(starts.mean).toBeLessThanOrEqual(0.04);
      expect(ends.mean).toBeLessThanOrEqual(0.065);
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
