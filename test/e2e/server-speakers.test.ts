// Speakers over HTTP: turns of a conversation, channels of a call, and what may be asked for.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transcriptSchema, type Segment, type Transcript } from '@sealscribe/protocol';
import { makeFbankEmbedding, makeSegmentation } from '../../packages/asr/test/diarization/stand-in-voices.js';
import { countWordErrors } from '../fixtures/wer.js';
import { countSpeakers, readRttm, scoreTurns } from '../fixtures/der.js';
import { hasServer, JFK, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

// The shared folder beside the checkout.
const folder = fileURLToPath(new URL('../../../shared/speech/', import.meta.url));
const shared = existsSync(`${folder}manifest.json`);
const jfk = readFileSync(JFK);
const LEFT =
  'He began a confused complaint against the wizard, who had vanished behind the curtain on the left.';
const RIGHT = 'The horizon seems extremely distant.';

/** What the segments say of who spoke when. */
const turnsOf = (segments: readonly Segment[]) =>
  segments.map(({ start, end, speaker }) => ({ start, end, speaker: speaker ?? 'nobody' }));

describe.skipIf(!hasServer)('speakers over HTTP', () => {
  let server: RunningServer;
  let token: string;
  const send = (file: Uint8Array, options?: Parameters<typeof transcribe>[3]) =>
    transcribe(server.url, token, file, options);
  const ask = async (file: Uint8Array, fields: Record<string, string>): Promise<Transcript> =>
    transcriptSchema.parse((await send(file, { fields })).json);

  beforeAll(async () => {
    server = await startServer({});
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());

  test('nobody is named unless it is asked for', async () => {
    expect((await ask(jfk, { diarize: '0', speakers: '2' })).speakers).toEqual([]);
    expect((await ask(jfk, {})).segments[0]?.speaker).toBeNull();
  });

  test('one speaker is one speaker', async () => {
    const { speakers, segments } = await ask(jfk, { diarize: 'true' });
    expect(speakers).toEqual(['SPEAKER_00']);
    expect(segments.every(({ speaker }) => speaker === 'SPEAKER_00')).toBe(true);
  });

  test('a subtitle names its speaker', async () => {
    const { text } = await send(jfk, { fields: { diarize: '1', response_format: 'vtt' } });
    expect(text).toContain('<v SPEAKER_00>');
  });

  test.each([
    { diarize: 'perhaps' },
    { diarize: 'true', speakers: '21' },
    { diarize: 'true', speakers: '-1' },
    { diarize: 'true', speakers: '1.5' },
  ])('%j is refused', async (fields) => {
    const { status, json } = await send(jfk, { fields });
    expect([status, json.code]).toEqual([400, 'bad_request']);
  });

  test("the operator's own models are asked instead, and a folder without them is refused", async () => {
    const models = mkdtempSync(join(tmpdir(), 'sealscribe-speakers-'));
    try {
      await expect(startServer({ args: ['--speaker-models', models] })).rejects.toThrow();
      writeFileSync(join(models, 'segmentation.onnx'), makeSegmentation());
      writeFileSync(join(models, 'embedding.onnx'), makeFbankEmbedding());
      const other = await startServer({ args: ['--speaker-models', models] });
      try {
        const session = await newSession(other.url);
        const { json } = await transcribe(other.url, session, jfk, { fields: { speakers: '1' } });
        expect(transcriptSchema.parse(json).speakers).toEqual(['SPEAKER_00']);
      } finally {
        await other.stop();
      }
    } finally {
      rmSync(models, { recursive: true });
    }
  });

  describe.skipIf(!shared)('in the shared recordings (skipped without them)', () => {
    test('a conversation is split into what each one said', async () => {
      const { segments, speakers } = await ask(readFileSync(`${folder}conv3.flac`), { diarize: 'true' });
      const reference = readRttm(`${folder}conv3.rttm`);
      expect(speakers).toEqual(['SPEAKER_00', 'SPEAKER_01', 'SPEAKER_02']);
      expect(segments.map(({ id }) => id)).toEqual(segments.map((_, index) => index));
      // Segments are words and the pauses between them, the reference is turns: most of the time has to agree.
      expect(scoreTurns(reference, turnsOf(segments)).confused).toBeLessThan(2);
      expect(countSpeakers(turnsOf(segments))).toBe(countSpeakers(reference));
    });

    test.each(['auto', 'builtin'])('a call has one speaker per channel (decoder: %s)', async (decoder) => {
      const stereo = readFileSync(`${folder}stereo_two_channels.flac`);
      const other = decoder === 'auto' ? undefined : await startServer({ args: ['--decoder', decoder] });
      try {
        const url = other?.url ?? server.url;
        const session = other === undefined ? token : await newSession(url);
        const { json } = await transcribe(url, session, stereo, { fields: { diarize: 'true' } });
        const { segments, speakers, duration } = transcriptSchema.parse(json);
        expect(speakers).toEqual(['SPEAKER_00', 'SPEAKER_01']);
        expect(duration).toBe(5);
        const said = speakers.map((label) =>
          segments.flatMap(({ speaker, text }) => (speaker === label ? [text] : [])).join(' '),
        );
        const [left, right] = said[0]?.includes('horizon') ? said.reverse() : said;
        expect(countWordErrors(LEFT, left ?? '').errors).toBeLessThanOrEqual(1);
        expect(countWordErrors(RIGHT, right ?? '').errors).toBeLessThanOrEqual(1);
        expect(segments.map(({ start }) => start)).toEqual(
          segments.map(({ start }) => start).sort((a, b) => a - b),
        );
      } finally {
        await other?.stop();
      }
    });

    test('events of a call come without speakers, numbered as they come; its result has them', async () => {
      const { text } = await send(readFileSync(`${folder}stereo_two_channels.flac`), {
        fields: { diarize: 'true' },
        headers: { accept: 'text/event-stream' },
      });
      const events = [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)];
      const told = events
        .filter(([, name]) => name === 'segment')
        .map(([, , data]) => JSON.parse(data) as Segment);
      expect(told.map(({ id, speaker }) => [id, speaker])).toEqual(told.map((_, id) => [id, null]));
      const result = transcriptSchema.parse(JSON.parse(events.at(-1)?.[2] ?? ''));
      expect(result.segments).toHaveLength(told.length);
      expect(result.speakers).toHaveLength(2);
    });

    test('as many speakers are found as there are said to be', async () => {
      const { speakers } = await ask(readFileSync(`${folder}conv2_male_male.flac`), { speakers: '1' });
      expect(speakers).toEqual(['SPEAKER_00']);
    });
  });
});
