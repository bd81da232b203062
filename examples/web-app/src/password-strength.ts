/**
 * How long a password would hold against somebody who has the server's data, as a rough lower estimate: what people choose often, what
 * repeats and what follows each other counts for little. It advises; 12 characters are all that is required.
 */

/** 0 = given away, 1 = weak, 2 = fair, 3 = good, 4 = strong. */
export type Strength = 0 | 1 | 2 | 3 | 4;

/** Characters that a new password needs. */
export const MIN_LENGTH = 12;

const COMMON =
  /password|passwort|qwert|asdf|letmein|welcome|iloveyou|dragon|monkey|football|admin|login|secret|master|abc123|summer|winter/gi;
const KEYS = ['abcdefghijklmnopqrstuvwxyz', '0123456789', 'qwertyuiopasdfghjklzxcvbnm'];

/** Bits that a guesser needs, about. */
export function estimateBits(password: string, known: readonly string[] = []): number {
  let text = password.replace(COMMON, '#');
  for (const word of known) if (word.length > 2) text = text.replaceAll(word, '#');
  const characters = [...text];
  const alphabet =
    (/[a-z]/.test(text) ? 26 : 0) +
    (/[A-Z]/.test(text) ? 26 : 0) +
    (/\d/.test(text) ? 10 : 0) +
    (/[^A-Za-z0-9]/.test(text) ? 20 : 0);
  const fresh = characters.filter((character, at) => !follows(characters[at - 1], character)).length;
  const distinct = new Set(characters.map((character) => character.toLowerCase())).size;
  // Letters of a phrase are worth less than random ones; about 12 different ones are as many as count.
  return Math.min(fresh, distinct * 2) * Math.log2(Math.max(alphabet, 1)) * 0.75;
}

/** The estimate as a step that can be shown. */
export function strengthOf(password: string, known: readonly string[] = []): Strength {
  const bits = estimateBits(password, known);
  if (bits < 20) return 0;
  if (bits < 36) return 1;
  if (bits < 52) return 2;
  return bits < 70 ? 3 : 4;
}

/** Whether a character is the one that a finger or the alphabet has after the one before, or the same. */
function follows(before: string | undefined, character: string): boolean {
  if (before === undefined) return false;
  const [a, b] = [before.toLowerCase(), character.toLowerCase()];
  return a === b || KEYS.some((row) => row.includes(a + b) || row.includes(b + a));
}
