/**
 * What of a live text can be relied on: words on which two recognitions in a row agree (LocalAgreement-2: Liu et al. 2020,
 * "Low-latency sequence-to-sequence speech recognition and translation by partial hypothesis selection"; Macháček et al. 2023,
 * "Turning Whisper into real-time transcription system"). Texts are compared in units: words with the space before them, or
 * characters in scripts that have no spaces.
 */

const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
const UNIT = new RegExp(String.raw`\s*(?:[${UNSPACED}]|[^\s${UNSPACED}]+)`, 'gu');
const UNSPACED_START = new RegExp(`^[${UNSPACED}]`, 'u');

/** A text in units; joined again they are the text. Where words have spaces between them, the first one has one too. */
export function toUnits(text: string): string[] {
  const units: string[] = text.trim().replace(/\s+/g, ' ').match(UNIT) ?? [];
  const [first] = units;
  return first === undefined || UNSPACED_START.test(first) ? units : [` ${first}`, ...units.slice(1)];
}

/** Units as a text. */
export function toText(units: readonly string[]): string {
  return units.join('').trimStart();
}

/**
 * How many units two continuations agree on. The last unit of either counts only when something follows it: recognisers
 * guess how a word that is cut off goes on.
 */
export function agreeingPrefix(a: readonly string[], b: readonly string[]): number {
  const most = Math.min(a.length, b.length) - 1;
  let count = 0;
  while (count < most && a[count] === b[count]) count++;
  return count;
}

/** How many units at the start of `units` say what `said` says: what comes after them is new. */
export function lengthOfSaid(units: readonly string[], said: readonly string[]): number {
  return closestPrefix(units, said);
}

/** How many units at the start of `said` are in the text of `units`, which heard less of it. */
export function lengthHeard(said: readonly string[], units: readonly string[]): number {
  return closestPrefix(said, units);
}

/** The length of the prefix of `whole` with the least edit distance to `part`; of several, the longest. */
function closestPrefix(whole: readonly string[], part: readonly string[]): number {
  const wanted = part.map(bare);
  // distances[i] = from the first i units of `part` to the prefix of `whole` looked at.
  let distances = Array.from({ length: part.length + 1 }, (_, i) => i);
  let best = 0;
  let least = part.length;
  for (const [index, unit] of whole.entries()) {
    const sound = bare(unit);
    const next = [index + 1];
    for (let i = 1; i <= part.length; i++) {
      const replaced = distances[i - 1] + (sound === wanted[i - 1] ? 0 : 1);
      next.push(Math.min(replaced, distances[i] + 1, next[i - 1] + 1));
    }
    distances = next;
    if (distances[part.length] <= least) {
      least = distances[part.length];
      best = index + 1;
    }
  }
  return best;
}

/** A unit without what recognisers change their mind about most: case and punctuation. */
function bare(unit: string): string {
  const letters = unit.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, '');
  return letters === '' ? unit.trim() : letters;
}
