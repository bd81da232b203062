import type { Segment } from '@sealscribe/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countWordErrors, normalizeWords } from '../../../test/fixtures/wer.js';
import { transcribePcm, type Recognizer, type VoiceActivityDetector } from '../src/index.js';
import { loadRecognizer, loadVad } from './models.js';
import { english, hasRecordings, samplesOf } from './shared-recordings.js';
import { seededRandom } from './speech.js';

// Clean, noisy, and noise as loud as the speech.
const SIGNAL_TO_NOISE_DB = [Infinity, 10, 0];
const MANY_ERRORS = 0.25;

/** A recording under white noise. */
function addNoise(pcm: Float32Array, decibels: number, random: () => number): Float32Array {
  const power = pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length;
  // Uniform noise from -a to a has the power a² / 3.
  const amplitude = Math.sqrt((3 * power) / 10 ** (decibels / 10));
  return pcm.map((sample) => sample + amplitude * (2 * random() - 1));
}

/** The reference of each segment: its share of all words, cut so that the errors of all segments together are fewest. */
function shareOut(reference: string, segments: readonly Segment[]): string[] {
  const words = normalizeWords(reference);
  const errors = (index: number, from: number, to: number) =>
    countWordErrors(words.slice(from, to).join(' '), segments[index].text).errors;
  let best = new Map([[0, { errors: 0, cuts: [0] }]]);
  for (const [index, segment] of segments.entries()) {
    const next: typeof best = new Map();
    const length = normalizeWords(segment.text).length;
    for (const [from, before] of best) {
      for (let to = from; to <= Math.min(words.length, from + length + 12); to++) {
        const sum = before.errors + errors(index, from, to);
        if (sum < (next.get(to)?.errors ?? Infinity))
          next.set(to, { errors: sum, cuts: [...before.cuts, to] });
      }
    }
    best = next;
  }
  const { cuts } = best.get(words.length) ?? { cuts: [] };
  return segments.map((_, i) => words.slice(cuts[i], cuts[i + 1]).join(' '));
}

/** How likely a segment with many errors has a lower confidence than one without (area under the ROC curve). */
function separation(scored: readonly { confidence: number; rate: number }[]): number {
  const bad = scored.filter(({ rate }) => rate >= MANY_ERRORS);
  const good = scored.filter(({ rate }) => rate < MANY_ERRORS);
  let wins = 0;
  for (const b of bad)
    for (const g of good) wins += b.confidence < g.confidence ? 1 : b.confidence === g.confidence ? 0.5 : 0;
  return wins / (bad.length * good.length);
}

describe.skipIf(!hasRecordings)(
  'confidence on the shared recordings (skipped without them or ffmpeg)',
  () => {
    let vad: VoiceActivityDetector;
    let recognizer: Recognizer;
    beforeAll(async () => {
      [vad, recognizer] = await Promise.all([loadVad(), loadRecognizer()]);
    });
    afterAll(() => Promise.all([vad.release(), recognizer.release()]));

    it('tells segments with a quarter of the words wrong from others, clean and under noise', async () => {
      const random = seededRandom(1);
      const scored: { confidence: number; rate: number }[] = [];
      for (const { file, transcript, durationSeconds, speakers } of english) {
        const stereo = speakers.some(({ channel }) => channel !== undefined);
        if (transcript === null || stereo || durationSeconds > 30) continue;
        const pcm = samplesOf(file);
        for (const decibels of SIGNAL_TO_NOISE_DB) {
          const { segments } = await transcribePcm(addNoise(pcm, decibels, random), { vad, recognizer });
          for (const [i, reference] of (segments.length > 0
            ? shareOut(transcript, segments)
            : []
          ).entries()) {
            const { errors, words } = countWordErrors(reference, segments[i].text);
            scored.push({ confidence: segments[i].confidence ?? 0, rate: errors / Math.max(1, words) });
          }
        }
      }
      const bad = scored.filter(({ rate }) => rate >= MANY_ERRORS).length;
      const auc = separation(scored);
      process.stdout.write(`${bad} of ${scored.length} segments are bad, AUC ${auc.toFixed(3)}\n`);
      expect(bad).toBeGreaterThanOrEqual(15);
      expect(auc).toBeGreaterThanOrEqual(0.88);
    }, 120_000);
  },
);
