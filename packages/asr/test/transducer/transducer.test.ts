import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { loadTransducer, type Recognizer } from '../../src/index.js';
import { tone } from '../stand-in-graph.js';
import { decoderAndJoiner, decoderJoint, encoder, vocabulary, type Script } from './stand-in-transducer.js';

const model = { id: 't', name: 'T', languages: ['en', 'de'], description: '', wordTimestamps: false };
const opened: Recognizer[] = [];
afterAll(() => Promise.all(opened.map((recognizer) => recognizer.release())));

async function load(files: Parameters<typeof loadTransducer>[1]): Promise<Recognizer> {
  const recognizer = await loadTransducer(ort, files, { model });
  opened.push(recognizer);
  return recognizer;
}

/** "good" at frame 2 for 3 frames, "mor" at 8 (a duration of 0), "ning" there for 2, "." at 14. */
const withDurations: Script = (frame, written) => {
  if (frame >= 2 && written === 0) return { piece: '▁good', duration: 3 };
  // Nobody looks at frames that are skipped.
  if ((frame === 3 || frame === 4) && written === 1) return { piece: 'ning' };
  if (frame === 10 && written === 3) return { piece: '<blk>', duration: 4 };
  if (frame > 10 && frame < 14) return { piece: '▁mor' };
  if (frame === 8 && written === 1) return { piece: '▁mor', duration: 0 };
  if (frame === 8 && written === 2) return { piece: 'ning', duration: 2 };
  if (frame === 14 && written === 3) return { piece: '.', duration: 0 };
  // A blank without a duration moves on by one all the same.
  return { piece: '<blk>', duration: frame % 2 };
};

const layouts = {
  'one file for decoder and joiner': (script: Script, durations: boolean) => ({
    decoderJoint: decoderJoint(script, durations),
  }),
  'two files': decoderAndJoiner,
};

describe.each(Object.entries(layouts))('a transducer with %s', (_, layout) => {
  it('writes tokens at their frames and skips as many as it says', async () => {
    const recognizer = await load({ encoder, vocabulary, ...layout(withDurations, true) });
    const answer = await recognizer.recognize(tone(500, 1.6), { words: true });
    expect(answer).toMatchObject({ text: 'good morning.', outcome: 'complete', language: undefined });
    expect(answer.confidence).toBeGreaterThan(0.99);
    expect(answer.words.map(({ word, start, end }) => [word, start, end])).toEqual([
      ['good', expect.closeTo(0.16), expect.closeTo(0.4)],
      ['morning.', expect.closeTo(0.64), expect.closeTo(0.8)],
    ]);
    // The next segment starts from nothing.
    expect((await recognizer.recognize(tone(500, 1.6), { language: 'de' })).language).toBe('de');
    expect((await recognizer.recognize(tone(500, 0.5))).text).toBe('good');
  });

  it('without durations moves on at blanks', async () => {
    const script: Script = (frame, written) =>
      frame === 3 && written < 3 ? { piece: ['▁good', '▁mor', 'ning'][written] } : { piece: '<blk>' };
    const recognizer = await load({ encoder, vocabulary, ...layout(script, false) });
    const answer = await recognizer.recognize(tone(500, 1.6), { words: true });
    expect(answer.text).toBe('good morning');
    expect(answer.words.map(({ word, start, end }) => [word, start, end])).toEqual([
      ['good', expect.closeTo(0.24), expect.closeTo(0.32)],
      ['morning', expect.closeTo(0.32), expect.closeTo(0.34)],
    ]);
  });

  it('that never writes a blank comes to an end', async () => {
    const recognizer = await load({ encoder, vocabulary, ...layout(() => ({ piece: '.' }), false) });
    const answer = await recognizer.recognize(tone(500, 0.16));
    expect(answer.text).toBe('.'.repeat(20));
  });

  it('says that nobody speaks when there are only blanks, and stops when told', async () => {
    const recognizer = await load({ encoder, vocabulary, ...layout(() => ({ piece: '<blk>' }), true) });
    expect(await recognizer.recognize(tone(500, 1))).toMatchObject({ text: '', outcome: 'no_speech' });
    await expect(recognizer.recognize(tone(500, 1), { signal: AbortSignal.abort() })).rejects.toThrow(
      /abort/,
    );
    await expect(recognizer.recognize(tone(500, 1), { language: 'fr' })).rejects.toThrow(RangeError);
  });
});

describe('transducer files', () => {
  it('are refused without the networks, with swapped ones, or with another vocabulary', async () => {
    const joint = decoderJoint(withDurations, true);
    await expect(load({ encoder, vocabulary })).rejects.toThrow(/decoderJoint/);
    await expect(load({ vocabulary, decoderJoint: joint })).rejects.toThrow(/encoder/);
    await expect(load({ encoder: joint, vocabulary, decoderJoint: encoder })).rejects.toThrow(/audio_signal/);
    await expect(load({ encoder, vocabulary, decoderJoint: encoder })).rejects.toThrow(/encoder_outputs/);
    const { joiner } = decoderAndJoiner(withDurations, true);
    await expect(load({ encoder, vocabulary, decoder: joiner, joiner })).rejects.toThrow(/targets/);
    const more = `${vocabulary}\n${Array.from({ length: 30 }, (_, i) => `x${i} ${i + 6}`).join('\n')}`;
    const recognizer = await load({ encoder, vocabulary: more, decoderJoint: joint });
    await expect(recognizer.recognize(tone(500, 1))).rejects.toMatchObject({ code: 'invalid_model' });
  });
});
