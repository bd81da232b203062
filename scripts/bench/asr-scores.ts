/**
 * How good transcripts are, by the measures that the tests use: bundled by asr-quality.mjs, as these are TypeScript.
 */
import { seededRandom } from '../../packages/asr/test/speech.js';
import { normalizeWords } from '../../test/fixtures/wer.js';

export { countSpeakers, readRttm, scoreTurns } from '../../test/fixtures/der.js';
export { countWordErrors } from '../../test/fixtures/wer.js';
export { matchWords, readWordTimes, summarizeErrors } from '../../test/fixtures/word-times.js';

/** Words of the reference that are resampled together: neighbours share their luck. */
const BLOCK = 20;
const RESAMPLINGS = 2000;

/** The difference of two word error rates on the same recordings, and its 95 % interval (paired bootstrap). */
export function compareErrorRates(
  references: readonly string[],
  ours: readonly string[],
  others: readonly string[],
): { difference: number; low: number; high: number } {
  const blocks = references.flatMap((reference, i) => {
    const [a, b] = [errorsByWord(reference, ours[i]), errorsByWord(reference, others[i])];
    return Array.from({ length: Math.ceil(a.length / BLOCK) }, (_, k) => {
      const sum = (errors: readonly number[]) =>
        errors.slice(k * BLOCK, (k + 1) * BLOCK).reduce((total, count) => total + count, 0);
      return { difference: sum(a) - sum(b), words: Math.min(BLOCK, a.length - k * BLOCK) };
    });
  });
  const rateOf = (chosen: typeof blocks) =>
    chosen.reduce((sum, { difference }) => sum + difference, 0) /
    chosen.reduce((sum, { words }) => sum + words, 0);
  const random = seededRandom(1);
  const rates = Array.from({ length: RESAMPLINGS }, () =>
    rateOf(blocks.map(() => blocks[Math.floor(random() * blocks.length)])),
  ).sort((a, b) => a - b);
  const at = (share: number) => rates[Math.round(share * (RESAMPLINGS - 1))];
  return { difference: rateOf(blocks), low: at(0.025), high: at(0.975) };
}

/** For each word of the reference the errors made at it; words that are too much count to the one before. */
function errorsByWord(reference: string, hypothesis: string): number[] {
  const [expected, actual] = [normalizeWords(reference), normalizeWords(hypothesis)];
  const cost = Array.from({ length: expected.length + 1 }, (_, i) =>
    Array.from({ length: actual.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const wrong = (i: number, j: number) => (expected[i - 1] === actual[j - 1] ? 0 : 1);
  for (let i = 1; i <= expected.length; i++) {
    for (let j = 1; j <= actual.length; j++)
      cost[i][j] = Math.min(cost[i - 1][j - 1] + wrong(i, j), cost[i - 1][j] + 1, cost[i][j - 1] + 1);
  }
  const errors = expected.map(() => 0);
  for (let i = expected.length, j = actual.length; i > 0 || j > 0;) {
    const substituted = i > 0 && j > 0 && cost[i][j] === cost[i - 1][j - 1] + wrong(i, j);
    const at = Math.max(0, i - 1);
    if (substituted) errors[at] += wrong(i--, j--);
    else {
      errors[at] += 1;
      if (i > 0 && cost[i][j] === cost[i - 1][j] + 1) i--;
      else j--;
    }
  }
  return errors;
}
