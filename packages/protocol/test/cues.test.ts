import { describe, expect, it } from 'vitest';
import { cutIntoCues } from '../src/cues.js';
import { toSrt, toVtt } from '../src/subtitles.js';
import type { Segment } from '../src/transcript.js';

/** A segment whose words take 0.3 s each, or as long as given, with 0.1 s after a comma and 0.4 s after a full stop. */
function spoken(text: string, { speaker = null as string | null, each = 0.3 } = {}): Segment {
  let at = 10;
  const words = text.split(' ').map((word) => {
    const start = at;
    at += each + (word.endsWith('.') ? 0.4 : word.endsWith(',') ? 0.1 : 0);
    return { word, start, end: start + each, confidence: 1 };
  });
  return { id: 0, start: 10, end: words[words.length - 1].end, text, speaker, confidence: 1, words };
}

const DICKENS =
  'It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness. ' +
  'We had everything before us, we had nothing before us, we were all going direct to Heaven.';

describe('cues', () => {
  it('last at most seven seconds and have at most two lines of 42 characters', () => {
    for (const each of [0.1, 0.3, 0.9]) {
      const segment = spoken(DICKENS, { each });
      const cues = cutIntoCues(segment);
      expect(cues.length).toBeGreaterThan(2);
      for (const { start, end, text } of cues) {
        expect(end - start).toBeLessThanOrEqual(7);
        expect(text.split('\n').length).toBeLessThanOrEqual(2);
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(42);
      }
    }
  });

  it('have all words in order, each while it is spoken, and do not overlap', () => {
    const segment = spoken(DICKENS);
    const cues = cutIntoCues(segment);
    expect(cues.map(({ text }) => text.replace('\n', ' ')).join(' ')).toBe(DICKENS);
    expect([cues[0].start, cues[cues.length - 1].end]).toEqual([segment.start, segment.end]);
    let word = 0;
    for (const [i, { start, end, text }] of cues.entries()) {
      if (i > 0) expect(start).toBeGreaterThanOrEqual(cues[i - 1].end);
      for (const shown of text.split(/\s/)) {
        expect(segment.words[word].word).toBe(shown);
        expect(segment.words[word].start).toBeGreaterThanOrEqual(start);
        expect(segment.words[word].end).toBeLessThanOrEqual(end);
        word++;
      }
    }
  });

  it('are cut at ends of sentences and clauses', () => {
    const cues = cutIntoCues(spoken(DICKENS)).map(({ text }) => text.replace('\n', ' '));
    for (const text of cues) expect(text).toMatch(/[.,]$/);
    expect(cues.some((text) => text.endsWith('foolishness.'))).toBe(true);
  });

  it('that are short stay one, on one line', () => {
    expect(cutIntoCues(spoken('Ask not what it can do.'))).toEqual([
      expect.objectContaining({ start: 10, text: 'Ask not what it can do.' }),
    ]);
  });

  it('of text that was corrected, or has no word times, are left as they are', () => {
    const corrected = { ...spoken(DICKENS), text: `${DICKENS} Dickens` };
    expect(cutIntoCues(corrected)).toEqual([{ start: 10, end: corrected.end, text: corrected.text }]);
    const bare = { ...spoken(DICKENS), words: [] };
    expect(cutIntoCues(bare)).toHaveLength(1);
  });

  it('show a word that is longer than a line', () => {
    const long = 'x'.repeat(60);
    expect(cutIntoCues(spoken(`a ${long} b`)).map(({ text }) => text)).toEqual(['a', long, 'b']);
  });

  it('name the speaker once in SRT, where the label has its place in the line, and in every cue of VTT', () => {
    const segment = spoken(DICKENS, { speaker: 'SPEAKER_00' });
    const srt = toSrt({ segments: [segment] });
    expect(srt.match(/SPEAKER_00: /g)).toHaveLength(1);
    for (const line of srt.split('\n')) expect(line.length).toBeLessThanOrEqual(42);
    const vtt = toVtt({ segments: [segment] });
    expect(vtt.match(/<v SPEAKER_00>/g)).toHaveLength(vtt.match(/-->/g)?.length ?? 0);
  });
});
