// POST /v1/transcribe as any HTTP client sees it: formats, events, limits, errors; and the routes that say what there is.
import { readFileSync } from 'node:fs';
import { connect, type ClientHttp2Session } from 'node:http2';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  healthSchema,
  languageListSchema,
  modelListSchema,
  transcriptSchema,
  eventSchemas,
} from '@sealscribe/protocol';
import { countWordErrors } from '../fixtures/wer.js';
import { call, hasServer, JFK, JFK_TEXT, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const MAX_UPLOAD = 2_000_000;
const jfk = readFileSync(JFK);
const isJfk = (text: string) => expect(countWordErrors(JFK_TEXT, text).errors).toBe(0);
/** A WAV file of 16-bit mono samples, as many copies of the recording as asked for. */
function repeated(times: number): Uint8Array {
  const samples = jfk.subarray(jfk.indexOf('data') + 8);
  const file = Buffer.concat([jfk.subarray(0, jfk.length - samples.length), ...Array(times).fill(samples)]);
  file.writeUInt32LE(0xffffffff, jfk.indexOf('data') + 4);
  return file;
}
interface Event {
  name: string;
  data: any; // eslint-disable-line @typescript-eslint/no-explicit-any
}
const eventsOf = (text: string): Event[] =>
  text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => {
      const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      return { name, data: JSON.parse(data) };
    });

describe.skipIf(!hasServer)('transcription over HTTP', () => {
  let server: RunningServer;
  let token: string;
  const send = (file: Uint8Array, options?: Parameters<typeof transcribe>[3]) =>
    transcribe(server.url, token, file, options);
  const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
    call(server.url + path, { headers });

  beforeAll(async () => {
    server = await startServer({ args: ['--max-upload', String(MAX_UPLOAD), '--max-duration', '40'] });
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());
  afterEach(async () => expect((await get('/health', {})).json.status).toBe('ok'));

  test('JFK comes back word for word, each with its times, in the shape of the protocol', async () => {
    const { status, json } = await send(jfk, {
      fields: { response_format: 'json', diarize: 'false', whatever: 'x' },
    });
    expect(status).toBe(200);
    const transcript = transcriptSchema.parse(json);
    isJfk(transcript.text);
    expect(transcript).toMatchObject({
      language: 'en',
      duration: 11,
      speakers: [],
      model: 'moonshine-tiny-en',
    });
    expect(transcript.segments[0]).toMatchObject({ id: 0, speaker: null });
    for (const { text, words } of transcript.segments)
      expect(words.map(({ word }) => word).join(' ')).toBe(text);
  });

  test('text, SubRip and WebVTT come as files of their kind', async () => {
    const answers = await Promise.all(
      ['text', 'txt', 'srt', 'vtt'].map((format) => send(jfk, { fields: { response_format: format } })),
    );
    expect(answers.map(({ headers }) => headers['content-type'])).toEqual([
      'text/plain; charset=utf-8',
      'text/plain; charset=utf-8',
      'application/x-subrip; charset=utf-8',
      'text/vtt; charset=utf-8',
    ]);
    isJfk(answers[0].text);
    expect(answers[2].text).toMatch(/^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\nAnd so/);
    expect(answers[3].text).toMatch(/^WEBVTT\n\n00:00:00\.\d{3} --> 00:00:0\d\.\d{3}\nAnd so/);
  });

  test('as events: progress that never goes back, segments in order, then the result', async () => {
    const { status, headers, text } = await send(repeated(3), { headers: { accept: 'text/event-stream' } });
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const events = eventsOf(text);
    for (const { name, data } of events) eventSchemas[name as keyof typeof eventSchemas].parse(data);
    const fractions = events
      .filter(({ data }) => data.stage === 'transcribing')
      .map(({ data }) => data.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    const segments = events.filter(({ name }) => name === 'segment').map(({ data }) => data);
    expect(segments.length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ name: 'result', data: { segments } });
  });

  test('what goes wrong after the stream began is an error event', async () => {
    const { status, text } = await send(repeated(4), { headers: { accept: 'text/event-stream' } });
    expect(status).toBe(200);
    expect(eventsOf(text).at(-1)).toEqual({
      name: 'error',
      data: { code: 'audio_too_long', error: expect.any(String), requestId: expect.any(String) },
    });
  });

  test('recordings longer than allowed are refused, without events too', async () => {
    expect(await send(repeated(4))).toMatchObject({ status: 413, json: { code: 'audio_too_long' } });
  });

  test.each([false, true])(
    'a file that is too large is 413, announced or not (chunked: %s)',
    async (chunked) => {
      const answer = await send(new Uint8Array(MAX_UPLOAD + 100_000), { chunked });
      expect(answer).toMatchObject({ status: 413, json: { code: 'payload_too_large' } });
    },
  );

  test('a body without a length is taken', async () => {
    const { status, json } = await send(jfk, { chunked: true });
    expect(status).toBe(200);
    isJfk(json.text);
  });

  test.each([
    [
      'a text file named .mp3',
      Buffer.from('This is no recording.\n'.repeat(50)),
      {},
      415,
      'unsupported_media',
    ],
    ['an empty file', Buffer.alloc(0), {}, 400, 'empty_file'],
    ['a language that the model does not know', jfk, { language: 'de' }, 422, 'language_not_supported'],
    ['a model that is not there', jfk, { model: 'whisper-large-v3' }, 404, 'model_not_found'],
    ['a format that does not exist', jfk, { response_format: 'pdf' }, 400, 'bad_request'],
    ['a number of speakers that is none', jfk, { speakers: 'many' }, 400, 'bad_request'],
  ])('%s gets a clear error', async (_, file, fields, status, code) => {
    const answer = await send(file, { fields });
    expect([answer.status, answer.json]).toEqual([
      status,
      { error: expect.any(String), code, requestId: answer.headers['x-request-id'] },
    ]);
  });

  test('the language may be "auto", "en", "en-GB" or left out', async () => {
    for (const language of ['auto', 'en', 'en-GB'])
      expect((await send(jfk, { fields: { language } })).json.language).toBe('en');
  });

  test('a form without a file, and a body that is no form', async () => {
    const post = (type: string, body: string) =>
      call(`${server.url}/v1/transcribe`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        body: Buffer.from(body),
      });
    const empty = await post('multipart/form-data; boundary=b', '--b--\r\n');
    expect(empty).toMatchObject({ status: 400, json: { code: 'bad_request' } });
    expect(await post('application/json', '{}')).toMatchObject({
      status: 415,
      json: { code: 'unsupported_media' },
    });
    const cut = 'Content-Disposition: form-data; name="file"; filename="x"\r\n\r\nabc';
    expect((await post('multipart/form-data; boundary=b', `--b\r\n${cut}`)).status).toBe(400);
  });

  test('nobody transcribes without a session', async () => {
    const answer = await transcribe(server.url, 'A'.repeat(43), jfk);
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthorized', error: expect.any(String) } });
    for (const path of ['/v1/models', '/v1/languages']) expect((await get(path, {})).status).toBe(401);
  });

  test('models, languages and health say what there is', async () => {
    expect(modelListSchema.parse((await get('/v1/models')).json).models[0]).toMatchObject({
      id: 'moonshine-tiny-en',
      languages: ['en'],
      description: expect.stringContaining('Speakers are not told apart'),
    });
    expect(languageListSchema.parse((await get('/v1/languages')).json).languages).toEqual([
      { code: 'en', name: 'English', models: ['moonshine-tiny-en'] },
    ]);
    expect(healthSchema.parse((await get('/health', {})).json)).toMatchObject({
      device: 'cpu',
      models: ['moonshine-tiny-en'],
    });
  });

  test('unknown paths are 404, and known ones with another method 405 with Allow', async () => {
    expect(await get('/v1/nothing')).toMatchObject({ status: 404, json: { error: { code: 'not_found' } } });
    const wrong = await get('/v1/transcribe');
    expect(wrong).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
      json: { code: 'method_not_allowed' },
    });
  });

  test('the same over HTTP/2, several at once on one connection', async () => {
    const session = connect(server.url, { rejectUnauthorized: false });
    try {
      const texts = await Promise.all([0, 1, 2].map(() => transcribeOver(session, token)));
      texts.forEach(isJfk);
    } finally {
      session.close();
    }
  });

  test('no line of the log holds a path, a name or a word of what was sent', async () => {
    const form =
      '--b\r\nContent-Disposition: form-data; name="file"; filename="canary-name.wav"\r\n\r\ncanary\r\n--b--\r\n';
    await call(`${server.url}/v1/transcribe?canary-query=1`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'multipart/form-data; boundary=b',
        'user-agent': 'canary-agent',
      },
      body: Buffer.from(form),
    });
    await get('/canary-path?canary-query=1');
    const lines = () =>
      server
        .stderr()
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line));
    await expect.poll(() => lines().at(-1)).toMatchObject({ method: 'GET', route: 'unknown', status: 404 });
    expect(lines().at(-2)).toMatchObject({
      method: 'POST',
      route: '/v1/transcribe',
      status: 415,
      ms: expect.any(Number),
    });
    expect(server.stderr()).not.toMatch(/canary|country|fellow/i);
    expect(server.stderr()).not.toContain(token);
  });
});

function transcribeOver(session: ClientHttp2Session, token: string): Promise<string> {
  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
  const stream = session.request({
    ':method': 'POST',
    ':path': '/v1/transcribe',
    authorization: `Bearer ${token}`,
    'content-type': 'multipart/form-data; boundary=b',
  });
  stream.end(Buffer.concat([Buffer.from(head), jfk, Buffer.from('\r\n--b--\r\n')]));
  return new Promise((resolve, reject) => {
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => (text += chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve((JSON.parse(text) as { text: string }).text));
  });
}
