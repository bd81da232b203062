/**
 * The recovery key as 24 English words (BIP-39): the words carry the 32 random bytes themselves and a checksum of 8 bits, not
 * the seed that wallets derive from such words. Typed back, case and spacing do not matter.
 */
import { importRecoveryKey, newRecoveryBytes } from '@sealscribe/crypto';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { SealscribeError } from './errors.js';

const WORDS = 24;
const known = new Set(wordlist);

/** New recovery words. */
export function newRecoveryWords(): string {
  const bytes = newRecoveryBytes();
  try {
    return entropyToMnemonic(bytes, wordlist);
  } finally {
    bytes.fill(0);
  }
}

/** The recovery key of words that a person typed. @throws SealscribeError "bad_recovery_words" */
export async function recoveryKeyOf(typed: string): Promise<CryptoKey> {
  if (typeof typed !== 'string') throw new TypeError('recoveryWords must be a string');
  const words = typed.normalize('NFKD').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length !== WORDS) throw bad(`There must be ${WORDS} recovery words; these are ${words.length}.`);
  const unknown = words.findIndex((word) => !known.has(word));
  if (unknown >= 0)
    throw bad(`Recovery word ${unknown + 1} is not one that there can be: is it spelled right?`);
  let bytes: Uint8Array;
  try {
    bytes = mnemonicToEntropy(words.join(' '), wordlist);
  } catch {
    // No cause: it would carry the words.
    throw bad(
      'The recovery words do not fit together: one of them is another word, or two have changed places.',
    );
  }
  try {
    return await importRecoveryKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

const bad = (message: string) => new SealscribeError('bad_recovery_words', message);
