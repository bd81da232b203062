/**
 * What a password that is set now must be (docs/self-hosting.md, "Accounts and sessions"): at least 8 characters that neither the email
 * nor the name of this service gives away, and none of those that people choose most. The server never sees a password, so this is the
 * only place that can ask for it. Passwords that accounts have already go on opening them.
 */
import { COMMON_PASSWORDS } from './common-passwords.js';
import { SealscribeError } from './errors.js';

/** Characters that a new password needs, as people count them; 15 or more are better. */
const LEAST = 8;
/** Words that stand in front of everybody who guesses a password of this service. */
const OF_THE_SERVICE = ['sealscribe', 'transcription', 'transcript', 'transcribe', 'recording', 'password'];
/** Shorter pieces of an email stand in many words by chance. */
const SHORTEST_PIECE = 4;

const common = new Set(COMMON_PASSWORDS.trim().split(/\s+/));

/**
 * Refuses a password that is too easy to guess.
 * @throws SealscribeError "weak_password", whose message says why and holds nothing of it; TypeError when it is no string
 */
export function checkNewPassword(password: string, email: string): void {
  if (typeof password !== 'string') throw new TypeError('password must be a string');
  const folded = fold(password);
  if ([...folded].length < LEAST) throw weak(`must have at least ${LEAST} characters`);
  if (common.has(folded)) throw weak('is one of those that people choose most, which are tried first');
  const address = fold(email.trim());
  const pieces = [address, ...address.split(/[^\p{L}\p{N}]+/u), ...OF_THE_SERVICE];
  let rest = folded;
  for (const piece of pieces.filter(({ length }) => length >= SHORTEST_PIECE).sort(longestFirst))
    rest = rest.replaceAll(piece, '');
  if (rest !== folded && [...rest].length < LEAST)
    throw weak(`must have at least ${LEAST} characters besides the email and words such as "sealscribe"`);
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase();

const longestFirst = (a: string, b: string) => b.length - a.length;

const weak = (what: string) =>
  new SealscribeError('weak_password', `The password ${what}: choose another, best a phrase of 15 or more.`);
