import { describe, expect, it } from 'vitest';
import { recognizeSegment, SAMPLE_RATE, type Outcome, type Recognition } from '../src/index.js';

const answer = (outcome: Outcome, text = ''): Recognition => ({
  text,
  confidence: text === '' ? null : 0.5,
  words: text === '' ? [] : [{ word: text, start: 0.25, end: 0.5, confidence: null }],
  outcome,
});

/** A segment of 10 s that begins at 20 s, with pauses at 2-2.5 s and 6-8 s; its samples count up so that cuts can be seen. */
const at = (seconds: number) => (20 + seconds) * SAMPLE_RATE;
const span = {
  start: at(0),
  end: at(10),
  regions: [
    { start: at(0.25), end: at(2) },
    { start: at(2.5), end: at(6) },
    { start: at(8), end: at(9.75) },
  ],
};
const pcm = Float32Array.from({ length: 10 * SAMPLE_RATE }, (_, i) => i);

/** Answers from a list, and notes which part of the segment was asked about, in seconds. */
function recogniser(...answers: Recognition[]) {
  const asked: [number, number][] = [];
  const recognize = async (piece: Float32Array): Promise<Recognition> => {
    const start = piece[0] / SAMPLE_RATE;
    asked.push([start, start + piece.length / SAMPLE_RATE]);
    return answers[asked.length - 1] ?? answer('complete', `part${asked.length}`);
  };
  return { asked, recognize };
}

describe('recognizeSegment', () => {
  it.each([answer('complete', 'hello'), answer('no_speech')])(
    'asks once when the answer is good: %j',
    async (good) => {
      const { asked, recognize } = recogniser(good);
      expect(await recognizeSegment(recognize, pcm, span)).toEqual(good);
      expect(asked).toEqual([[0, 10]]);
    },
  );

  it.each<Outcome>(['empty', 'looping', 'cut_off'])(
    'cuts at the longest pause after an answer that is %s',
    async (bad) => {
      const { asked, recognize } = recogniser(answer(bad));
      const result = await recognizeSegment(recognize, pcm, span);
      expect(asked).toEqual([
        [0, 10],
        [0, 7],
        [7, 10],
      ]);
      expect(result).toEqual({
        text: 'part2 part3',
        confidence: 0.5,
        outcome: 'complete',
        words: [
          { word: 'part2', start: 0.25, end: 0.5, confidence: null },
          { word: 'part3', start: 7.25, end: 7.5, confidence: null },
        ],
      });
    },
  );

  it('cuts a bad half once more and then takes what it gets', async () => {
    const loop = answer('looping', 'and and');
    const { asked, recognize } = recogniser(
      loop,
      loop,
      loop,
      answer('complete', 'good'),
      answer('complete', 'bye'),
    );
    const result = await recognizeSegment(recognize, pcm, span);
    expect(asked).toEqual([
      [0, 10],
      [0, 7],
      [0, 2.25],
      [2.25, 7],
      [7, 10],
    ]);
    expect(result).toMatchObject({ text: 'and and good bye', outcome: 'looping' });
  });

  it('cuts at the quietest place where there is no pause', async () => {
    const loud = new Float32Array(10 * SAMPLE_RATE).fill(0.5);
    loud.fill(0, 4 * SAMPLE_RATE, 4.2 * SAMPLE_RATE);
    const lengths: number[] = [];
    const recognize = async (piece: Float32Array) => {
      lengths.push(piece.length / SAMPLE_RATE);
      return answer(lengths.length === 1 ? 'empty' : 'complete', 'x');
    };
    await recognizeSegment(recognize, loud, { ...span, regions: [{ start: span.start, end: span.end }] });
    expect(lengths[1]).toBeGreaterThan(4);
    expect(lengths[1]).toBeLessThan(4.2);
  });

  it('does not cut what is too short, and keeps the first answer when the parts say nothing', async () => {
    const short = { start: 0, end: SAMPLE_RATE, regions: [{ start: 0, end: SAMPLE_RATE }] };
    const once = recogniser(answer('looping', 'no'));
    expect(await recognizeSegment(once.recognize, pcm.subarray(0, SAMPLE_RATE), short)).toMatchObject({
      text: 'no',
    });
    expect(once.asked).toHaveLength(1);

    const silent = recogniser(answer('looping', 'no'), answer('no_speech'), answer('no_speech'));
    expect(await recognizeSegment(silent.recognize, pcm, span)).toMatchObject({
      text: 'no',
      outcome: 'looping',
    });
  });

  it('passes errors through, and refuses samples that are not those of the span', async () => {
    const failure = new Error('gone');
    await expect(recognizeSegment(() => Promise.reject(failure), pcm, span)).rejects.toBe(failure);
    await expect(recognizeSegment(recogniser().recognize, pcm.subarray(1), span)).rejects.toThrow(RangeError);
  });
});
