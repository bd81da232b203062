/**
 * Notices that a model repeats itself without end, which autoregressive recognisers do on noise and music. People repeat
 * themselves too ("zero zero zero"), so short patterns must come more often than long ones.
 */

const LONGEST_PATTERN = 12;

/** A pattern of `length` tokens that stands `times` times in a row at the end of a list of tokens. */
export interface Repetition {
  readonly length: number;
  readonly times: number;
}

/** How often a pattern of so many tokens in a row is more than speech. */
function tooOften(length: number): number {
  if (length < 3) return 6;
  return length < 5 ? 4 : 3;
}

/** The shortest pattern that the tokens end with too many times in a row, if there is one. Ask after each new token. */
export function findRepetition(tokens: readonly number[]): Repetition | undefined {
  for (let length = 1; length <= LONGEST_PATTERN; length++) {
    const times = tooOften(length);
    if (tokens.length < length * times) break;
    if (repeatsAtEnd(tokens, length, times)) return { length, times };
  }
  return undefined;
}

function repeatsAtEnd(tokens: readonly number[], length: number, times: number): boolean {
  for (let i = tokens.length - length * (times - 1); i < tokens.length; i++) {
    if (tokens[i] !== tokens[i - length]) return false;
  }
  return true;
}
