import { describe, expect, it } from 'vitest';
import { AsrError } from '../../src/index.js';
import { ByteLevelPieces } from '../../src/vocabulary/byte-level-pieces.js';
import { Characters } from '../../src/vocabulary/characters.js';
import { SentencePieces } from '../../src/vocabulary/sentence-pieces.js';
import { toTimedWords } from '../../src/vocabulary/timed-words.js';
import { tokensToText, tokenTexts, type Vocabulary } from '../../src/vocabulary/vocabulary.js';

const ids = (vocabulary: Vocabulary, ...names: string[]) => names.map((name) => vocabulary.find(name) ?? -1);

describe('SentencePiece vocabularies', () => {
  const pieces = new SentencePieces(
    [
      '<unk> 0',
      '▁he 1',
      'llo 2',
      '▁ 3',
      '<0xE2> 4',
      '<0x82> 5',
      '<0xAC> 6',
      '<|en|> 7',
      '1 8',
      '<blk> 9',
      '',
    ].join('\r\n'),
  );

  it('give each character to the token that completes it', () => {
    const tokens = ids(pieces, '▁he', 'llo', '▁', '<0xE2>', '<0x82>', '<0xAC>', '<|en|>', '1');
    expect(tokenTexts(pieces, tokens)).toEqual([' he', 'llo', ' ', '', '', '€', '', '1']);
    expect(tokensToText(pieces, tokens)).toBe('hello €1');
    // A character that never comes to its end does not swallow what came before.
    expect(tokenTexts(pieces, ids(pieces, '▁he', '<0xE2>'))).toEqual([' he', '\ufffd']);
    expect(tokenTexts(pieces, [])).toEqual([]);
  });

  it('know their blank by name, else it is the last piece', () => {
    expect(pieces.blank).toBe(9);
    expect(new SentencePieces('<blk> 0\na 1').blank).toBe(0);
    expect(new SentencePieces('a 0\nb 1').blank).toBe(1);
  });

  it('may have a space as a piece', () => {
    const spaced = new SentencePieces('a 0\n  1\nb 2');
    expect(tokensToText(spaced, [0, 1, 2])).toBe('a b');
  });

  it('have no text for ids that are not theirs', () => {
    expect(tokensToText(pieces, [1, 99, -1, 2])).toBe('hello');
  });

  it.each(['', 'a', 'a 0\nb 2', 'a 0\nb 99999999'])('are refused when they are %j', (contents) => {
    expect(() => new SentencePieces(contents)).toThrow(AsrError);
  });
});

describe('byte-level vocabularies', () => {
  it('spell every byte', () => {
    // GPT-2's table: bytes that are printable stand for themselves, the others follow from U+0100.
    const vocab = { '!': 0, Ġ: 1, ÃŁ: 2, Ċ: 3, Ń: 4, ł: 5, ģ: 6, Ā: 7 };
    const pieces = ByteLevelPieces.fromVocabulary(vocab, {});
    const bytes = Object.values(vocab).map((token) => [...pieces.bytes(token)]);
    expect(bytes).toEqual([[0x21], [0x20], [0xc3, 0x9f], [0x0a], [0xad], [0xa0], [0x81], [0]]);
    expect(tokensToText(pieces, [0, 1, 2, 3, 0])).toBe('! ß !');
  });

  it('have no text for added tokens, wherever they are listed', () => {
    const pieces = ByteLevelPieces.fromVocabulary({ a: 0, '<|endoftext|>': 1 }, { '<|en|>': 2 });
    expect(tokensToText(pieces, [0, 1, 2, 0])).toBe('aa');
    expect(ids(pieces, '<|endoftext|>', '<|en|>', '<|xx|>')).toEqual([1, 2, -1]);
  });
});

describe('characters', () => {
  it('know the blank by either name, and have bars between words', () => {
    const characters = new Characters('{"[PAD]":3,"|":1,"ß":0,"[UNK]":2}');
    expect(characters.blank).toBe(3);
    expect(tokensToText(characters, [0, 1, 0, 2, 3, 1])).toBe('ß ß');
  });
});

describe('timed words', () => {
  const token = (text: string, start: number, end: number, probability = 1) => ({
    text,
    start,
    end,
    logProbability: Math.log(probability),
  });

  it('last from their first to their last token that is heard, and never overlap', () => {
    const words = toTimedWords(
      [
        token(' He', 0.1, 0.3, 0.5),
        token('llo', 0.3, 0.6, 0.5),
        token(',', 0.9, 1),
        token(' you', 0.5, 0.8),
        token('.', 2, 3),
      ],
      { start: 0, end: 1 },
    );
    expect(words).toEqual([
      { word: 'Hello,', start: 0.1, end: 0.6, confidence: expect.closeTo(0.25 ** (1 / 3)) as number },
      { word: 'you.', start: 0.6, end: 0.8, confidence: 1 },
    ]);
  });

  it('stay inside the speech', () => {
    const span = { start: 0.5, end: 1 };
    const words = toTimedWords([token(' early', 0.2, 0.6), token(' late', 0.98, 1.3)], span);
    expect(words.map(({ start, end }) => [start, end])).toEqual([
      [0.5, expect.closeTo(0.6)],
      [0.98, 1],
    ]);
  });
});

describe('files that are no vocabulary', () => {
  it('are invalid models, whatever stands where tokens and ids should', () => {
    for (const added of [[null], [{ content: 'a' }], [{ content: 'a', id: -1 }]])
      expect(() =>
        ByteLevelPieces.fromTokenizer({ model: { vocab: { a: 0 } }, added_tokens: added }),
      ).toThrow(AsrError);
    expect(() => ByteLevelPieces.fromTokenizer(null as never)).toThrow(AsrError);
    for (const id of [-1, 4_294_967_294])
      expect(() => new Characters(JSON.stringify({ '<pad>': 0, a: id }))).toThrow(AsrError);
  });
});
