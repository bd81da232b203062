/**
 * A summary that needs no model: the sentences that say most of what the others say, in their own words and order (TextRank: Mihalcea
 * and Tarau, EMNLP 2004, with words weighed by how few sentences have them). Sentences and words are those of Intl.Segmenter, so
 * that it works in every language that has them. It invents nothing, and understands nothing.
 */
import type { Transcript } from '@sealscribe/protocol';
import { fold } from '../search/fold.js';

/** A sentence of a summary, with its place in the transcript. */
export interface SummarySentence {
  text: string;
  /** Id of the segment in which it begins. */
  segment: number;
  /** Start of that segment in seconds. */
  start: number;
  speaker: string | null;
}

interface Sentence extends SummarySentence {
  words: Set<string>;
}

const DAMPING = 0.85;
const ROUNDS = 30;
/** A word in more of the sentences than this says nothing about what they are about. */
const FREQUENT = 0.2;
/** Sentences shorter than this are interjections. */
const FEWEST_WORDS = 4;

/**
 * The sentences that matter most, in the order in which they were said.
 *
 * @param options.sentences How many; 5 by default.
 * @throws RangeError
 */
export function summarize(
  transcript: Pick<Transcript, 'segments' | 'language'>,
  options: { sentences?: number } = {},
): SummarySentence[] {
  const { sentences: wanted = 5 } = options;
  if (!Number.isSafeInteger(wanted) || wanted < 1)
    throw new RangeError('sentences must be a whole number from 1');
  const all = splitSentences(transcript);
  const long = all.filter(({ words }) => words.size >= FEWEST_WORDS);
  const candidates = long.length >= wanted ? long : all;
  const scores = rank(candidates);
  return [...candidates.keys()]
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
    .slice(0, wanted)
    .sort((a, b) => a - b)
    .flatMap((position) => {
      const { words: _, ...sentence } = candidates[position] ?? { words: undefined };
      return 'text' in sentence ? [sentence] : [];
    });
}

/** The sentences of each speaker's turns; one may go over several segments. */
function splitSentences({ segments, language }: Pick<Transcript, 'segments' | 'language'>): Sentence[] {
  const locale = localeOf(language);
  const sentenceSegmenter = new Intl.Segmenter(locale, { granularity: 'sentence' });
  const wordSegmenter = new Intl.Segmenter(locale, { granularity: 'word' });
  const sentences: Sentence[] = [];
  for (let first = 0; first < segments.length;) {
    const { speaker = null } = segments[first] ?? {};
    let text = '';
    const starts: number[] = [];
    let next = first;
    for (; next < segments.length && segments[next]?.speaker === speaker; next++) {
      starts.push(text.length);
      text += `${segments[next]?.text.replace(/\s+/gu, ' ').trim() ?? ''} `;
    }
    for (const { segment: sentence, index } of sentenceSegmenter.segment(text)) {
      const trimmed = sentence.trim();
      if (trimmed === '') continue;
      const at = first + starts.reduce((best, start, position) => (start <= index ? position : best), 0);
      const words = new Set<string>();
      for (const { segment, isWordLike } of wordSegmenter.segment(trimmed))
        if (isWordLike) words.add(fold(segment));
      sentences.push({ text: trimmed, segment: at, start: segments[at]?.start ?? 0, speaker, words });
    }
    first = next;
  }
  return sentences;
}

function localeOf(language: string): string | undefined {
  try {
    return Intl.Segmenter.supportedLocalesOf(language)[0];
  } catch {
    return undefined;
  }
}

/** How much each sentence is supported by the others. */
function rank(sentences: readonly Sentence[]): Float64Array {
  const links = linkSentences(sentences);
  const sums = links.map((of) => [...of.values()].reduce((sum, weight) => sum + weight, 0));
  let scores = new Float64Array(sentences.length).fill(1);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(sentences.length).fill(1 - DAMPING);
    for (const [from, of] of links.entries())
      for (const [to, weight] of of)
        next[to] = (next[to] ?? 0) + (DAMPING * (scores[from] ?? 0) * weight) / (sums[from] || 1);
    scores = next;
  }
  return scores;
}

/** For each sentence the others that share words with it, by the weight of what they share, less for long ones. */
function linkSentences(sentences: readonly Sentence[]): Map<number, number>[] {
  const having = new Map<string, number[]>();
  for (const [position, { words }] of sentences.entries())
    for (const word of words) having.set(word, [...(having.get(word) ?? []), position]);
  const links = sentences.map(() => new Map<number, number>());
  const most = Math.max(3, sentences.length * FREQUENT);
  for (const positions of having.values()) {
    if (positions.length < 2 || positions.length > most) continue;
    const weight = Math.log(sentences.length / positions.length) + 1;
    for (const a of positions)
      for (const b of positions) {
        if (a === b) continue;
        const lengths =
          Math.log(1 + (sentences[a]?.words.size ?? 0)) + Math.log(1 + (sentences[b]?.words.size ?? 0));
        links[a]?.set(b, (links[a].get(b) ?? 0) + weight / lengths);
      }
  }
  return links;
}
