/** Transcription on the device fails closed, of recordings and live: whatever the platform can or cannot do, the server hears nothing. */
import { expect, test } from 'vitest';
import { Sealscribe, SealscribeError, type TranscribeOptions } from '../src/index.js';
import { testPlatform } from './platform.js';
import { serve } from './server.js';
import { transcript } from './transcript.js';

const data = new TextEncoder().encode('RIFF-and-so-on');

async function countingServer() {
  let requests = 0;
  const server = await serve((_, response) => {
    requests++;
    response.end();
  });
  return { server, count: () => requests };
}

test('a client without a recogniser refuses, and sends nothing', async () => {
  const { server, count } = await countingServer();
  const client = new Sealscribe({ server }, testPlatform());
  await expect(client.transcribe({ data }, { where: 'device' })).rejects.toMatchObject({
    name: 'SealscribeError',
    code: 'device_unsupported',
  });
  await expect(client.stream({ where: 'device' })).rejects.toMatchObject({ code: 'device_unsupported' });
  for (const where of ['Device', '', null] as unknown as TranscribeOptions['where'][])
    await expect(client.transcribe({ data }, { where })).rejects.toThrow(TypeError);
  await expect(client.stream({ where: 'Device' as 'device' })).rejects.toThrow(TypeError);
  expect(count()).toBe(0);
});

test('a client with one gives it the recording and the wishes; what it throws is thrown, and nothing is sent', async () => {
  const { server, count } = await countingServer();
  const taken: unknown[] = [];
  const client = new Sealscribe(
    { server },
    {
      ...testPlatform(),
      transcribeOnDevice: async (recording, { language, diarize, speakers }) => {
        taken.push([await recording.text(), language, diarize, speakers]);
        if (language === 'xx') throw new SealscribeError('language_not_supported', 'No.');
        return transcript;
      },
    },
  );
  async function* stream() {
    yield data.subarray(0, 4);
    yield data.subarray(4);
  }
  expect(await client.transcribe({ data }, { where: 'device', language: 'en' })).toEqual(transcript);
  expect(
    await client.transcribe({ stream: stream() }, { where: 'device', speakers: 2, format: 'text' }),
  ).toContain(transcript.segments[0]?.text);
  await expect(client.transcribe({ data }, { where: 'device', language: 'xx' })).rejects.toMatchObject({
    code: 'language_not_supported',
  });
  await expect(client.transcribe({ data }, { where: 'device', speakers: 21 })).rejects.toThrow(RangeError);
  const signal = AbortSignal.abort();
  await expect(client.transcribe({ data }, { where: 'device', signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(taken).toEqual([
    ['RIFF-and-so-on', 'en', false, 0],
    ['RIFF-and-so-on', undefined, true, 2],
    ['RIFF-and-so-on', 'xx', false, 0],
  ]);
  expect(count()).toBe(0);
});
