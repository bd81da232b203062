/**
 * Where the terms of a query stand in an original text. The folded text finds them, its map leads back, and Intl.Segmenter, which
 * would be slow over everything, is asked about this text alone: a highlight covers whole characters as people see them, and with
 * whole words begins and ends where a word does.
 */
import { foldWithMap, type FoldedText } from './fold.js';

/** A stretch of a text in UTF-16 units, the end not included. */
export type Highlight = [start: number, end: number];

/** Voicing marks of kana: what they follow is another letter. */
const VOICING = /^[\u3099\u309a]/;

/**
 * The highlights of all terms, in order and joined where they touch; undefined unless every term that `all` asks for was found.
 *
 * @param options.all Whether each term must be there, or one is enough.
 */
export function findHighlights(
  text: string,
  terms: readonly string[],
  options: { all: boolean; wholeWords: boolean },
): Highlight[] | undefined {
  const map = foldWithMap(text);
  // In ASCII every unit is a character.
  const characters = /^[\x20-\x7e]*$/.test(text) ? undefined : boundaries(text, segmenters.characters);
  const words = options.wholeWords ? new Set(boundaries(text, segmenters.words)) : undefined;
  const found: Highlight[] = [];
  for (const term of terms) {
    const before = found.length;
    for (const [start, end] of occurrences(map, term))
      if (!words || (words.has(start) && words.has(end)))
        found.push(characters ? [floor(characters, start), ceiling(characters, end)] : [start, end]);
    if (options.all && found.length === before) return undefined;
  }
  return found.length === 0 ? undefined : join(found);
}

/** A term in the original text, as far as its code points go. */
function* occurrences({ folded, starts, ends }: FoldedText, term: string): Generator<Highlight> {
  for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + 1)) {
    const last = at + term.length - 1;
    if (VOICING.test(folded.slice(last + 1, last + 2))) continue;
    yield [starts[at] ?? 0, ends[last] ?? 0];
  }
}

const segmenters = {
  characters: new Intl.Segmenter(undefined, { granularity: 'grapheme' }),
  words: new Intl.Segmenter(undefined, { granularity: 'word' }),
};

function boundaries(text: string, segmenter: Intl.Segmenter): number[] {
  return [...Array.from(segmenter.segment(text), ({ index }) => index), text.length];
}

const floor = (places: readonly number[], at: number): number =>
  places.reduce((best, place) => (place <= at ? place : best), 0);
const ceiling = (places: readonly number[], at: number): number => places.find((place) => place >= at) ?? at;

function join(found: Highlight[]): Highlight[] {
  const joined: Highlight[] = [];
  for (const [start, end] of found.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}
