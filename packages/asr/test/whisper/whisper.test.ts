import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import {
  AsrError,
  loadWhisper,
  type Recognizer,
  type Runtime,
  type WhisperOptions,
} from '../../src/index.js';
import { tone } from '../stand-in-graph.js';
import { id, makeWhisper, spell, type Script } from './stand-in-whisper.js';

const model = { id: 'w', name: 'W', languages: [], description: '', wordTimestamps: true };
const opened: Recognizer[] = [];
afterAll(() => Promise.all(opened.map((recognizer) => recognizer.release())));

async function load(
  standIn: Parameters<typeof makeWhisper>[0],
  options: Partial<WhisperOptions> = {},
): Promise<Recognizer> {
  const recognizer = await loadWhisper(ort, makeWhisper(standIn), { model, ...options });
  opened.push(recognizer);
  return recognizer;
}

/** Tokens before the text of a multilingual and of an English-only checkpoint. */
const PROMPT = 4;
const ENGLISH_PROMPT = 2;
const said = ['Ġthe', 'Ġcat', 'Ġsat', '.'];

describe('Whisper', () => {
  it('writes what the tokens spell, and says how sure it is', async () => {
    const recognizer = await load({
      scripts: { 500: spell(PROMPT, ['Ġthe', 'ĠcafÃ', '©', '.']), 1500: spell(PROMPT, said) },
    });
    const answer = await recognizer.recognize(tone(500), { language: 'en' });
    expect(answer).toMatchObject({ text: 'the café.', outcome: 'complete', words: [], language: 'en' });
    expect(answer.confidence).toBeGreaterThan(0.99);
    expect((await recognizer.recognize(tone(1500), { language: 'en' })).text).toBe('the cat sat.');
  });

  it('knows an English-only checkpoint by its configuration', async () => {
    const recognizer = await load({ scripts: { 500: spell(ENGLISH_PROMPT, said) }, multilingual: false });
    expect(recognizer.model.languages).toEqual(['en']);
    expect(await recognizer.recognize(tone(500))).toMatchObject({ text: 'the cat sat.', language: 'en' });
    await expect(recognizer.recognize(tone(500), { language: 'de' })).rejects.toThrow(RangeError);
  });

  it('finds out the language among those of the model', async () => {
    const scripts = { 500: spell(PROMPT, ['Ġein'], { [id('<|fr|>')]: 3, [id('<|de|>')]: 2, [id('.')]: 9 }) };
    const all = await load({ scripts });
    expect(all.model.languages).toEqual(['en', 'de', 'fr']);
    expect(await all.recognize(tone(500))).toMatchObject({ text: 'ein', language: 'fr' });
    expect(await all.recognize(tone(500), { language: 'auto' })).toMatchObject({ language: 'fr' });
    const two = await load({ scripts }, { model: { ...model, languages: ['en', 'de'] } });
    expect(await two.recognize(tone(500))).toMatchObject({ text: 'ein', language: 'de' });
  });

  it('never writes suppressed tokens, nor begins with those that must not come first', async () => {
    const script: Script = (position) => {
      const text = position - PROMPT + 1;
      if (text === 0) return { [id('Ġ')]: 40, [id('<|endoftext|>')]: 39, [id('Ġ[')]: 38, [id('Ġcat')]: 30 };
      if (text === 1) return { [id('Ġ[')]: 50, [id('<|de|>')]: 49, [id(3)]: 48, [id('Ġsat')]: 30 };
      return { [id('<|endoftext|>')]: 30 };
    };
    const recognizer = await load({ scripts: { 500: script } });
    expect((await recognizer.recognize(tone(500), { language: 'en' })).text).toBe('cat sat');
  });

  it('reads caches of half precision', async () => {
    const recognizer = await load({ scripts: { 500: spell(PROMPT, said) }, precision: 'float16' });
    expect((await recognizer.recognize(tone(500))).text).toBe('the cat sat.');
  });

  it('gives nothing for less than a tenth of a second', async () => {
    const recognizer = await load({ scripts: { 500: spell(PROMPT, said) } });
    expect(await recognizer.recognize(new Float32Array(1599))).toMatchObject({
      text: '',
      outcome: 'no_speech',
    });
    await expect(recognizer.recognize(new Float32Array(30 * 16_000 + 1))).rejects.toThrow(RangeError);
  });

  it('stops when it is told to', async () => {
    const recognizer = await load({ scripts: { 500: spell(PROMPT, said) } });
    const signal = AbortSignal.abort();
    await expect(recognizer.recognize(tone(500), { signal })).rejects.toThrow(signal.reason as Error);
  });
});

describe('what Whisper is told', () => {
  /** The names of the tokens that the decoder is fed until the text begins, one list for each run. */
  async function listen(options: Partial<WhisperOptions>, language: string, multilingual = true) {
    const fed: number[][] = [];
    const listening: Runtime = {
      Tensor: ort.Tensor,
      InferenceSession: {
        create: (async (...args: [string]) => {
          const session = await ort.InferenceSession.create(...args);
          const run = session.run.bind(session);
          session.run = (feeds: ort.InferenceSession.FeedsType, ...rest: []) => {
            const ids = feeds['input_ids']?.data as BigInt64Array | undefined;
            if (ids) fed.push(Array.from(ids, Number));
            return run(feeds, ...rest);
          };
          return session;
        }) as Runtime['InferenceSession']['create'],
      },
    };
    const silent: Script = () => ({ [id('<|nospeech|>')]: 30 });
    const files = makeWhisper({ scripts: { 500: silent }, multilingual });
    const recognizer = await loadWhisper(listening, files, { model, ...options });
    opened.push(recognizer);
    await recognizer.recognize(tone(500), { language });
    const isWord = (list: number[]) => list.length === 1 && list[0] < id('<|endoftext|>');
    const text = fed.findIndex(isWord);
    return fed.slice(0, text < 0 ? undefined : text);
  }
  const tokens = (...names: string[]) => names.map((name) => id(`<|${name}|>`));

  it('is to write down what is spoken, in one go when the language is known', async () => {
    const prompt = tokens('startoftranscript', 'de', 'transcribe', 'notimestamps');
    expect(await listen({}, 'de')).toEqual([prompt]);
    const timestamps = tokens('startoftranscript', 'de', 'transcribe');
    expect((await listen({ timestamps: true }, 'de'))[0]).toEqual(timestamps);
  });

  it('is the language it found out', async () => {
    const [first, ...rest] = await listen({}, 'auto');
    expect(first).toEqual(tokens('startoftranscript'));
    expect(rest.slice(0, 3)).toEqual(tokens('en', 'transcribe', 'notimestamps').map((token) => [token]));
  });

  it('is to translate only when asked to', async () => {
    const prompt = tokens('startoftranscript', 'fr', 'translate', 'notimestamps');
    expect(await listen({ task: 'translate' }, 'fr')).toEqual([prompt]);
  });

  it('is nothing about languages and tasks for an English-only checkpoint', async () => {
    expect(await listen({}, 'en', false)).toEqual([tokens('startoftranscript', 'notimestamps')]);
  });
});

describe('Whisper on audio that it does badly on', () => {
  const silent = { [id('<|nospeech|>')]: 20 };

  it('says that nobody speaks when it thinks so and is unsure of its text', async () => {
    const unsure: Script = (position) => (position === 0 ? silent : {});
    const recognizer = await load({ scripts: { 500: unsure, 1500: spell(PROMPT, said, silent) } });
    const answer = await recognizer.recognize(tone(500), { language: 'en' });
    expect(answer).toMatchObject({ text: '', outcome: 'no_speech', confidence: null });
    // Sure of its text, it is believed.
    expect((await recognizer.recognize(tone(1500), { language: 'en' })).text).toBe('the cat sat.');
  });

  it('samples when the likeliest text goes round in circles', async () => {
    const circling: Script = (position) =>
      position < PROMPT - 1 ? {} : { [id('Ġnoise')]: 20, [id('<|endoftext|>')]: 19.5 };
    const recognizer = await load({ scripts: { 500: circling } });
    const answer = await recognizer.recognize(tone(500), { language: 'en' });
    expect(answer.outcome).toBe('complete');
    expect(answer.text).toMatch(/^(noise ?){1,6}$/);
    // The same in every run.
    expect(await recognizer.recognize(tone(500), { language: 'en' })).toEqual(answer);
  });

  it('says so when it cannot get out of a circle', async () => {
    const stuck: Script = () => ({ [id('Ġnoise')]: 30 });
    const recognizer = await load({ scripts: { 500: stuck } });
    const answer = await recognizer.recognize(tone(500), { language: 'en' });
    expect(answer).toMatchObject({ text: 'noise', outcome: 'looping' });
  });

  it('samples when it is unsure, and is honest when that does not help', async () => {
    // Seven words are as likely as one another: log-probabilities of -1.9, whatever the temperature.
    const torn: Script = (position) => {
      const text = position - PROMPT + 1;
      if (text < 0) return {};
      if (text === 8) return { [id('<|endoftext|>')]: 30 };
      return Object.fromEntries([0, 1, 2, 5, 7, 8, 10].map((token, i) => [token, 30 - i / 1000]));
    };
    const recognizer = await load({ scripts: { 500: torn } });
    const answer = await recognizer.recognize(tone(500), { language: 'en' });
    expect(answer.outcome).toBe('complete');
    expect(answer.confidence).toBeLessThan(0.25);
    expect(new Set(answer.text.split(' ')).size).toBeGreaterThan(1);
  });

  it('is cut off at half of its positions', async () => {
    const words = ['Ġthe', 'Ġcat', 'Ġsat', 'Ġmat', 'Ġein', 'Ġnoise'];
    // No pattern that repeats.
    const endless: Script = (position) => ({ [id(words[(position * position + (position >> 2)) % 6])]: 30 });
    const recognizer = await load({ scripts: { 500: endless } });
    const answer = await recognizer.recognize(tone(500), { language: 'en' });
    expect(answer.outcome).toBe('cut_off');
    expect(answer.text.split(' ').length).toBe(24);
  });
});

describe('Whisper’s word times', () => {
  // The step that writes the first word listens at 0.4 s, the next ones 0.5 s later each.
  const attendsTo = (from: number) => (position: number) => 20 + 25 * (position - from + 1);
  const middles = [0.4, 0.9, 1.4];

  it('are where the attention of its alignment heads is', async () => {
    const recognizer = await load({ scripts: { 500: spell(PROMPT, said) }, attendsTo: attendsTo(PROMPT) });
    expect(recognizer.model.wordTimestamps).toBe(true);
    // Also when the language has to be found out first.
    for (const language of ['en', 'auto']) {
      const regions = [{ start: 0.1, end: 1.8 }];
      const { words } = await recognizer.recognize(tone(500), { language, words: true, regions });
      expect(words.map(({ word }) => word)).toEqual(['the', 'cat', 'sat.']);
      words.forEach(({ start, end, confidence }, i) => {
        expect(start).toBeLessThan(middles[i]);
        expect(end).toBeGreaterThan(middles[i]);
        expect(end).toBeLessThanOrEqual(words[i + 1]?.start ?? 1.8);
        expect(confidence).toBeGreaterThan(0.99);
      });
    }
    expect((await recognizer.recognize(tone(500))).words).toEqual([]);
  });

  it('leave out the timestamps that it writes', async () => {
    const tokens = [0, 'Ġthe', 'Ġcat', 1.1, 1.1, 'Ġsat', '.', 2];
    const recognizer = await load(
      {
        scripts: { 500: spell(3, tokens) },
        attendsTo: (position) => [0, 0, 0, 20, 45, 0, 0, 70][position] ?? 0,
      },
      { timestamps: true },
    );
    const { words } = await recognizer.recognize(tone(500), { language: 'en', words: true });
    expect(words.map(({ word }) => word)).toEqual(['the', 'cat', 'sat.']);
    words.forEach(({ start, end }, i) => expect(start <= middles[i] && middles[i] <= end).toBe(true));
  });

  it('are not promised by exports without attention', async () => {
    const recognizer = await load({ scripts: { 500: spell(PROMPT, said) } });
    expect(recognizer.model.wordTimestamps).toBe(false);
    expect((await recognizer.recognize(tone(500), { words: true })).words).toEqual([]);
  });
});

describe('Whisper with timestamps', () => {
  /** Without "no timestamps". */
  const prompt = 3;

  it('writes them between phrases, not into the text', async () => {
    const tokens = [0, 'Ġthe', 'Ġcat', 1, 1.2, 'Ġsat', '.', 2];
    const recognizer = await load({ scripts: { 500: spell(prompt, tokens) } }, { timestamps: true });
    const answer = await recognizer.recognize(tone(500), { language: 'en' });
    expect(answer).toMatchObject({ text: 'the cat sat.', outcome: 'complete' });
  });
});

describe('Whisper files', () => {
  const files = makeWhisper({ scripts: { 500: spell(PROMPT, said) } });
  const refusal = (
    change: Partial<Record<keyof typeof files, string>>,
    options: Partial<WhisperOptions> = {},
  ) => loadWhisper(ort, { ...files, ...change }, { model, ...options }).catch((error: unknown) => error);

  it.each([
    [{ config: '{"num_mel_bins":80}' }, 'max_target_positions'],
    [{ config: 'not JSON' }, 'config'],
    [{ tokenizer: '{"model":{"vocab":{}}}' }, 'vocabulary'],
    [{ tokenizer: '{"model":{"vocab":{"a":0}}}' }, 'token'],
    [{ tokenizer: '{"model":{"vocab":{"a":-1}}}' }, 'tokens and ids'],
  ])('are refused when they are something else: %o', async (change, named) => {
    const error = await refusal(change);
    expect(error).toBeInstanceOf(AsrError);
    expect(error).toMatchObject({ code: 'invalid_model', message: expect.stringContaining(named) as string });
  });

  it.each(['encoder', 'decoder', 'config', 'tokenizer'] as const)('are refused without %s', async (key) => {
    const { [key]: _, ...rest } = files;
    const error = await loadWhisper(ort, rest, { model }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'invalid_model', message: expect.stringContaining(key) as string });
  });

  it('are refused when the graphs are swapped, with the tensors that are missing', async () => {
    const swapped = { ...files, encoder: files.decoder, decoder: files.encoder };
    await expect(loadWhisper(ort, swapped, { model })).rejects.toThrow(/input_features/);
  });

  it('are refused for what the checkpoint cannot do', async () => {
    const english = makeWhisper({ scripts: { 500: spell(ENGLISH_PROMPT, said) }, multilingual: false });
    await expect(loadWhisper(ort, english, { model, task: 'translate' })).rejects.toThrow(/translate/);
    const strange = { ...model, languages: ['xx'] };
    await expect(loadWhisper(ort, files, { model: strange })).rejects.toThrow(/languages/);
  });

  it('may be vocab.json and added_tokens.json instead of tokenizer.json', async () => {
    const { model: inner, added_tokens: added } = JSON.parse(files.tokenizer) as {
      model: { vocab: object };
      added_tokens: { content: string; id: number }[];
    };
    const { tokenizer: _, ...rest } = files;
    const recognizer = await loadWhisper(
      ort,
      {
        ...rest,
        vocabulary: JSON.stringify(inner.vocab),
        addedTokens: JSON.stringify(
          Object.fromEntries(added.map(({ content, id: token }) => [content, token])),
        ),
      },
      { model },
    );
    opened.push(recognizer);
    expect((await recognizer.recognize(tone(500))).text).toBe('the cat sat.');
  });
});
