// Recovery words against the BIP-39 of somebody else: the same key, and no other key by one wrong word.
import { deriveRecoveryAuthKey, importRecoveryKey } from '@sealscribe/crypto';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../test/fixtures/cases.js';
import { SealscribeError } from '../src/errors.js';
import { newRecoveryWords, recoveryKeyOf } from '../src/recovery-words.js';

const entropy = fc.uint8Array({ minLength: 32, maxLength: 32 });
const authKey = async (key: CryptoKey) => Buffer.from(await deriveRecoveryAuthKey(key)).toString('hex');

it('words carry their bytes, however they are typed', async () => {
  const spaces = fc.array(fc.constantFrom(' ', '  ', '\n', '\t ', '\u00a0', '\u3000'), {
    minLength: 25,
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(entropy, spaces, fc.boolean(), async (bytes, between, loud) => {
      const words = entropyToMnemonic(bytes, wordlist).split(' ');
      const typed = words.map((word, i) => (between[i] ?? '') + word).join('') + (between[24] ?? '');
      const key = await recoveryKeyOf(loud ? typed.toUpperCase() : typed);
      expect(await authKey(key)).toBe(await authKey(await importRecoveryKey(Uint8Array.from(bytes))));
    }),
    cases(500),
  );
});

it('another word is refused, or gives another key', async () => {
  await fc.assert(
    fc.asyncProperty(entropy, fc.nat(23), fc.nat(2047), async (bytes, at, other) => {
      const words = entropyToMnemonic(bytes, wordlist).split(' ');
      if (words[at] === wordlist[other]) return;
      const wrong = words.with(at, wordlist[other]).join(' ');
      try {
        const key = await recoveryKeyOf(wrong);
        expect(await authKey(key)).not.toBe(await authKey(await importRecoveryKey(Uint8Array.from(bytes))));
        mnemonicToEntropy(wrong, wordlist);
      } catch (error) {
        expect(error).toBeInstanceOf(SealscribeError);
        expect((error as SealscribeError).code).toBe('bad_recovery_words');
        expect(() => mnemonicToEntropy(wrong, wordlist)).toThrow();
      }
    }),
    cases(1_500),
  );
});

it('new ones are a mnemonic to others, and any other text is refused', async () => {
  for (let i = 0; i < 50; i++) expect(mnemonicToEntropy(await newRecoveryWords(), wordlist)).toHaveLength(32);
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('abandon', 'zoo', 'xyz', '__proto__', 'constructor'), {
        minLength: 22,
        maxLength: 26,
      })
      .map((words) => words.join(' ')),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (text) => {
      if (mnemonicOf(text)) return;
      await expect(recoveryKeyOf(text)).rejects.toMatchObject({ code: 'bad_recovery_words' });
    }),
    cases(1_000),
  );
});

function mnemonicOf(text: string): boolean {
  try {
    return mnemonicToEntropy(text, wordlist).length === 32;
  } catch {
    return false;
  }
}
