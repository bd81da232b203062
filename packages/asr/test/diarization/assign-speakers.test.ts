import type { Segment } from '@sealscribe/protocol';
import { describe, expect, it } from 'vitest';
import { assignSpeakers, type SpeakerTurn } from '../../src/index.js';

const turn = (start: number, end: number, speaker: number): SpeakerTurn => ({ start, end, speaker });

/** A segment of words of one second each, with a tenth of a second between them. */
function segment(id: number, start: number, text: string, withWords = true): Segment {
  const words = text.split(' ').map((word, i) => ({
    word,
    start: start + i,
    end: start + i + 0.9,
    confidence: 0.5 + i / 10,
  }));
  const end = start + words.length - 0.1;
  return { id, start, end, text, speaker: null, confidence: 0.75, words: withWords ? words : [] };
}

describe('assignSpeakers', () => {
  it('splits a segment where the speaker changes, at the words', () => {
    const segments = [segment(0, 0, 'Are you there? Yes, I am.'), segment(1, 10, 'Good.')];
    const labelled = assignSpeakers(segments, [turn(0, 2.95, 4), turn(2.95, 6, 1), turn(10, 11, 4)]);
    expect(labelled.map(({ id, start, end, text, speaker }) => [id, start, end, text, speaker])).toEqual([
      [0, 0, 2.9, 'Are you there?', 'SPEAKER_00'],
      [1, 3, 5.9, 'Yes, I am.', 'SPEAKER_01'],
      [2, 10, 10.9, 'Good.', 'SPEAKER_00'],
    ]);
    expect(labelled.map(({ words }) => words.length)).toEqual([3, 3, 1]);
    expect(labelled.map(({ confidence }) => confidence)).toEqual([0.6, 0.9, 0.75]);
  });

  it('keeps a segment of one speaker as it is', () => {
    const whole = segment(0, 0, 'Nobody  else speaks');
    expect(assignSpeakers([whole], [turn(0, 9, 2)])).toEqual([{ ...whole, speaker: 'SPEAKER_00' }]);
  });

  it('gives a word to the speaker who has most of it, and in silence to the nearest', () => {
    const labelled = assignSpeakers(
      [segment(0, 0, 'one two three')],
      [turn(0, 1.4, 0), turn(1.4, 1.6, 1), turn(1.6, 3, 0)],
    );
    expect(labelled).toHaveLength(1);
    const near = assignSpeakers(
      [segment(0, 5, 'word'), segment(1, 7, 'word')],
      [turn(0, 4, 0), turn(9, 10, 1)],
    );
    expect(near.map(({ speaker }) => speaker)).toEqual(['SPEAKER_00', 'SPEAKER_01']);
  });

  it('gives a segment without words to the speaker who has most of it', () => {
    const labelled = assignSpeakers(
      [segment(0, 0, 'a b c d', false), segment(1, 4, 'e f', false)],
      [turn(0, 1, 0), turn(1, 2.2, 1), turn(2.2, 3.9, 0), turn(4, 6, 1)],
    );
    expect(labelled.map(({ text, speaker }) => [text, speaker])).toEqual([
      ['a b c d', 'SPEAKER_00'],
      ['e f', 'SPEAKER_01'],
    ]);
  });

  it('splits text without spaces between words where the words are', () => {
    const words = ['你好', '吗', '很', '好'].map((word, i) => ({
      word,
      start: i,
      end: i + 0.9,
      confidence: null,
    }));
    const chinese: Segment = { ...segment(0, 0, ''), end: 4, text: '你好吗？很好。', words };
    const labelled = assignSpeakers([chinese], [turn(0, 2, 0), turn(2, 4, 1)]);
    expect(labelled.map(({ text }) => text)).toEqual(['你好吗？', '很好。']);
    expect(labelled[0]?.confidence).toBe(0.75);
  });

  it('calls everybody one speaker where no turn was found', () => {
    expect(assignSpeakers([segment(0, 0, 'hello')], []).map(({ speaker }) => speaker)).toEqual([
      'SPEAKER_00',
    ]);
  });
});
