import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { loadCanary, type CanaryOptions, type Recognizer } from '../../src/index.js';
import { tone } from '../stand-in-graph.js';
import { encoder, makeDecoder, PROMPT, talk, vocabulary, type Script } from './stand-in-canary.js';

const model = { id: 'c', name: 'C', languages: ['en', 'de'], description: '', wordTimestamps: true };
const opened: Recognizer[] = [];
afterAll(() => Promise.all(opened.map((recognizer) => recognizer.release())));

async function load(script: Script = talk, options: Partial<CanaryOptions> = {}): Promise<Recognizer> {
  const files = { encoder, decoder: makeDecoder(script), vocabulary };
  const recognizer = await loadCanary(ort, files, { model, ...options });
  opened.push(recognizer);
  return recognizer;
}

describe('Canary', () => {
  it('is told the language, and takes the first one when nobody says', async () => {
    const recognizer = await load();
    expect(recognizer.model.wordTimestamps).toBe(false);
    const answer = await recognizer.recognize(tone(500), { language: 'de', words: true });
    expect(answer).toMatchObject({ text: 'ja.', outcome: 'complete', language: 'de', words: [] });
    expect(answer.confidence).toBeGreaterThan(0.99);
    expect(await recognizer.recognize(tone(500))).toMatchObject({ text: 'yes.', language: 'en' });
    await expect(recognizer.recognize(tone(500), { language: 'fr' })).rejects.toThrow(RangeError);
  });

  it('leaves out punctuation when asked to', async () => {
    const recognizer = await load(talk, { punctuation: false });
    expect((await recognizer.recognize(tone(500))).text).toBe('yes');
  });

  it('notices circles and texts without an end, silence and spaces', async () => {
    const circle = await load((_, __, position) => (position % 2 === 0 ? 'x' : 'y'));
    expect(await circle.recognize(tone(500))).toMatchObject({ text: 'xy', outcome: 'looping' });
    const endless = await load(
      (_, __, position) => ['x', 'y', '.'][(position * position + (position >> 2)) % 3],
    );
    const cut = await endless.recognize(tone(500, 1));
    expect(cut.outcome).toBe('cut_off');
    expect(cut.text.length).toBe(12 + 16);
    const silent = await load(() => '<|endoftext|>');
    expect(await silent.recognize(tone(500))).toMatchObject({
      text: '',
      outcome: 'no_speech',
      confidence: null,
    });
    const empty = await load((_, __, position) => (position === PROMPT - 1 ? '▁' : '<|endoftext|>'));
    expect(await empty.recognize(tone(500))).toMatchObject({ text: '', outcome: 'empty' });
  });

  it('is refused when tokens of the prompt, files or tensors are missing', async () => {
    const files = { encoder, decoder: makeDecoder(talk), vocabulary };
    const refuse = (change: Partial<typeof files>, facts = model) =>
      expect(loadCanary(ort, { ...files, ...change }, { model: facts })).rejects;
    await refuse({ vocabulary: vocabulary.replace('<|noitn|>', '<|other|>') }).toThrow(/<\|noitn\|>/);
    await refuse({}, { ...model, languages: ['en', 'pl'] }).toThrow(/<\|pl\|>/);
    await refuse({}, { ...model, languages: [] }).toThrow(/languages/);
    await refuse({ decoder: encoder }).toThrow(/input_ids/);
    await refuse({ encoder: files.decoder }).toThrow(/audio_signal/);
    await expect(loadCanary(ort, { encoder, vocabulary }, { model })).rejects.toThrow(/decoder/);
  });
});
