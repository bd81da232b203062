/**
 * From timed tokens to timed words, for models that know the frame of each token (CTC, transducers). A word begins where a
 * token's text begins with a space; scripts written without spaces have a word per token.
 */
import type { Word } from '@sealscribe/protocol';

/** A token with its times in seconds. */
export interface TimedToken {
  /** As it stands in the text: with a leading space where a word begins. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Natural logarithm. */
  readonly logProbability: number;
}

const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Words in order, inside `duration` seconds, none overlapping. Confidence is the geometric mean of the tokens' probabilities. */
export function toTimedWords(tokens: readonly TimedToken[], duration: number): Word[] {
  const groups: TimedToken[][] = [];
  let open = true;
  for (const token of tokens) {
    if (/^\s/.test(token.text) || UNSPACED.test(token.text)) open = true;
    // A space alone ends a word and belongs to none.
    if (token.text.trim() === '') continue;
    if (open) groups.push([]);
    groups[groups.length - 1].push(token);
    open = /\s$/.test(token.text);
  }
  let last = 0;
  return groups.map((group) => {
    const start = Math.min(duration, Math.max(last, group[0].start));
    last = Math.min(duration, Math.max(start, group[group.length - 1].end));
    const sum = group.reduce((total, { logProbability }) => total + logProbability, 0);
    return {
      word: group
        .map(({ text }) => text)
        .join('')
        .trim(),
      start,
      end: last,
      confidence: Math.min(1, Math.exp(sum / group.length)),
    };
  });
}
