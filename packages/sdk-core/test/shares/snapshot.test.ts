/** What a link holds: the fields that are named and no others, and of a range nothing that was said outside it. */
import { describe, expect, test } from 'vitest';
import { shareDocumentSchema, type Segment, type Word } from '@sealscribe/protocol';
import { toSeconds } from '../../src/shares/expiry.js';
import { toSnapshot, type SnapshotOptions } from '../../src/shares/snapshot.js';
import { transcript } from '../transcript.js';

/** A segment whose words take a second each, from `start`. */
function spoken(start: number, text: string, words = text.split(' ')): Segment {
  const timed: Word[] = words.map((word, i) => ({
    word,
    start: start + i,
    end: start + i + 1,
    confidence: 0.5,
  }));
  return { id: 0, start, end: start + words.length, text, speaker: 'Ada', confidence: 0.9, words: timed };
}
const silent = (start: number, end: number): Segment => ({ ...spoken(start, 'unsaid', []), end });

function share(segments: Segment[], options: SnapshotOptions) {
  const numbered = segments.map((segment, id) => ({ ...segment, id }));
  const text = segments.map((segment) => segment.text).join(' ');
  const whole = { ...transcript, text, segments: numbered, duration: 100, speakers: ['Ada', 'Grace'] };
  return toSnapshot({ title: 'Title', transcript: whole }, options);
}
const texts = (segments: Segment[], range: [number, number]) =>
  share(segments, { range }).transcript.segments.map(({ text }) => text);

test('only what is named is in it, whatever else the vault holds', () => {
  const entry = {
    ...{ id: 'secret-id', revision: 7, title: 'Title', fileName: 'secret.wav', tags: ['secret-tag'] },
    ...{ createdAt: 'secret-time', updatedAt: 'secret-time', transcript },
  };
  const document = toSnapshot(entry, {});
  expect(shareDocumentSchema.parse(document)).toEqual(document);
  expect(Object.keys(document).sort()).toEqual(
    ['duration', 'language', 'model', 'range', 'speakers', 'title', 'transcript', 'words'].sort(),
  );
  expect(JSON.stringify(document)).not.toContain('secret');
  const bare = toSnapshot(entry, { speakers: false, wordTimes: false, title: false });
  expect(bare).toMatchObject({ title: null, speakers: [], words: null });
  expect(JSON.stringify(bare)).not.toContain('SPEAKER');
  expect(JSON.stringify(entry.transcript)).toContain('SPEAKER');
});

describe('a range', () => {
  test('keeps a word when its middle is inside, with the text between words as it stands', () => {
    const segment = spoken(10, 'one,  two — three four', ['one,', 'two', 'three', 'four']);
    expect(texts([segment], [10, 14])).toEqual(['one,  two — three four']);
    expect(texts([segment], [10.5, 12.5])).toEqual(['one,  two — three']);
    expect(texts([segment], [10.51, 12.49])).toEqual(['two']);
    expect(texts([segment], [0, 10.5])).toEqual(['one,']);
    expect(texts([segment], [13, 99])).toEqual(['four']);
  });

  test('keeps times of the recording, inside the range, and ends the recording there', () => {
    const {
      transcript: body,
      words,
      duration,
      range,
    } = share([spoken(10, 'one two three')], { range: [10.4, 12.2] });
    expect([duration, range]).toEqual([12_200, [10_400, 12_200]]);
    expect(body.segments).toMatchObject([{ start: 10_400, end: 12_000, text: 'one two', confidence: null }]);
    expect(words?.segments).toMatchObject([{ starts: [10_400, 11_000], ends: [11_000, 12_000] }]);
  });

  test('knows scripts without spaces, words that come twice, and text that is not its words', () => {
    expect(texts([spoken(0, '我们走吧', ['我', '们', '走', '吧'])], [1, 3])).toEqual(['们走']);
    expect(texts([spoken(0, 'no no no yes')], [1, 2])).toEqual(['no']);
    expect(texts([spoken(0, 'no nobody no', ['no', 'nobody', 'no'])], [2, 3])).toEqual(['no']);
    expect(texts([spoken(0, 'changed by hand', ['one', 'two', 'three'])], [0, 2])).toEqual(['one two']);
  });

  test('takes segments without word times only whole, give or take half a second', () => {
    expect(texts([silent(10, 20.4)], [10, 20])).toEqual(['unsaid']);
    expect(share([silent(10, 20.4)], { range: [10, 20] }).transcript.segments).toMatchObject([
      { start: 10_000, end: 20_000 },
    ]);
    for (const range of [
      [10, 19.8],
      [10.6, 30],
      [20.4, 30],
      [12, 14],
    ] as [number, number][])
      expect(() => texts([silent(10, 20.4)], range)).toThrow(/range must hold something/);
  });

  test('has the speakers and the text of what it holds, and leaves everything else out', () => {
    const grace = { ...spoken(20, 'budget refused'), speaker: 'Grace' };
    const document = share([spoken(10, 'good evening'), grace, silent(30, 40)], { range: [20, 22] });
    expect(document.speakers).toEqual(['Grace']);
    expect(document.transcript).toEqual({
      segments: [{ start: 20_000, end: 22_000, text: 'budget refused', speaker: 'Grace', confidence: 900 }],
    });
    expect(JSON.stringify(document)).not.toMatch(/evening|unsaid|Ada/);
  });
});

test('a time to live is seconds, or a number with a unit', () => {
  const times: [number | string, number][] = [
    [1, 1],
    ['90s', 90],
    ['30m', 1800],
    ['1h', 3600],
    ['7d', 604_800],
    ['2w', 1_209_600],
    [315_360_000, 315_360_000],
  ];
  for (const [given, seconds] of times) expect(toSeconds(given)).toBe(seconds);
  for (const wrong of [
    0,
    -1,
    1.5,
    Number.NaN,
    315_360_001,
    '',
    '1',
    'h',
    '1.5h',
    '0s',
    '-1h',
    '1 h',
    '9999w',
    '1H',
  ])
    expect(() => toSeconds(wrong)).toThrow(/^expires must/);
});
