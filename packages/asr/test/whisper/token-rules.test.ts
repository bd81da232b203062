import { describe, expect, it } from 'vitest';
import { TokenRules } from '../../src/whisper/token-rules.js';
import type { WhisperConfig } from '../../src/whisper/whisper-config.js';

// Text 0-9, end 10, special 11-14, timestamps 15-34.
const END = 10;
const FIRST = 15;
const config: WhisperConfig = {
  melBands: 80,
  positions: 448,
  begin: 11,
  end: END,
  suppressed: [3, 4],
  suppressedFirst: [0, END],
  languages: new Map(),
  transcribe: 12,
  translate: 13,
  noTimestamps: 14,
  firstTimestamp: FIRST,
  latestStart: 5,
  noSpeech: undefined,
  alignmentHeads: [],
};

/** The tokens that may follow; text is likelier than timestamps unless said otherwise. */
function allowed(written: number[], timestamps: boolean, timestampLogit = -50): number[] {
  const logits = new Float32Array(35).fill(0).fill(timestampLogit, FIRST);
  new TokenRules(config, timestamps).apply(logits, written);
  return [...logits.keys()].filter((token) => logits[token] !== -Infinity);
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const text = [0, 1, 2, 5, 6, 7, 8, 9];

describe('what Whisper may write without timestamps', () => {
  it('is text and the end, and at first neither a space nor the end', () => {
    expect(allowed([1], false)).toEqual([...text, END]);
    expect(allowed([], false)).toEqual(text.slice(1));
  });
});

describe('what Whisper may write with timestamps', () => {
  it('begins with an early one', () => {
    expect(allowed([], true)).toEqual(range(FIRST, FIRST + 5));
  });

  it('is text or the end after the one that opens a phrase', () => {
    expect(allowed([FIRST + 2], true)).toEqual([...text, END]);
    expect(allowed([FIRST, 1, FIRST + 2, FIRST + 4], true)).toEqual([...text, END]);
  });

  it('is the end or the next one, at the same time or later, after the one that closes a phrase', () => {
    // The end, because it is as likely as all of these timestamps together are not.
    expect(allowed([FIRST, 1, FIRST + 9], true)).toEqual([END, ...range(FIRST + 9, 34)]);
  });

  it('never goes back, and no phrase ends when it began', () => {
    expect(allowed([FIRST + 3, 1], true)).toEqual([...text, END, ...range(FIRST + 4, 34)]);
    expect(allowed([FIRST, 1, FIRST + 6, FIRST + 6, 2], true)).toEqual([
      ...text,
      END,
      ...range(FIRST + 7, 34),
    ]);
  });

  it('is a timestamp when all of them together are likelier than any one word', () => {
    // 16 of them, each e^-2 as likely as a word: 2.2 times as likely together.
    expect(allowed([FIRST + 3, 1], true, -2)).toEqual(range(FIRST + 4, 34));
    expect(allowed([FIRST + 3, 1], true, -3)).toContain(1);
  });
});
