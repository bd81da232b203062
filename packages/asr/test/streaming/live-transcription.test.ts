import { describe, expect, it } from 'vitest';
import {
  FRAME_SAMPLES,
  LiveTranscription,
  recognizeSegment,
  SAMPLE_RATE,
  type LiveEngine,
  type LiveEvent,
} from '../../src/index.js';
import { decodeAudio, hasFfmpeg } from '../../../../test/fixtures/ffmpeg.js';
import { countWordErrors, normalizeWords } from '../../../../test/fixtures/wer.js';
import { loadRecognizer, loadVad } from '../models.js';
import { jfkPath, seededRandom } from '../speech.js';

const KENNEDY =
  'And so my fellow Americans ask not what your country can do for you ask what you can do for your country';

const state = () => ({ context: new Float32Array(64), hidden: new Float32Array(256) });

/** What a listener can rely on so far: the segments, and the stable part of what comes after them. */
class Listener {
  readonly events: LiveEvent[] = [];
  readonly #said: string[] = [];
  /** Each promise that was made, in order. */
  readonly promised: string[] = [];
  readonly take = (event: LiveEvent): void => {
    this.events.push(event);
    if (event.kind === 'segment') this.#said.push(event.segment.text);
    else expect(event.text.startsWith(event.stable)).toBe(true);
    this.promised.push([...this.#said, event.stable].join(' ').trim());
  };
  expectKept(): void {
    for (const [i, text] of this.promised.entries()) {
      const before = this.promised[i - 1] ?? '';
      expect(text.slice(0, before.length), `promise ${i}`).toBe(before);
    }
  }
}

/**
 * Somebody who says one word each half second, w0 w1 w2 …, with a pause of a second after every twelfth. The samples are the
 * number of the word; the recogniser hears it, but the last word of a span wrongly, and now and then another.
 */
function talker(seed: number, words: number, pauses: boolean) {
  const random = seededRandom(seed);
  const samples: number[] = [];
  for (let word = 0; word < words; word++) {
    for (let i = 0; i < SAMPLE_RATE / 2; i++) samples.push(word + 1);
    if (pauses && word % 12 === 11) for (let i = 0; i < SAMPLE_RATE; i++) samples.push(0);
  }
  const engine: LiveEngine = {
    detect: async (pcm) => ({
      probabilities: Float32Array.from({ length: Math.ceil(pcm.length / FRAME_SAMPLES) }, (_, i) =>
        pcm[i * FRAME_SAMPLES] > 0 ? 0.9 + 0.05 * random() : 0.05,
      ),
      state: state(),
    }),
    recognize: async (pcm, _span, final) => {
      const seconds = new Map<number, number>();
      for (const sample of pcm)
        if (sample > 0) seconds.set(sample, (seconds.get(sample) ?? 0) + 1 / SAMPLE_RATE);
      const heard = [...seconds].filter(([, long]) => long > 0.2).map(([word]) => `w${word - 1}`);
      const wrong = heard.map((word, i) => {
        const cutOff = i === heard.length - 1 && (seconds.get(Number(word.slice(1)) + 1) ?? 0) < 0.45;
        return (cutOff && !final) || random() < 0.03 ? `${word}x` : word;
      });
      return { text: wrong.join(' '), confidence: 1, words: [], outcome: 'complete' };
    },
  };
  return { pcm: Float32Array.from(samples), engine };
}

async function play(engine: LiveEngine, pcm: Float32Array, listener: Listener, chunk = 1600) {
  const live = new LiveTranscription(engine, {
    state: state(),
    language: 'en',
    model: 'm',
    onEvent: listener.take,
  });
  for (let i = 0; i < pcm.length; i += chunk) await live.push(pcm.subarray(i, i + chunk));
  return live.finish();
}

describe('live transcription', () => {
  it.each([1, 2, 3, 4])('never takes back what it called stable, and loses no word (%i)', async (seed) => {
    const words = 80;
    const { pcm, engine } = talker(seed, words, seed % 2 === 0);
    const listener = new Listener();
    const transcript = await play(engine, pcm, listener);
    listener.expectKept();
    const heard = transcript.text.replaceAll('x', '');
    const wanted = Array.from({ length: words }, (_, i) => `w${i}`).join(' ');
    // A word in two at a forced cut may be heard on both sides or on none.
    expect(countWordErrors(wanted, heard).errors).toBeLessThan(words * 0.06);
    expect(listener.promised.at(-1)).toBe(transcript.text);
    const partials = listener.events.filter(({ kind }) => kind === 'partial').length;
    expect(partials).toBeGreaterThan(pcm.length / SAMPLE_RATE / 8);
    for (const { start, end } of transcript.segments) expect(end - start).toBeLessThan(10.6);
  });

  it('gives each recognition what the latest one wrote that began at the same place', async () => {
    const { pcm, engine } = talker(8, 60, true);
    const latest = new Map<number, readonly number[]>();
    let [given, finals] = [0, 0];
    const watched: LiveEngine = {
      detect: (...window) => engine.detect(...window),
      recognize: async (samples, span, final, hypothesis) => {
        expect(hypothesis).toBe(latest.get(span.start));
        if (hypothesis) given++;
        if (hypothesis && final) finals++;
        const tokens = [samples.length];
        latest.clear();
        latest.set(span.start, tokens);
        return { ...(await engine.recognize(samples, span, final)), hypothesis: tokens };
      },
    };
    await play(watched, pcm, new Listener());
    expect(given).toBeGreaterThan(20);
    expect(finals).toBeGreaterThan(0);
  });

  it('leaves partials out when there is much to catch up with, and loses nothing', async () => {
    const { pcm, engine } = talker(5, 100, true);
    const listener = new Listener();
    const transcript = await play(engine, pcm, listener, pcm.length);
    const partials = listener.events.filter(({ kind }) => kind === 'partial');
    expect(partials.length).toBeLessThan(8);
    expect(normalizeWords(transcript.text.replaceAll('x', '')).length).toBeGreaterThan(95);
  });

  it('has nothing to say about silence and about nothing at all', async () => {
    const { engine } = talker(6, 1, false);
    const listener = new Listener();
    expect((await play(engine, new Float32Array(SAMPLE_RATE), listener)).segments).toEqual([]);
    expect((await play(engine, new Float32Array(0), listener)).duration).toBe(0);
    expect(listener.events).toEqual([]);
  });

  it('throws what its engine throws, and takes nothing after its end', async () => {
    const { pcm, engine } = talker(7, 10, false);
    const broken = { ...engine, recognize: () => Promise.reject(new Error('broken')) };
    await expect(play(broken, pcm, new Listener())).rejects.toThrow('broken');
    const live = new LiveTranscription(engine, {
      state: state(),
      language: 'en',
      model: 'm',
      onEvent: () => undefined,
    });
    await live.finish();
    await expect(live.push(pcm)).rejects.toThrow(RangeError);
  });

  it.skipIf(!hasFfmpeg)('hears President Kennedy as he speaks', async () => {
    const vad = await loadVad();
    const recognizer = await loadRecognizer();
    const listener = new Listener();
    const engine: LiveEngine = {
      detect: (pcm, before) => vad.run(pcm, before),
      recognize: (pcm, span, final) =>
        final
          ? recognizeSegment(
              (piece, regions) => recognizer.recognize(piece, { words: true, regions }),
              pcm,
              span,
            )
          : recognizer.recognize(pcm),
    };
    const transcript = await play(engine, decodeAudio(jfkPath), listener);
    listener.expectKept();
    expect(countWordErrors(KENNEDY, transcript.text).errors).toBeLessThanOrEqual(3);
    const first = listener.events.find(({ kind }) => kind === 'partial');
    // Speech begins at 0.35 s: there is a text before a second of it was heard.
    expect(first).toMatchObject({ kind: 'partial' });
    if (first?.kind === 'partial') expect(first.end - first.start).toBeLessThan(1);
    expect(listener.events.filter(({ kind }) => kind === 'partial').length).toBeGreaterThan(2);
    for (const segment of transcript.segments) {
      expect(segment.words.map(({ word }) => word).join(' ')).toBe(segment.text);
      for (const [i, word] of segment.words.entries())
        expect(word.start).toBeGreaterThanOrEqual(segment.words[i - 1]?.end ?? 0);
    }
    await vad.release();
    await recognizer.release();
  });
});
