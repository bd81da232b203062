/** Recovery words against another implementation of BIP-39, and its published vectors for 256 bits. */
import { deriveRecoveryAuthKey, importRecoveryKey } from '@sealscribe/crypto';
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { describe, expect, test } from 'vitest';
import { newRecoveryWords, recoveryKeyOf } from '../src/recovery-words.js';

/** What tells two recovery keys apart. */
const proofOf = async (key: CryptoKey) => deriveRecoveryAuthKey(key);

const vectors: [hex: string, words: string][] = [
  ['00'.repeat(32), `${'abandon '.repeat(23)}art`],
  [
    '7f'.repeat(32),
    `${'legal winner thank year wave sausage worth useful '.repeat(2)}legal winner thank year wave sausage worth title`,
  ],
  [
    '80'.repeat(32),
    `${'letter advice cage absurd amount doctor acoustic avoid '.repeat(2)}letter advice cage absurd amount doctor acoustic bless`,
  ],
  ['ff'.repeat(32), `${'zoo '.repeat(23)}vote`],
];

describe('recovery words', () => {
  test.each(vectors)('%s', async (hex, words) => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(entropyToMnemonic(bytes, wordlist)).toBe(words);
    expect(await proofOf(await recoveryKeyOf(`  ${words.toUpperCase().replaceAll(' ', ' \n ')} `))).toEqual(
      await proofOf(await importRecoveryKey(bytes)),
    );
  });

  test('that are new carry 32 bytes and their checksum', async () => {
    const made = new Set<string>();
    for (let round = 0; round < 100; round++) {
      const words = await newRecoveryWords();
      made.add(words);
      const bytes = mnemonicToEntropy(words, wordlist);
      expect(bytes).toHaveLength(32);
      expect(await proofOf(await recoveryKeyOf(words))).toEqual(
        await proofOf(await importRecoveryKey(bytes)),
      );
    }
    expect(made.size).toBe(100);
  });

  test('that cannot be are refused, and the message holds none of them', async () => {
    const words = (await newRecoveryWords()).split(' ');
    const other = words.map((word, at) => (at === 5 ? (word === 'zoo' ? 'zone' : 'zoo') : word));
    const cases = [
      [words.slice(1).join(' '), 'these are 23'],
      [[...words.slice(0, 23), 'sealscribe'].join(' '), 'word 24'],
      [['constructor', ...words.slice(1)].join(' '), 'word 1 '],
    ];
    // One in 256 fits all the same.
    if (!isValid(other.join(' '))) cases.push([other.join(' '), 'do not fit together']);
    for (const [typed = '', said = ''] of cases) {
      const failure = await recoveryKeyOf(typed).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(failure).toMatchObject({ code: 'bad_recovery_words' });
      expect(String(failure)).toContain(said);
      expect((failure as Error).cause).toBeUndefined();
    }
    await expect(recoveryKeyOf(7 as never)).rejects.toThrow(TypeError);
  });

  test('agree with the other implementation on which last words fit', async () => {
    const words = (await newRecoveryWords()).split(' ').slice(0, 23).join(' ');
    for (const last of wordlist.slice(0, 300)) {
      const typed = `${words} ${last}`;
      const isTaken = await recoveryKeyOf(typed).then(
        () => true,
        () => false,
      );
      expect(isTaken).toBe(isValid(typed));
    }
  });
});

function isValid(words: string): boolean {
  try {
    mnemonicToEntropy(words, wordlist);
    return true;
  } catch {
    return false;
  }
}
