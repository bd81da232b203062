import { describe, expect, it } from 'vitest';
import { AsrError } from '../../src/index.js';
import { TokenDecoder } from '../../src/moonshine/tokens.js';
import { files } from '../models.js';

const pieces = files.tokens.split('\n');
const ids = (...texts: string[]) =>
  texts.map((text) => {
    const id = pieces.indexOf(text);
    if (id < 0) throw new Error(`no such piece: ${text}`);
    return id;
  });

describe('TokenDecoder on the real vocabulary', () => {
  const decoder = new TokenDecoder(files.tokens);

  it('turns the metaspace into single spaces and leaves none around the text', () => {
    expect(decoder.decode(ids('▁And', '▁so', ',', '▁my', '▁▁', '▁fell', 'ow', '▁'))).toBe(
      'And so, my fellow',
    );
  });

  it('puts characters together from byte pieces', () => {
    expect(decoder.decode(ids('▁c', 'af', '<0xC3>', '<0xA9>', '▁', '<0xE2>', '<0x82>', '<0xAC>'))).toBe(
      'café €',
    );
  });

  it('gives no text for special tokens', () => {
    expect(decoder.decode([0, 1, 2, ...ids('▁yes'), 2, 32_000, 32_767])).toBe('yes');
  });

  it('keeps a byte that is no UTF-8 from spoiling the rest', () => {
    expect(decoder.decode(ids('▁a', '<0xFF>', '▁b'))).toBe('a\ufffd b');
  });

  it('refuses another vocabulary', () => {
    for (const vocabulary of ['', 'tokens.txt', files.tokens.slice(0, -20), `x\n${files.tokens}`])
      expect(() => new TokenDecoder(vocabulary)).toThrow(AsrError);
  });
});
