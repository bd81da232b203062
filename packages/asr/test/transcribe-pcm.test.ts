import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transcriptSchema, type Segment } from '@sealscribe/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeAudio, hasFfmpeg } from '../../../test/fixtures/ffmpeg.js';
import { readWav } from '../../../test/fixtures/wav.js';
import { normalizeWords } from '../../../test/fixtures/wer.js';
import { SAMPLE_RATE, transcribePcm, type Recognizer, type VoiceActivityDetector } from '../src/index.js';
import { loadRecognizer, loadVad } from './models.js';
import { jfkPath, seededRandom } from './speech.js';

const KENNEDY =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';
// The shared folder beside the checkout.
const bad = fileURLToPath(new URL('../../../../shared/media/bad/', import.meta.url));

describe('transcribePcm', () => {
  const jfk = readWav(jfkPath);
  let vad: VoiceActivityDetector;
  let recognizer: Recognizer;
  beforeAll(async () => {
    [vad, recognizer] = await Promise.all([loadVad(), loadRecognizer()]);
  });
  afterAll(async () => {
    await vad.release();
    await recognizer.release();
  });

  it('gives the JFK recording back word for word', async () => {
    const transcript = await transcribePcm(jfk, { vad, recognizer });
    expect(normalizeWords(transcript.text)).toEqual(normalizeWords(KENNEDY));
    expect(transcriptSchema.parse(transcript)).toEqual(transcript);
    expect(transcript).toMatchObject({
      language: 'en',
      duration: 11,
      model: 'moonshine-tiny-en',
      speakers: [],
    });
    expect(transcript.segments[0].start).toBeGreaterThan(0.2);
    expect(transcript.segments[0].start).toBeLessThan(0.5);
  });

  it('tells of segments and progress as they come, in a recording longer than its window', async () => {
    const silence = new Float32Array(20 * SAMPLE_RATE);
    const long = Float32Array.from([jfk, silence, jfk, silence].flatMap((part) => [...part]));
    const segments: Segment[] = [];
    const progress: number[] = [];
    const transcript = await transcribePcm(long, {
      vad,
      recognizer,
      onSegment: (segment) => segments.push(segment),
      onProgress: (fraction) => progress.push(fraction),
    });
    expect(segments).toEqual(transcript.segments);
    expect(segments.map((segment) => segment.id)).toEqual([0, 1]);
    expect(Math.abs(segments[1].start - segments[0].start - 31)).toBeLessThan(0.1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
    expect(normalizeWords(transcript.text)).toEqual(normalizeWords(`${KENNEDY} ${KENNEDY}`));
  });

  it('rejects with the signal’s reason when aborted after a segment, and before it began', async () => {
    const twice = Float32Array.from(
      [jfk, new Float32Array(20 * SAMPLE_RATE), jfk].flatMap((part) => [...part]),
    );
    const controller = new AbortController();
    const segments: Segment[] = [];
    const options = {
      vad,
      recognizer,
      signal: controller.signal,
      onSegment: (segment: Segment) => {
        segments.push(segment);
        controller.abort();
      },
    };
    await expect(transcribePcm(twice, options)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(transcribePcm(twice, options)).rejects.toMatchObject({ name: 'AbortError' });
    expect(segments).toHaveLength(1);
  });

  it('gives an empty transcript for nothing, a click, silence, a tone and noise', async () => {
    const random = seededRandom(1);
    const seconds = (n: number, sample: (i: number) => number) =>
      Float32Array.from({ length: n * SAMPLE_RATE }, (_, i) => sample(i));
    const sounds = {
      nothing: new Float32Array(0),
      click: jfk.slice(0, 320),
      silence: seconds(5, () => 0),
      tone: seconds(5, (i) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / SAMPLE_RATE)),
      noise: seconds(5, () => 0.1 * (random() - 0.5)),
      'full-scale noise': seconds(5, () => 2 * random() - 1),
    };
    for (const [name, pcm] of Object.entries(sounds)) {
      const { text, segments, duration } = await transcribePcm(pcm, { vad, recognizer });
      expect({ name, text, segments }).toEqual({ name, text: '', segments: [] });
      expect(duration).toBe(pcm.length / SAMPLE_RATE);
    }
  });

  it.skipIf(!existsSync(bad) || !hasFfmpeg)(
    'gives an empty transcript for the shared recordings without speech (skipped without them or ffmpeg)',
    async () => {
      for (const file of [
        'digital_silence_5s.wav',
        'noise_only_5s.flac',
        'tone_440hz.flac',
        'very_short_20ms.wav',
      ]) {
        const { text } = await transcribePcm(decodeAudio(bad + file), { vad, recognizer });
        expect({ file, text }).toEqual({ file, text: '' });
      }
    },
  );

  it('refuses samples that are not finite and languages that the model does not know', async () => {
    const broken = jfk.slice(0, 20_000);
    broken[9_000] = NaN;
    await expect(transcribePcm(broken, { vad, recognizer })).rejects.toThrow(RangeError);
    await expect(transcribePcm(jfk, { vad, recognizer, language: 'fr' })).rejects.toThrow(RangeError);
    expect((await transcribePcm(jfk, { vad, recognizer, language: 'en-GB' })).language).toBe('en');
  });
});
