import type { Transcript } from '@sealscribe/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { countWordErrors, type WordErrors } from '../../../test/fixtures/wer.js';
import { transcribePcm, type Outcome, type Recognizer, type VoiceActivityDetector } from '../src/index.js';
import { loadRecognizer, loadVad } from './models.js';
import { english, hasRecordings, samplesOf, type Clip } from './shared-recordings.js';

const isStereo = (clip: Clip) => clip.speakers.some((speaker) => speaker.channel !== undefined);

describe.skipIf(!hasRecordings)(
  'word errors on the shared recordings (skipped without them or ffmpeg)',
  () => {
    let vad: VoiceActivityDetector;
    let recognizer: Recognizer;
    const outcomes: { file: string; outcome: Outcome; seconds: number }[] = [];
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
        const { errors, words } = countWordErrors(clip.transcript, (await transcribe(clip.file)).text);
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
