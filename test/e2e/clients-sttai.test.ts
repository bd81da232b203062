// What STT.ai's two SDKs send and read, unchanged but for base URL and key: the Python one's requests through the libraries that it is
// built on, the Node one's through fetch and ws. The three ways to speak on a live stream, with clients that are not ours; and curl.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { has } from '../../scripts/setup.mjs';
import {
  eventSchemas,
  healthSchema,
  languageListSchema,
  modelListSchema,
  sessionTextSchema,
  streamMessageSchema,
  transcriptSchema,
} from '@sealscribe/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spoken, startForClients, type ClientsServer } from './clients-server.js';
import { hasServer, newSession } from './server-requests.js';
import { newStreamToken } from './stream-requests.js';

const run = promisify(execFile);
const SPOKEN = /fellow.americans/i;
const PYTHON = '/usr/bin/python3';
const script = fileURLToPath(new URL('clients-python/sttai.py', import.meta.url));

describe.skipIf(!hasServer)("other people's clients", () => {
  let server: ClientsServer;
  let recording: string;
  beforeAll(async () => {
    server = await startForClients();
    recording = join(server.dataFolder, 'speech.wav');
    writeFileSync(recording, spoken(3));
  });
  afterAll(() => server?.stop());

  test.skipIf(!has('python3:requests'))(
    "STT.ai's Python SDK: what it sends, and what it reads",
    async (context) => {
      const withSocket = has('python3:websocket');
      const { stdout } = await run(PYTHON, [script, recording, ...(withSocket ? ['--live'] : [])], {
        env: {
          ...process.env,
          STT_BASE_URL: server.url,
          // An account of its own: it asks too often at the end.
          STT_API_KEY: await newSession(server.url),
          REQUESTS_CA_BUNDLE: server.certificate,
        },
        maxBuffer: 2 ** 24,
      });
      const told = JSON.parse(stdout) as Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
      expect(healthSchema.parse(told['health']).status).toBe('ok');
      expect(modelListSchema.parse(told['models']).models[0]).toMatchObject({ id: 'moonshine-tiny-en' });
      expect(languageListSchema.parse(told['languages']).languages[0]).toMatchObject({
        code: 'en',
        name: 'English',
      });
      const { segments, speakers, text } = transcriptSchema.parse(told['transcript']);
      expect(text).toMatch(SPOKEN);
      expect([segments[0]?.speaker, speakers]).toEqual(['SPEAKER_00', ['SPEAKER_00']]);
      expect(told['text']).toMatch(SPOKEN);
      expect(told['srt']).toMatch(/^1\n00:00:00,\d{3} --> /);
      const refusal = (kind: string, status: number) => ({
        class: kind,
        status,
        message: expect.stringMatching(/\w/),
      });
      expect(transcriptSchema.parse(told['fromUrl']).text).toMatch(SPOKEN);
      expect(told['summary']).toMatchObject(refusal('STTError', 409));
      expect(told['summary'].message).toMatch(/sealscribe summarize/);
      expect(told['stranger']).toMatchObject(refusal('AuthError', 401));
      expect(told['noModel']).toMatchObject(refusal('STTError', 404));
      expect(told['noRecording']).toMatchObject(refusal('STTError', 415));
      expect(told['tooOften']).toMatchObject(refusal('RateLimitError', 429));
      expect(Number(told['tooOften'].retryAfter)).toBeGreaterThan(0);
      if (!withSocket) return context.skip('there is no websocket-client for Python here');
      const last = streamMessageSchema.parse(told['live'].at(-1));
      expect(last).toMatchObject({ type: 'final', final: true, text: expect.stringMatching(SPOKEN) });
      for (const message of told['live']) streamMessageSchema.parse(message);
      const [ready, ...whole] = told['liveWhole'];
      expect(ready).toEqual({ status: 'ready' });
      for (const message of whole) sessionTextSchema.parse(message);
      expect(whole.at(-1)).toMatchObject({
        is_final: true,
        partial: '',
        text: expect.stringMatching(SPOKEN),
      });
    },
  );

  test("STT.ai's Node SDK: partial and transcript messages by the query string, closed without a goodbye", async () => {
    const token = await newStreamToken(server.url, server.session);
    const heard = await listen(
      `?token=${token}&model=large-v3-turbo&language=en`,
      {},
      async (socket, until) => {
        for (const chunk of chunksOf(samples())) socket.send(chunk);
        await until(({ type }) => type === 'partial');
        // A pause ends the segment, so that it comes while the stream is open.
        for (const chunk of chunksOf(Buffer.alloc(2 * 32_000))) socket.send(chunk);
        await until(({ type }) => type === 'transcript');
        socket.close();
      },
    );
    for (const message of heard) streamMessageSchema.parse(message);
    const transcripts = heard.filter(({ type }) => type === 'transcript');
    expect(transcripts.map(({ text }) => text).join(' ')).toMatch(SPOKEN);
    expect(heard.some(({ type }) => type === 'partial')).toBe(true);
  });

  const dialects = [
    [
      'a config frame, and a stop',
      JSON.stringify({ language: 'en', sample_rate: 16_000 }),
      '{"action":"stop"}',
    ],
    ['audio at once, and a stop', undefined, '{"action":"stop"}'],
    ['audio at once, and an empty frame', undefined, Buffer.alloc(0)],
  ] as const;
  test.each(dialects)('a live stream through ws: %s', async (_name, first, last) => {
    const headers = { authorization: `Bearer ${server.apiKey}` };
    const heard = await listen('', headers, async (socket, until, closed) => {
      if (first !== undefined) {
        socket.send(first);
        expect(await until(() => true)).toEqual({ status: 'ready' });
      }
      for (const chunk of chunksOf(samples())) socket.send(chunk);
      socket.ping();
      socket.send(last);
      expect(await closed).toBe(1000);
    });
    const end = heard.at(-1);
    expect(end).toMatchObject(first === undefined ? { type: 'final', final: true } : { is_final: true });
    expect(end?.text).toMatch(SPOKEN);
  });

  test('curl: a file, a pipe without a length, events, and an exit code for what is refused', async () => {
    const curl = (path: string, ...args: string[]) =>
      run('curl', [
        ...['--silent', '--show-error', '--fail-with-body', '--cacert', server.certificate],
        ...['--header', `Authorization: Bearer ${server.apiKey}`, ...args, server.url + path],
      ]);
    const srt = await curl('/v1/transcribe', '-F', `file=@${recording}`, '-F', 'response_format=srt');
    expect(srt.stdout).toMatch(/^1\n00:00:00,\d{3} --> /);
    const file = `file=@${recording}`;
    const chunked = ['--http1.1', '-H', 'Transfer-Encoding: chunked', '-H', 'Expect: 100-continue'];
    const openai = await curl('/v1/audio/transcriptions', ...chunked, '-F', file, '-F', 'model=whisper-1');
    expect((JSON.parse(openai.stdout) as { text: string }).text).toMatch(SPOKEN);
    const events = await curl('/v1/transcribe', '--no-buffer', '-H', 'Accept: text/event-stream', '-F', file);
    const [, result = ''] = /^event: result\ndata: (.*)$/m.exec(events.stdout) ?? [];
    expect(eventSchemas.result.parse(JSON.parse(result)).text).toMatch(SPOKEN);
    await expect(curl('/v1/transcribe', '-F', file, '-F', 'language=de')).rejects.toMatchObject({
      code: 22,
      stdout: expect.stringContaining('language_not_supported'),
    });
  });

  interface Heard {
    type?: string;
    text?: string;
    [key: string]: unknown;
  }
  const samples = () => readFileSync(recording).subarray(44 + 34);
  const chunksOf = (bytes: Uint8Array) =>
    Array.from({ length: Math.ceil(bytes.length / 3200) }, (_, i) =>
      bytes.subarray(i * 3200, (i + 1) * 3200),
    );

  /** Opens a stream, speaks, and gives what was heard until it closed. */
  async function listen(
    query: string,
    headers: Record<string, string>,
    speak: (
      socket: WebSocket,
      until: (what: (message: Heard) => boolean) => Promise<Heard>,
      closed: Promise<number>,
    ) => Promise<void>,
  ): Promise<Heard[]> {
    const socket = new WebSocket(`${server.url.replace('https', 'wss')}/v1/stream${query}`, {
      headers,
      ca: readFileSync(server.certificate),
    });
    const heard: Heard[] = [];
    const waiting: { what: (message: Heard) => boolean; resolve: (message: Heard) => void }[] = [];
    socket.on('message', (data, isBinary) => {
      expect(isBinary).toBe(false);
      const message = JSON.parse((data as Buffer).toString()) as Heard;
      heard.push(message);
      for (const { what, resolve } of waiting) if (what(message)) resolve(message);
    });
    const closed = new Promise<number>((resolve) => void socket.once('close', resolve));
    await new Promise<void>((resolve, reject) => void socket.once('open', resolve).once('error', reject));
    const until = (what: (message: Heard) => boolean) =>
      new Promise<Heard>((resolve) => void waiting.push({ what, resolve }));
    await speak(socket, until, closed);
    await closed;
    return heard;
  }
});
