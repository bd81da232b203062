/**
 * Where a line may end: after spaces and hyphens; in scripts that write without spaces between characters (Chinese, Japanese) or
 * between words (Thai, Lao, Khmer, Burmese), but never before closing or after opening punctuation (the part of UAX #14 and
 * JIS X 4051 that a transcript meets). A word that is longer than a line is cut between characters.
 */

const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]/u;
const WORD_SCRIPTS = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** What does not begin a line, besides closing punctuation: small kana, marks of repetition and of length. */
const NOT_FIRST =
  /^[\p{Pe}\p{Pf}\p{M}、。，．,.!?！？:;：；・ー々〻ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ％%…‥]/u;
const NOT_LAST = /[\p{Ps}\p{Pi}]$/u;

/** The places after which a line may end, rising, the end of the text last; positions count UTF-16 units. */
export function findBreaks(text: string): number[] {
  const places: number[] = [];
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
  for (const { segment, index } of segmenter.segment(text)) {
    if (IDEOGRAPHS.test(segment)) {
      let at = index;
      for (const character of graphemes(segment)) places.push((at += character.length));
    } else if (/[\s-]$|^[\s-]$/u.test(segment) || WORD_SCRIPTS.test(segment)) {
      places.push(index + segment.length);
    }
    const next = text[index + segment.length];
    if (next !== undefined && IDEOGRAPHS.test(next)) places.push(index + segment.length);
  }
  const allowed = [...new Set(places)]
    .sort((a, b) => a - b)
    .filter((at) => {
      const [before, after] = [text.slice(Math.max(0, at - 2), at), text.slice(at, at + 2)];
      const spaced = /\s$/u.test(before);
      return (
        after !== '' && !/^\s/u.test(after) && !NOT_LAST.test(before) && (spaced || !NOT_FIRST.test(after))
      );
    });
  return [...allowed, text.length];
}

/** The characters of a text as people count them. */
export function graphemes(text: string): string[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/**
 * Cuts a text into lines.
 *
 * @param width The longest line.
 * @param widthOf Width of the text from one place to another; asked for once per unbreakable piece.
 * @returns start and end of each line, without the spaces at its end
 */
export function breakLines(
  text: string,
  width: number,
  widthOf: (start: number, end: number) => number,
): [number, number][] {
  const lines: [number, number][] = [];
  let start = 0;
  let end = 0;
  /** Width from `start` to `end`, the spaces at its end included. */
  let sum = 0;
  const close = () => {
    lines.push([start, start + text.slice(start, end).trimEnd().length]);
    start = end;
    sum = 0;
  };
  const add = (place: number) => {
    const bare = end + text.slice(end, place).trimEnd().length;
    const spaces = bare < place ? widthOf(bare, place) : 0;
    const piece = bare > end ? widthOf(end, bare) : 0;
    if (sum + piece > width && end > start) close();
    if (sum + piece > width && graphemes(text.slice(end, bare)).length > 1) {
      for (const character of graphemes(text.slice(end, place))) add(end + character.length);
      return;
    }
    sum += piece + spaces;
    end = place;
  };
  for (const place of findBreaks(text)) add(place);
  if (end > start) close();
  return lines;
}
