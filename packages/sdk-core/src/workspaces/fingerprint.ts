/**
 * Fingerprints as people compare them: the first 100 bits in Crockford's base32 (no I, L, O, U), five groups of four. To make a key
 * whose fingerprint is somebody else's takes some 2^100 tries.
 */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 20;

/** The short form of a fingerprint, such as `7KQ2-M9XP-AD3R-TT0V-W8ZN`. */
export function formatFingerprint(fingerprint: Uint8Array): string {
  let text = '';
  for (let at = 0; at < LENGTH; at++) {
    const bit = at * 5;
    const pair = ((fingerprint[bit >> 3] ?? 0) << 8) | (fingerprint[(bit >> 3) + 1] ?? 0);
    text += DIGITS[(pair >> (11 - (bit & 7))) & 31];
    if (at % 4 === 3 && at < LENGTH - 1) text += '-';
  }
  return text;
}

/**
 * The short form of what a person typed: spaces, dashes and case make no difference, nor letters that look like digits.
 * @throws TypeError when it is no fingerprint
 */
export function parseFingerprint(typed: string): string {
  const text = String(typed).replace(/[\s-]/g, '').toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{20}$/.test(text))
    throw new TypeError('fingerprint must be 20 letters and digits, as the other person sees them');
  return text.match(/.{4}/g)?.join('-') ?? '';
}
