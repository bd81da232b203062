import { describe, expect, test } from 'vitest';
import { transcriptSchema, type Transcript } from '@sealscribe/protocol';
import {
  EditHistory,
  mergeSegments,
  mergeSpeakers,
  renameSpeaker,
  setSpeaker,
  setText,
  shiftTimes,
  splitSegment,
} from '../../src/index.js';
import { transcript as sample } from '../transcript.js';

/** A transcript of one segment whose words last a second each, from second 10 on. */
function spoken(words: string[], { language = 'en', text = words.join(' ') } = {}): Transcript {
  const timed = words.map((word, i) => ({ word, start: 10 + i, end: 11 + i, confidence: 0.5 }));
  const end = 10 + words.length;
  const segment = { id: 0, start: 10, end, text, speaker: null, confidence: 0.5, words: timed };
  return { text, language, duration: 60, segments: [segment], speakers: [], model: 'm' };
}
const timesOf = ({ segments }: Transcript, id = 0) =>
  segments[id]?.words.map(({ word, start, end }) => [word, start, end]);

describe('the text of a segment', () => {
  test('words that stay keep their times and confidence, a corrected one takes the time of the wrong one', () => {
    const fixed = setText(spoken(['ask', 'knot', 'what', 'you']), 0, 'Ask not what, you');
    expect(timesOf(fixed)).toEqual([
      ['Ask', 10, 11],
      ['not', 11, 12],
      ['what,', 12, 13],
      ['you', 13, 14],
    ]);
    expect(fixed.segments[0]?.words.map(({ confidence }) => confidence)).toEqual([0.5, null, 0.5, 0.5]);
    expect(fixed.text).toBe('Ask not what, you');
  });

  test('several for one share its time by length; words that go take nothing with them', () => {
    expect(timesOf(setText(spoken(['a', 'gonna', 'b']), 0, 'a going to b'))).toEqual([
      ['a', 10, 11],
      ['going', 11, 11.714],
      ['to', 11.714, 12],
      ['b', 12, 13],
    ]);
    expect(timesOf(setText(spoken(['a', 'um', 'b', 'c']), 0, 'a c'))).toEqual([
      ['a', 10, 11],
      ['c', 13, 14],
    ]);
    expect(timesOf(setText(spoken(['a', 'b']), 0, ''))).toEqual([]);
  });

  test('a word put in between lies between its neighbours', () => {
    expect(timesOf(setText(spoken(['a', 'b']), 0, 'a really b'))).toEqual([
      ['a', 10, 11],
      ['really', 11, 11],
      ['b', 11, 12],
    ]);
  });

  test('scripts without spaces: by word, or by character where the recogniser gave characters', () => {
    const text = '今日は天気がいい。';
    const characters = [...'今日は天気がいい'];
    const japanese = spoken(characters, { language: 'ja', text });
    expect(timesOf(setText(japanese, 0, '今日は元気がいい。'))).toEqual([
      ...characters.slice(0, 3).map((word, i) => [word, 10 + i, 11 + i]),
      ['元', 13, 14],
      ...['気', 'が', 'い'].map((word, i) => [word, 14 + i, 15 + i]),
      ['い。', 17, 18],
    ]);
    const words = spoken(['今日', 'は', '天気'], { language: 'ja', text: '今日は天気' });
    expect(timesOf(setText(words, 0, '今日も天気'))?.map(([word]) => word)).toEqual(['今日', 'も', '天気']);
  });

  test('a segment without word times stays without', () => {
    const { words: _, ...segment } = spoken(['a']).segments[0];
    const plain = { ...spoken(['a']), segments: [{ ...segment, words: [] }] };
    expect(setText(plain, 0, 'b').segments[0]?.words).toEqual([]);
  });
});

describe('segments', () => {
  test('cut in two at a place in the text, each with its words and its time', () => {
    const cut = splitSegment(spoken(['ask', 'not', 'what']), 0, 7);
    expect(cut.segments.map(({ id, start, end, text }) => [id, start, end, text])).toEqual([
      [0, 10, 12, 'ask not'],
      [1, 12, 13, 'what'],
    ]);
    expect(cut.text).toBe('ask not what');
  });

  test('cut inside a word: its halves share its time', () => {
    const cut = splitSegment(spoken(['ask', 'cannot']), 0, 7);
    expect([timesOf(cut, 0), timesOf(cut, 1)]).toEqual([
      [
        ['ask', 10, 11],
        ['can', 11, 11.5],
      ],
      [['not', 11.5, 12]],
    ]);
  });

  test('no side may be empty, and no character is cut', () => {
    for (const offset of [0, 3, 4, -1, 1.5, NaN])
      expect(() => splitSegment(spoken(['abc']), 0, offset)).toThrow(RangeError);
    expect(() => splitSegment(spoken(['a😀']), 0, 2)).toThrow(RangeError);
    expect(() => splitSegment(spoken(['abc']), 1, 1)).toThrow(/^id /);
  });

  test('merged: from the first start to the last end, all words, ids counted anew', () => {
    const merged = mergeSegments(splitSegment(spoken(['ask', 'not', 'what']), 0, 3), 0, 1);
    expect(merged).toEqual(spoken(['ask', 'not', 'what']));
    const { segments, speakers } = mergeSegments(sample, 0, 1);
    expect(segments).toHaveLength(1);
    expect(segments[0]).toMatchObject({ start: 0.32, end: 3723.004, speaker: 'SPEAKER_00', words: [] });
    expect(speakers).toEqual(['SPEAKER_00']);
    expect(() => mergeSegments(sample, 1, 0)).toThrow(RangeError);
  });

  test('merged in scripts without spaces: no space comes in', () => {
    const two = splitSegment(spoken(['今日は', '天気'], { text: '今日は天気' }), 0, 3);
    expect(mergeSegments(two, 0, 1).segments[0]?.text).toBe('今日は天気');
  });

  test('moved in time, words and all, but never before the start', () => {
    const moved = shiftTimes(spoken(['a', 'b']), 49.5);
    expect(timesOf(moved)).toEqual([
      ['a', 59.5, 60.5],
      ['b', 60.5, 61.5],
    ]);
    expect(moved.duration).toBe(61.5);
    expect(() => shiftTimes(spoken(['a']), -10.001)).toThrow(RangeError);
    expect(shiftTimes(sample, 1, { from: 1 }).segments[0]).toBe(sample.segments[0]);
  });
});

describe('speakers', () => {
  test('renamed, merged and set; the list follows', () => {
    expect(renameSpeaker(sample, 'SPEAKER_01', 'Ada').speakers).toEqual(['SPEAKER_00', 'Ada']);
    expect(() => renameSpeaker(sample, 'SPEAKER_01', 'SPEAKER_00')).toThrow(/merge/);
    expect(() => renameSpeaker(sample, 'nobody', 'Ada')).toThrow(/^from /);
    expect(mergeSpeakers(sample, ['SPEAKER_00', 'SPEAKER_01'], 'Ada').speakers).toEqual(['Ada']);
    expect(mergeSpeakers(sample, ['SPEAKER_01', 'SPEAKER_00']).speakers).toEqual(['SPEAKER_01']);
    expect(setSpeaker(sample, 0, null).speakers).toEqual(['SPEAKER_01']);
  });
});

test('undo and redo, up to the number of steps', () => {
  const history = new EditHistory(sample, { steps: 2 });
  const states = [1, 2, 3].map((by) => history.apply((transcript) => shiftTimes(transcript, by)));
  expect(() => history.apply((transcript) => shiftTimes(transcript, -1e9))).toThrow(RangeError);
  expect([history.undo(), history.undo(), history.undo()]).toEqual([states[1], states[0], states[0]]);
  expect(history.canUndo).toBe(false);
  expect(history.redo()).toBe(states[1]);
  expect(history.apply((transcript) => setText(transcript, 0, 'new')).segments[0]?.text).toBe('new');
  expect(history.canRedo).toBe(false);
  expect(history.undo()).toBe(states[1]);
});

describe('whatever is edited in whatever order', () => {
  const freeze = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  };
  /** Small and deterministic (mulberry32). */
  const randomOf = (seed: number) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const vocabulary = ['ask', 'not', 'what,', 'your', 'Country', 'can', '走吧', 'હેલો', 'مرحبا', 'é'];

  test.each([1, 2, 3, 4, 5, 6])('it stays a transcript in order (seed %i)', (seed) => {
    const random = randomOf(seed);
    const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)];
    const text = () => Array.from({ length: Math.floor(random() * 9) }, () => pick(vocabulary)).join(' ');
    let transcript = spoken(Array.from({ length: 40 }, () => pick(vocabulary)));
    const edits: ((t: Transcript) => Transcript)[] = [
      (t) => setText(t, pick(t.segments).id, text()),
      (t) => splitSegment(t, pick(t.segments).id, Math.floor(random() * 40)),
      (t) => mergeSegments(t, pick(t.segments).id, pick(t.segments).id),
      (t) => setSpeaker(t, pick(t.segments).id, pick(['A', 'B', null])),
      (t) => renameSpeaker(t, 'A', 'C'),
      (t) => mergeSpeakers(t, ['B', 'C'], 'A'),
      (t) => shiftTimes(t, Math.round(random() * 2000 - 900) / 1000),
    ];
    let refused = 0;
    for (let step = 0; step < 200; step++) {
      freeze(transcript);
      try {
        transcript = pick(edits)(transcript);
      } catch (failure) {
        if (!(failure instanceof RangeError)) throw failure;
        refused++;
      }
      expect(transcriptSchema.safeParse(transcript).success).toBe(true);
      expect(transcript.segments.map(({ id }) => id)).toEqual(transcript.segments.map((_, id) => id));
      expect(transcript.text).toBe(transcript.segments.map((segment) => segment.text).join(' '));
      const labels = transcript.segments.flatMap(({ speaker }) => (speaker === null ? [] : [speaker]));
      expect(transcript.speakers).toEqual([...new Set(labels)]);
      for (const { start, end, words } of transcript.segments) {
        const times = [start, ...words.flatMap((word) => [word.start, word.end]), end];
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }
    }
    expect(refused).toBeLessThan(150);
  });
});
