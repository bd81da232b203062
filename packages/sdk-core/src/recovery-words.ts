/**
 * The recovery key as 24 English words (BIP-39): the words carry the 32 random bytes themselves and a checksum of 8 bits, not
 * the seed that wallets derive from such words. Typed back, case and spacing do not matter.
 */
import { decodeBase64url, importRecoveryKey, newRecoveryBytes, sha256 } from '@sealscribe/crypto';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { SealscribeError } from './errors.js';

const WORDS = 24;
/** Bits of a word, and of the recovery key, each as BIP-39 has it. */
const WORD_BITS = 11;
const KEY_BYTES = 32;
const positions = new Map(wordlist.map((word, at) => [word, at]));

/** New recovery words. */
export async function newRecoveryWords(): Promise<string> {
  const bytes = newRecoveryBytes();
  try {
    const bits = toBits([...bytes, await checksum(bytes)], 8);
    return fromBits(bits, WORD_BITS)
      .map((position) => wordlist[position])
      .join(' ');
  } finally {
    bytes.fill(0);
  }
}

/** The recovery key of words that a person typed. @throws SealscribeError "bad_recovery_words" */
export async function recoveryKeyOf(typed: string): Promise<CryptoKey> {
  if (typeof typed !== 'string') throw new TypeError('recoveryWords must be a string');
  const words = typed.normalize('NFKD').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length !== WORDS) throw bad(`There must be ${WORDS} recovery words; these are ${words.length}.`);
  const found = words.map((word) => positions.get(word) ?? -1);
  const unknown = found.indexOf(-1);
  if (unknown >= 0)
    throw bad(`Recovery word ${unknown + 1} is not one that there can be: is it spelled right?`);
  const all = Uint8Array.from(fromBits(toBits(found, WORD_BITS), 8));
  const bytes = all.subarray(0, KEY_BYTES);
  try {
    if ((await checksum(bytes)) !== all[KEY_BYTES])
      throw bad(
        'The recovery words do not fit together: one of them is another word, or two have changed places.',
      );
    return await importRecoveryKey(bytes);
  } finally {
    all.fill(0);
  }
}

/** The first 8 bits of the hash. */
const checksum = async (bytes: Uint8Array) => decodeBase64url(await sha256(bytes))[0] ?? 0;

const toBits = (values: readonly number[], width: number): string =>
  values.map((value) => value.toString(2).padStart(width, '0')).join('');

const fromBits = (bits: string, width: number): number[] =>
  Array.from({ length: bits.length / width }, (_, at) =>
    parseInt(bits.slice(at * width, (at + 1) * width), 2),
  );

const bad = (message: string) => new SealscribeError('bad_recovery_words', message);
