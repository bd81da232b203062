import type { Transcript } from '@sealscribe/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import * as ort from 'onnxruntime-node';
import { countWordErrors, type WordErrors } from '../../../test/fixtures/wer.js';
import { compareErrorRates } from '../../../test/fixtures/wer-difference.js';
import {
  loadMoonshine,
  transcribePcm,
  type Outcome,
  type Recognizer,
  type VoiceActivityDetector,
} from '../src/index.js';
import { files, loadRecognizer, loadVad, modelFile } from './models.js';
import { english, hasRecordings, samplesOf, type Clip } from './shared-recordings.js';

const long = process.env['SEALSCRIBE_LONG'] === '1';
const isStereo = (clip: Clip) => clip.speakers.some((speaker) => speaker.channel !== undefined);

describe.skipIf(!hasRecordings)(
  'word errors on the shared recordings (skipped without them or ffmpeg)',
  () => {
    let vad: VoiceActivityDetector;
    let recognizer: Recognizer;
    const outcomes: { file: string; outcome: Outcome; seconds: number }[] = [];
    const texts = new Map<string, string>();
    beforeAll(async () => {
      [vad, recognizer] = await Promise.all([loadVad(), loadRecognizer()]);
    });

    async function transcribe(file: string, channel?: number): Promise<Transcript> {
      const watched: Recognizer = {
        model: recognizer.model,
        release: () => recognizer.release(),
        recognize: async (pcm, options) => {
          const recognition = await recognizer.recognize(pcm, options);
          outcomes.push({ file, outcome: recognition.outcome, seconds: pcm.length / 16_000 });
          return recognition;
        },
      };
      return transcribePcm(samplesOf(file, channel), { vad, recognizer: watched });
    }

    it('are at most 5 % of all words in English clips with a transcript', async () => {
      const total: WordErrors = { errors: 0, words: 0 };
      const table: string[] = [];
      let seconds = 0;
      const before = process.cpuUsage();
      for (const clip of english) {
        if (clip.transcript === null || isStereo(clip)) continue;
        const { text } = await transcribe(clip.file);
        texts.set(clip.file, text);
        const { errors, words } = countWordErrors(clip.transcript, text);
        total.errors += errors;
        total.words += words;
        seconds += clip.durationSeconds;
        table.push(`${clip.file.padEnd(26)} ${String(errors).padStart(3)} of ${String(words).padStart(3)}`);
      }
      const { user, system } = process.cpuUsage(before);
      const rate = total.errors / total.words;
      table.push(
        `pooled: ${total.errors} of ${total.words} words wrong, ${(100 * rate).toFixed(2)} %`,
        `${seconds.toFixed(0)} s of audio, ${((user + system) / 1e6 / (seconds / 3600)).toFixed(0)} CPU seconds per hour`,
      );
      process.stdout.write(`${table.join('\n')}\n`);
      expect(total.words).toBeGreaterThan(1500);
      expect(rate).toBeLessThanOrEqual(0.05);
    }, 300_000);

    it('are as many, but for chance, as the published files make in a loop of their own', async () => {
      // Paths, so that nothing is composed of them.
      const loop = await loadMoonshine(ort, {
        encoder: modelFile('encoder_model.onnx'),
        decoder: modelFile('decoder_model_merged.onnx'),
        tokens: files.tokens,
      });
      const clips = english.filter(({ file }) => texts.has(file)).filter((_, i) => long || i % 3 === 0);
      const published: string[] = [];
      for (const { file } of clips) {
        const { text } = await transcribePcm(samplesOf(file), { vad, recognizer: loop });
        published.push(text);
      }
      await loop.release();
      const references = clips.map(({ transcript }) => transcript ?? '');
      const ours = clips.map(({ file }) => texts.get(file) ?? '');
      const { difference, low, high } = compareErrorRates(references, ours, published);
      const points = (rate: number) => (100 * rate).toFixed(2);
      process.stdout.write(
        `${clips.length} clips: ${points(difference)} points more errors, 95 % interval ${points(low)} to ${points(high)}\n`,
      );
      expect(ours).not.toEqual(published);
      expect(low).toBeLessThanOrEqual(0);
      expect(high).toBeLessThan(0.02);
    }, 300_000);

    it('are at most 7 % in a recording with one speaker per channel, each channel on its own', async () => {
      const total: WordErrors = { errors: 0, words: 0 };
      for (const clip of english.filter(isStereo)) {
        for (const { channel, text } of clip.speakers) {
          const { errors, words } = countWordErrors(text ?? '', (await transcribe(clip.file, channel)).text);
          total.errors += errors;
          total.words += words;
        }
      }
      expect(total.words).toBeGreaterThan(0);
      expect(total.errors / total.words).toBeLessThanOrEqual(0.07);
    });

    it('leave text of meetings to read', async () => {
      for (const clip of english.filter((c) => c.transcript === null)) {
        const { text } = await transcribe(clip.file);
        expect(text.split(' ').length, clip.file).toBeGreaterThan(5);
      }
    });

    it('are never those of an empty, looping or cut off answer', () => {
      expect(outcomes.length).toBeGreaterThan(60);
      expect(outcomes.filter(({ outcome }) => outcome !== 'complete')).toEqual([]);
    });
  },
);
