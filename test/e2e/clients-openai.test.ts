// OpenAI's own client, unchanged but for its base URL and key: every format, times of words, events, speakers, errors by class.
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import OpenAI, { toFile, type Uploadable } from 'openai';
import {
  openAiDiarizedSchema,
  openAiEventSchema,
  openAiErrorSchema,
  openAiTranscriptionSchema,
  openAiVerboseSchema,
} from '@sealscribe/protocol';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { countWordErrors } from '../fixtures/wer.js';
import { Client } from './behaviour-requests.js';
import { spoken, startForClients, type ClientsServer } from './clients-server.js';
import { call, hasServer, JFK, JFK_TEXT, newSession } from './server-requests.js';

const isJfk = (text: string) => expect(countWordErrors(JFK_TEXT, text).errors).toBe(0);
const model = 'whisper-1';
const MAIN = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));

describe.skipIf(!hasServer)("OpenAI's client", () => {
  let server: ClientsServer;
  let openai: OpenAI;
  const jfk = () => createReadStream(JFK);
  const begin = () => toFile(spoken(3), 'speech.wav');
  beforeAll(async () => {
    server = await startForClients(['--max-duration', '24']);
    // The certificate is checked where the client runs as a process of its own, below.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: server.apiKey, maxRetries: 0 });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server?.stop();
  });

  test('needs nothing but the address, the key and the certificate in its environment', async () => {
    const script = `
      import { createReadStream } from 'node:fs';
      import OpenAI from 'openai';
      const { text } = await new OpenAI().audio.transcriptions.create({
        file: createReadStream(${JSON.stringify(JFK)}), model: 'gpt-4o-mini-transcribe',
      });
      console.log(text);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      {
        env: {
          ...process.env,
          NODE_TLS_REJECT_UNAUTHORIZED: '1',
          NODE_EXTRA_CA_CERTS: server.certificate,
          OPENAI_BASE_URL: `${server.url}/v1`,
          OPENAI_API_KEY: server.apiKey,
        },
      },
    );
    isJfk(stdout);
  });

  test('transcribes under each of the names that it knows', async () => {
    for (const name of ['whisper-1', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe-2025-12-15']) {
      const answer = await openai.audio.transcriptions.create({
        ...{ file: await begin(), model: name, language: 'en' },
        ...{ prompt: 'A speech of 1961.', temperature: 0.2, chunking_strategy: 'auto' },
      });
      expect(answer.text).toMatch(/fellow.americans/i);
      expect(openAiTranscriptionSchema.parse({ ...answer }).usage).toMatchObject({ type: 'duration' });
    }
  });

  test('gets words and segments with their times, the ones that it asked for', async () => {
    const verbose = (file: Uploadable, ...granularities: ('word' | 'segment')[]) =>
      openai.audio.transcriptions.create({
        ...{ file, model, response_format: 'verbose_json' as const },
        ...(granularities.length > 0 && { timestamp_granularities: granularities }),
      });
    const both = await verbose(jfk(), 'word', 'segment');
    const answer = openAiVerboseSchema.parse({ ...both });
    isJfk(answer.text);
    expect(answer).toMatchObject({ task: 'transcribe', language: 'english', duration: 11 });
    expect(answer.words?.map(({ word }) => word).join(' ')).toBe(answer.text);
    expect(answer.segments?.map(({ text }) => text).join(' ')).toBe(answer.text);
    for (const { start, end } of [...(answer.words ?? []), ...(answer.segments ?? [])])
      expect([start < end, end <= 11]).toEqual([true, true]);
    const segment = answer.segments?.[0];
    expect(segment).toMatchObject({ id: 0, tokens: [], no_speech_prob: 0 });
    expect([segment!.avg_logprob < 0, segment!.compression_ratio > 0.5]).toEqual([true, true]);

    expect(Object.keys(await verbose(await begin(), 'word'))).not.toContain('segments');
    expect(Object.keys(await verbose(await begin()))).not.toContain('words');
  });

  test('gets text, SubRip and WebVTT as strings', async () => {
    const as = async (response_format: 'text' | 'srt' | 'vtt'): Promise<unknown> =>
      openai.audio.transcriptions.create({ file: await begin(), model, response_format });
    const [text, srt, vtt] = [await as('text'), await as('srt'), await as('vtt')];
    expect(text).toMatch(/^And so.*fellow.americans.*\n$/i);
    expect(srt).toMatch(/^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\nAnd so/);
    expect(vtt).toMatch(/^WEBVTT\n\n00:00:00\.\d{3} --> 00:00:0\d\.\d{3}\nAnd so/);
  });

  test('gets events whose deltas together are the text, with the probabilities of words where it asks for them', async () => {
    const events = await openai.audio.transcriptions.create({
      file: await toFile(spoken(22), 'twice.wav'),
      ...{ model: 'gpt-4o-transcribe', stream: true, include: ['logprobs'] },
    });
    let text = '';
    const types: string[] = [];
    for await (const event of events) {
      const { type, ...told } = openAiEventSchema.parse(event);
      types.push(type);
      const tokens = 'logprobs' in told ? (told.logprobs ?? []) : [];
      const spelled = tokens.map(({ bytes }) => Buffer.from(bytes).toString()).join('');
      if ('delta' in told) {
        text += told.delta;
        expect(spelled).toBe(told.delta);
      } else if (type === 'transcript.text.done') {
        expect([told.text, spelled]).toEqual([text, text]);
        expect(tokens.some(({ logprob }) => logprob < 0)).toBe(true);
      }
    }
    expect(countWordErrors(`${JFK_TEXT} ${JFK_TEXT}`, text).errors).toBeLessThanOrEqual(1);
    expect(types.filter((type) => type === 'transcript.text.delta').length).toBeGreaterThan(1);
    expect(types.at(-1)).toBe('transcript.text.done');
    expect(types.slice(0, -1)).not.toContain('transcript.text.done');
  });

  test('gets speakers, at once and as events', async () => {
    const wish = { model: 'gpt-4o-transcribe-diarize', response_format: 'diarized_json' } as const;
    const whole = await openai.audio.transcriptions.create({ ...wish, file: await begin() });
    const { segments, text } = openAiDiarizedSchema.parse({ ...whole });
    expect(text).toMatch(/fellow.americans/i);
    expect(new Set(segments.map(({ speaker }) => speaker))).toEqual(new Set(['A']));
    const told: unknown[] = [];
    for await (const event of await openai.audio.transcriptions.create({
      ...wish,
      file: await begin(),
      stream: true,
    }))
      if (openAiEventSchema.parse(event).type === 'transcript.text.segment') told.push(event);
    expect(told).toEqual(segments);
  });

  test('lists models, and finds one by each of its names', async () => {
    const listed = await openai.models.list();
    expect(listed.data.map(({ id }) => id)).toEqual(['moonshine-tiny-en']);
    for (const name of ['moonshine-tiny-en', 'whisper-1'])
      expect(await openai.models.retrieve(name)).toMatchObject({ id: 'moonshine-tiny-en', object: 'model' });
    await expect(openai.models.retrieve('gpt-5')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  test('throws its own classes of errors, with code, field and request id', async () => {
    const create = (wishes: object, client = openai) =>
      client.audio.transcriptions.create({ file: jfk(), model, ...wishes } as never).then(
        () => undefined,
        (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
      );
    const stranger = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-nobody', maxRetries: 0 });
    const empty = await toFile(Buffer.alloc(0), 'empty.wav');
    const text = await toFile(Buffer.from('This is no recording.\n'.repeat(50)), 'text.mp3');
    const rows = [
      [{}, OpenAI.AuthenticationError, 401, 'unauthorized', null, stranger],
      [{ model: 'gpt-5' }, OpenAI.NotFoundError, 404, 'model_not_found', 'model'],
      [{ language: 'de' }, OpenAI.UnprocessableEntityError, 422, 'language_not_supported', 'language'],
      [{ file: empty }, OpenAI.BadRequestError, 400, 'empty_file', 'file'],
      [{ file: text }, OpenAI.APIError, 415, 'unsupported_media', 'file'],
      [{ response_format: 'pdf' }, OpenAI.BadRequestError, 400, 'bad_request', 'response_format'],
      [
        { response_format: 'srt', stream: true },
        OpenAI.BadRequestError,
        400,
        'bad_request',
        'response_format',
      ],
      [{ stream: 'maybe' }, OpenAI.BadRequestError, 400, 'bad_request', 'stream'],
      [
        { timestamp_granularities: ['word'] },
        OpenAI.BadRequestError,
        400,
        'bad_request',
        'timestamp_granularities',
      ],
      [{ file: undefined }, OpenAI.BadRequestError, 400, 'bad_request', 'file'],
      [{ known_speaker_names: ['ada'] }, OpenAI.BadRequestError, 400, 'bad_request', 'known_speaker_names'],
    ] as const;
    for (const [wishes, Kind, status, code, param, client] of rows) {
      const error = await create(wishes, client);
      expect(error).toBeInstanceOf(Kind);
      expect(error).toMatchObject({ status, code, param, type: 'invalid_request_error' });
      expect(error?.requestID).toMatch(/^[\da-f-]{36}$/);
      expect(openAiErrorSchema.parse({ error: error?.error }).error.message).not.toBe('');
    }
  });

  test('throws what an account may not use as what it is: minutes that are used up, and too much at once', async () => {
    const email = 'quota@example.com';
    const token = await newSession(server.url, email);
    const limited = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: token, maxRetries: 0 });
    const create = async () => limited.audio.transcriptions.create({ file: await begin(), model });
    const quota = (...args: string[]) =>
      promisify(execFile)(process.execPath, [
        ...[MAIN, 'admin', 'accounts', 'set-quota', email, ...args],
        ...['--data', server.dataFolder],
      ]);

    await quota('--minutes', '0');
    const usedUp = await create().catch((error: unknown) => error);
    expect(usedUp).toBeInstanceOf(OpenAI.APIError);
    expect(usedUp).toMatchObject({ status: 402, code: 'quota_exceeded', type: 'insufficient_quota' });

    await quota('--minutes', 'default', '--concurrent', '1');
    const held = new Client(server.url, token, spoken(3), { stopAfter: 1000 });
    const authorization = `Bearer ${token}`;
    const concurrent = async () =>
      (await call(`${server.url}/v1/usage`, { headers: { authorization } })).json.concurrent as number;
    await expect.poll(concurrent).toBe(1);
    const tooMany = await create().catch((error: unknown) => error);
    expect(tooMany).toBeInstanceOf(OpenAI.RateLimitError);
    expect(tooMany).toMatchObject({ status: 429, code: 'too_many_at_once', type: 'rate_limit_error' });
    const { headers } = tooMany as InstanceType<typeof OpenAI.APIError>;
    expect(Number(headers?.get('retry-after'))).toBeGreaterThan(0);
    held.leave();
  });

  test('throws what goes wrong after the events have begun', async () => {
    const file = await toFile(spoken(26), 'long.wav');
    const events = await openai.audio.transcriptions.create({ file, model, stream: true });
    const read = async () => {
      for await (const _ of events);
    };
    await expect(read()).rejects.toMatchObject({ code: 'audio_too_long', param: 'file' });
  });

  test('may send its body without a length', async () => {
    const form = new FormData();
    form.append('model', model);
    form.append('file', new Blob([Uint8Array.from(spoken(3))]), 'jfk.wav');
    const encoded = new Response(form);
    const answer = await call(`${server.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.apiKey}`,
        'content-type': encoded.headers.get('content-type') ?? '',
        'transfer-encoding': 'chunked',
      },
      body: new Uint8Array(await encoded.arrayBuffer()),
    });
    expect(answer.status).toBe(200);
    expect(answer.json.text).toMatch(/fellow.americans/i);
  });
});
