// Vocabularies of any content and tokens of any id: text, or an invalid model, never anything else.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { AsrError } from '../../src/index.js';
import { TokenDecoder } from '../../src/moonshine/tokens.js';
import { ByteLevelPieces } from '../../src/vocabulary/byte-level-pieces.js';
import { Characters } from '../../src/vocabulary/characters.js';
import { SentencePieces } from '../../src/vocabulary/sentence-pieces.js';
import { tokensToText, tokenTexts, type Vocabulary } from '../../src/vocabulary/vocabulary.js';
import { files } from '../models.js';

const token = fc.oneof(
  fc.nat(33_000),
  fc.integer(),
  fc.constantFrom(0, 1, 2, 31_999, 32_000, -1, 0.5, NaN, Infinity),
);

it('any tokens decode to a text, which is that of its pieces', () => {
  const decoder = new TokenDecoder(files.tokens);
  const bytes = fc.integer({ min: 3, max: 258 });
  fc.assert(
    fc.property(fc.array(fc.oneof(token, bytes)), (tokens) => {
      const pieces = decoder.pieces(tokens);
      expect(pieces).toHaveLength(tokens.length);
      const text = decoder.decode(tokens);
      expect(pieces.join('').replace(/\s+/g, ' ').trim()).toBe(text);
      expect(text.isWellFormed()).toBe(true);
    }),
    cases(3_000),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), (text) => {
      // The 256 pieces that are bytes spell anything.
      const spelled = [...Buffer.from(text)].map((byte) =>
        files.tokens.split('\n', 300).indexOf(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
      );
      expect(decoder.pieces(spelled).join('')).toBe(text.replace(/^\ufeff/, '').toWellFormed());
    }),
    cases(200),
  );
});

/** A vocabulary, or undefined where the file is refused as it should be. */
function load(read: () => Vocabulary): Vocabulary | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(AsrError);
    expect((error as AsrError).code).toBe('invalid_model');
    return undefined;
  }
}

const id = fc.oneof(
  fc.nat(20),
  fc.integer(),
  fc.double(),
  fc.constantFrom(2 ** 32 - 2, 2 ** 32, 2 ** 53, -1),
  fc.string(),
  fc.constant(null),
);
const piece = fc.oneof(
  fc.constantFrom(
    '<pad>',
    '[PAD]',
    '|',
    'a',
    '▁b',
    '<0xE2>',
    '<|en|>',
    '<s>',
    'Ġa',
    '__proto__',
    'constructor',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const ids = fc.oneof(fc.dictionary(piece, fc.nat(20)), fc.dictionary(piece, id), fc.jsonValue());
const some = fc.array(token, { maxLength: 8 });

it('vocabularies of characters, byte pairs and sentence pieces', () => {
  fc.assert(
    fc.property(
      ids,
      ids,
      fc.oneof(fc.jsonValue(), fc.array(fc.record({ content: fc.oneof(piece, id), id }))),
      some,
      (vocabulary, added, special, tokens) => {
        const json = JSON.parse(JSON.stringify([vocabulary, added, special])) as [never, never, never];
        const found = [
          load(() => new Characters(JSON.stringify(vocabulary))),
          load(() => ByteLevelPieces.fromVocabulary(json[0], json[1])),
          load(() => ByteLevelPieces.fromTokenizer({ model: { vocab: json[0] }, added_tokens: json[2] })),
          load(() => ByteLevelPieces.fromTokenizer(json[0])),
        ];
        const names = found[0] ? Object.entries(vocabulary as Record<string, number>) : [];
        for (const [at, name] of new Map(names.map(([one, i]) => [i, one]))) {
          const spoken = name === '|' ? ' ' : /^(<.+>|\[.+\])$/.test(name) ? '' : name;
          expect(Buffer.from(found[0]!.bytes(at)).toString()).toBe(spoken);
        }
        for (const one of found) {
          if (!one) continue;
          expect(one.size).toBeLessThanOrEqual(1_000_001);
          expect(tokenTexts(one, tokens)).toHaveLength(tokens.length);
          expect(tokensToText(one, tokens).isWellFormed()).toBe(true);
        }
      },
    ),
    cases(4_000),
  );
  const line = fc.oneof(
    fc.tuple(piece, fc.nat(8)).map(([text, at]) => `${text} ${at}`),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), some, (lines, tokens) => {
      const one = load(() => new SentencePieces(lines.join('\n')));
      if (one) expect(tokensToText(one, tokens).isWellFormed()).toBe(true);
    }),
    cases(3_000),
  );
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
      load(() => new TokenDecoder(text) as never);
      load(() => new Characters(text));
    }),
    cases(1_000),
  );
});
