// Every container and codec of the shared folder gives the sentence, and every broken file a clear answer: with ffmpeg, and
// for what the built-in decoders take also without it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { countWordErrors } from '../fixtures/wer.js';
import { hasFfmpeg } from '../fixtures/ffmpeg.js';
import { hasServer, newSession, shared, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const SENTENCE =
  'the invention of movable metal letters in the middle of the fifteenth century may justly be considered as the invention of the art of printing.';
const media = join(shared, 'media');
const present = existsSync(media);
const clips = present ? readdirSync(media).filter((name) => name.startsWith('clip')) : [];

/** Clips that need no ffmpeg. */
const builtin = /^clip[^.]*\.(wav|mp3|mp2|flac|ogg|oga|opus)$|^clip_no_extension$/;
const needsFfmpeg = clips.filter((name) => !builtin.test(name) || name === 'clip_adpcm.wav');

/** What the bad files give: a code, or "text" (possibly empty) from the part that can be heard. */
const bad: Record<string, { ffmpeg: string; builtin: string }> = {
  'digital_silence_5s.wav': { ffmpeg: 'silence', builtin: 'silence' },
  'flac_corrupt_middle.flac': { ffmpeg: 'text', builtin: 'text' },
  'jpeg_renamed.mp3': { ffmpeg: 'unsupported_media', builtin: 'unsupported_media' },
  'mp3_garbage_prefix.mp3': { ffmpeg: 'text', builtin: 'text' },
  'mp4_truncated_no_moov.mp4': { ffmpeg: 'undecodable_media', builtin: 'decoder_missing' },
  'noise_only_5s.flac': { ffmpeg: 'silence', builtin: 'silence' },
  'ogg_truncated.ogg': { ffmpeg: 'text', builtin: 'text' },
  'picture.jpg': { ffmpeg: 'unsupported_media', builtin: 'unsupported_media' },
  'random_bytes.mp3': { ffmpeg: 'undecodable_media', builtin: 'undecodable_media' },
  'random_bytes.wav': { ffmpeg: 'undecodable_media', builtin: 'undecodable_media' },
  'text_renamed.mp3': { ffmpeg: 'unsupported_media', builtin: 'unsupported_media' },
  'tone_440hz.flac': { ffmpeg: 'silence', builtin: 'silence' },
  'truncated.mp3': { ffmpeg: 'text', builtin: 'text' },
  'very_short_20ms.wav': { ffmpeg: 'silence', builtin: 'silence' },
  'video_without_audio.mp4': { ffmpeg: 'no_audio', builtin: 'decoder_missing' },
  'wav_header_claims_4gb.wav': { ffmpeg: 'text', builtin: 'text' },
  'wav_header_only.wav': { ffmpeg: 'silence', builtin: 'silence' },
  'wav_truncated_half.wav': { ffmpeg: 'text', builtin: 'text' },
  'wav_zero_channels.wav': { ffmpeg: 'undecodable_media', builtin: 'undecodable_media' },
  'wav_zero_sample_rate.wav': { ffmpeg: 'undecodable_media', builtin: 'undecodable_media' },
  'zero_bytes.mp3': { ffmpeg: 'empty_file', builtin: 'empty_file' },
};

for (const decoder of ['ffmpeg', 'builtin'] as const)
  describe.skipIf(!hasServer || !present || (decoder === 'ffmpeg' && !hasFfmpeg))(
    `decoding with ${decoder}`,
    () => {
      let server: RunningServer;
      let token: string;
      const send = (name: string) => transcribe(server.url, token, readFileSync(join(media, name)));
      beforeAll(async () => {
        server = await startServer({ args: ['--decoder', decoder] });
        token = await newSession(server.url);
      });
      afterAll(() => server?.stop());
      afterEach(() => expect(server.running()).toBe(true));

      const readable = decoder === 'ffmpeg' ? clips : clips.filter((name) => !needsFfmpeg.includes(name));
      test.each(readable)('%s gives the sentence', async (name) => {
        const answer = await send(name);
        expect(answer.status).toBe(200);
        // "15th" for "fifteenth" is how the model writes from narrow-band audio, and right: at most one word in ten differs.
        const { errors, words } = countWordErrors(SENTENCE, answer.json.text);
        expect(errors / words).toBeLessThanOrEqual(0.1);
        expect(answer.json.duration).toBeGreaterThan(7.9);
        expect(answer.json.duration).toBeLessThan(8.4);
      });

      const refused = clips.filter((name) => !readable.includes(name));
      test.each(refused)('%s gives an error that names ffmpeg', async (name) => {
        const { status, json } = await send(name);
        expect(status).toBe(415);
        expect(json.code).toBe('decoder_missing');
        expect(json.error).toContain('ffmpeg');
      });

      test.each(Object.entries(bad))('bad/%s gives a clear answer', async (name, expected) => {
        const { status, json } = await send(join('bad', name));
        const wanted = expected[decoder];
        if (wanted === 'text' || wanted === 'silence') {
          expect(status).toBe(200);
          if (wanted === 'text') expect(json.text).not.toBe('');
          else expect(json).toMatchObject({ text: '', segments: [] });
        } else {
          expect(json).toEqual({ error: expect.any(String), code: wanted, requestId: expect.any(String) });
          expect(status).toBeLessThan(500);
        }
      });

      test('every bad file of the folder is in the list above', () => {
        expect(readdirSync(join(media, 'bad')).sort()).toEqual(Object.keys(bad).sort());
      });
    },
  );
