/**
 * Times for words that were heard one way and are shown another: words that stand in both texts keep their times, and the ones
 * between share the time between.
 */
import type { Word } from '@sealscribe/protocol';

/**
 * The words of `text` with the times of `words`; empty when there are none. Times stay inside `duration` seconds.
 */
export function retimeWords(words: readonly Word[], text: string, duration: number): Word[] {
  const shown = text.split(' ').filter((word) => word !== '');
  if (words.length === 0) return [];
  if (shown.length === words.length && shown.every((word, i) => word === words[i].word)) return [...words];
  const found = matches(shown, words);
  const timed: Word[] = [];
  for (let i = 0; i < shown.length;) {
    const known = found[i];
    if (known !== undefined) {
      timed.push({ ...words[known], word: shown[i] });
      i++;
      continue;
    }
    let end = i;
    while (end < shown.length && found[end] === undefined) end++;
    const from = timed.at(-1)?.end ?? words[0].start;
    const next =
      end < shown.length ? words[found[end] as number].start : Math.max(words[words.length - 1].end, from);
    const to = Math.min(duration, Math.max(from, next));
    const each = (to - from) / (end - i);
    for (let n = 0; i < end; i++, n++)
      timed.push({ word: shown[i], start: from + n * each, end: from + (n + 1) * each, confidence: null });
  }
  return timed;
}

/** For each shown word the index of the heard one that it is: a longest common subsequence. */
function matches(shown: readonly string[], words: readonly Word[]): (number | undefined)[] {
  const width = words.length + 1;
  const lengths = new Uint16Array((shown.length + 1) * width);
  for (let i = shown.length - 1; i >= 0; i--)
    for (let j = words.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        shown[i] === words[j].word
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
  const found: (number | undefined)[] = [];
  let j = 0;
  for (let i = 0; i < shown.length; i++) {
    while (
      j < words.length &&
      shown[i] !== words[j].word &&
      lengths[i * width + j + 1] >= lengths[(i + 1) * width + j]
    )
      j++;
    const same = j < words.length && shown[i] === words[j].word;
    found.push(same ? j++ : undefined);
  }
  return found;
}
