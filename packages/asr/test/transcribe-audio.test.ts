import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeAudio, hasFfmpeg } from '../../../test/fixtures/ffmpeg.js';
import { readWav } from '../../../test/fixtures/wav.js';
import {
  EmbeddedSpeakers,
  SAMPLE_RATE,
  transcribeAudio,
  transcribePcm,
  type Recognizer,
  type VoiceActivityDetector,
} from '../src/index.js';
import { loadRecognizer, loadVad } from './models.js';
import { jfkPath } from './speech.js';

// The shared folder beside the checkout.
const conversation = fileURLToPath(
  new URL('../../../../shared/speech/conv2_female_male.flac', import.meta.url),
);

function* inPieces(pcm: Float32Array, size: number) {
  for (let at = 0; at < pcm.length; at += size) yield pcm.slice(at, at + size);
}

describe('transcribeAudio', () => {
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

  it('gives the same whatever pieces the samples come in', async () => {
    const silence = new Float32Array(25 * SAMPLE_RATE);
    const pcm = Float32Array.from([jfk, silence, jfk].flatMap((part) => [...part]));
    const whole = await transcribePcm(pcm, { vad, recognizer });
    expect(whole.segments).toHaveLength(2);
    expect(await transcribeAudio(inPieces(pcm, 4_321), { vad, recognizer })).toEqual(whole);
  });

  it('passes on what the source throws, and gives nothing after it', async () => {
    const segments: unknown[] = [];
    function* broken() {
      yield jfk;
      throw new Error('The cable came out');
    }
    const onSegment = (segment: unknown) => segments.push(segment);
    await expect(transcribeAudio(broken(), { vad, recognizer, onSegment })).rejects.toThrow('The cable');
    expect(segments).toEqual([]);
  });

  it.skipIf(!existsSync(conversation) || !hasFfmpeg)(
    'tells speakers apart (skipped without the shared recordings or ffmpeg)',
    async () => {
      const pcm = decodeAudio(conversation).subarray(0, 14 * SAMPLE_RATE);
      const { speakers, segments } = await transcribeAudio(inPieces(pcm, SAMPLE_RATE), {
        ...{ vad, recognizer },
        speakerModel: new EmbeddedSpeakers(),
      });
      expect(speakers).toEqual(['SPEAKER_00', 'SPEAKER_01']);
      expect(segments.map(({ id }) => id)).toEqual(segments.map((_, i) => i));
    },
  );
});
