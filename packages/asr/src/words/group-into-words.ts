/**
 * From tokens to words: a word begins where a token's text begins with a space. Punctuation stays with its word, also where it
 * stands alone ("wait - what" has two words). Scripts written without spaces have a word per token.
 */

/** A token as it stands in the text. */
export interface TokenPiece {
  /** With a leading space where a word begins; empty for tokens that are no text. */
  readonly text: string;
  /** Natural logarithm. */
  readonly logProbability: number;
}

/** A word and the positions of its tokens. */
export interface WordTokens {
  /** With its punctuation, without spaces around it. */
  readonly text: string;
  readonly tokens: readonly number[];
  /** Those that are heard: without punctuation, which decoders write while they listen to what comes next. */
  readonly spoken: readonly number[];
}

const SPOKEN = /[\p{L}\p{N}]/u;
const UNSPACED = /^\s*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** The words of a text. Joined by spaces they are the text, in scripts that have spaces. */
export function groupIntoWords(pieces: readonly TokenPiece[]): WordTokens[] {
  const groups: number[][] = [];
  let open = true;
  for (const [i, { text }] of pieces.entries()) {
    if (/^\s/.test(text) || UNSPACED.test(text)) open = true;
    // A space alone ends a word and belongs to none.
    if (text.trim() === '') continue;
    if (open) groups.push([]);
    groups[groups.length - 1].push(i);
    open = /\s$/.test(text);
  }
  const textOf = (tokens: readonly number[]) =>
    tokens
      .map((token) => pieces[token].text)
      .join('')
      .replace(/\s+/g, ' ')
      .trim();
  return withPunctuation(groups, (tokens) => SPOKEN.test(textOf(tokens))).map((tokens) => {
    const spoken = tokens.filter((token) => SPOKEN.test(pieces[token].text));
    return { text: textOf(tokens), tokens, spoken: spoken.length > 0 ? spoken : tokens };
  });
}

/** Groups of which each is spoken, unless none is: the others join the one before, or the one after where there is none. */
function withPunctuation(groups: number[][], isSpoken: (tokens: readonly number[]) => boolean): number[][] {
  const words: number[][] = [];
  let leading: number[] = [];
  for (const group of groups) {
    if (isSpoken(group)) {
      words.push([...leading, ...group]);
      leading = [];
    } else if (words.length > 0) {
      words[words.length - 1].push(...group);
    } else {
      leading.push(...group);
    }
  }
  return leading.length > 0 ? [leading] : words;
}
