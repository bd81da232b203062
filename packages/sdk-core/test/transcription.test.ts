import type { ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import { ApiError, ConnectionError, Sealscribe, SourceError, type Progress } from '../src/index.js';
import { testPlatform } from './platform.js';
import { readBody, sendJson, serve, type Handler } from './server.js';
import { transcript } from './transcript.js';

const session = { token: 'T'.repeat(42) + 'A', accountId: 'A'.repeat(22), expiresAt: '2099-01-01T00:00:00Z' };

async function clientOf(handler: Handler, options = {}) {
  const server = await serve(handler);
  return new Sealscribe({ server, session, timeout: 30_000, ...options }, testPlatform());
}

function sendEvents(response: ServerResponse, ...events: [name: string, data: unknown][]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [name, data] of events) response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

const [first, second] = transcript.segments;

test('a recording goes up, progress and segments come down, then the transcript', async () => {
  let sent: Buffer = Buffer.alloc(0);
  let headers: Record<string, unknown> = {};
  const client = await clientOf(async (request, response) => {
    headers = request.headers;
    sent = await readBody(request);
    sendEvents(response, ['progress', { stage: 'transcribing', fraction: 0.5 }], ['segment', first]);
    sendEvents(response, ['unheard-of', {}], ['segment', second], ['result', transcript]);
    response.end();
  });
  const progress: Progress[] = [];
  const segments: unknown[] = [];
  const data = new TextEncoder().encode('RIFF-and-so-on');
  const result = await client.transcribe(
    { data, name: '/home/alice/Secret merger talk.WAV' },
    {
      language: 'en',
      model: 'm',
      onProgress: (step) => progress.push(step),
      onSegment: (segment) => segments.push(segment),
    },
  );
  expect(result).toEqual(transcript);
  expect(segments).toEqual(transcript.segments);
  const uploading = progress.filter(({ stage }) => stage === 'uploading').map(({ fraction }) => fraction);
  expect(uploading).toEqual([...uploading].sort((a, b) => a - b));
  expect([uploading[0], uploading.at(-1)]).toEqual([0, 1]);
  expect(progress.slice(uploading.length)).toEqual([{ stage: 'transcribing', fraction: 0.5 }]);
  expect(headers['accept']).toBe('text/event-stream');
  const form = await new Response(new Uint8Array(sent), {
    headers: { 'content-type': String(headers['content-type']) },
  }).formData();
  expect(await (form.get('file') as File).text()).toBe('RIFF-and-so-on');
  expect((form.get('file') as File).name).toBe('audio.WAV');
  expect([form.get('language'), form.get('model')]).toEqual(['en', 'm']);
  expect(sent.toString()).not.toMatch(/alice|merger/);
});

test.each([
  [{}, [null, null]],
  [{ diarize: true }, ['true', null]],
  [{ speakers: 2 }, ['true', '2']],
  [{ diarize: false, speakers: 2 }, [null, null]],
])('%j asks for speakers as %j', async (wishes, expected) => {
  let form = new FormData();
  const client = await clientOf(async (request, response) => {
    const headers = { 'content-type': String(request.headers['content-type']) };
    form = await new Response(new Uint8Array(await readBody(request)), { headers }).formData();
    sendEvents(response, ['result', transcript]);
    response.end();
  });
  await client.transcribe({ data: new Uint8Array(4) }, wishes);
  expect([form.get('diarize'), form.get('speakers')]).toEqual(expected);
});

test.each([-1, 1.5, 21, NaN])('%d speakers are refused before anything is sent', async (speakers) => {
  const client = await clientOf(async () => expect.unreachable());
  await expect(client.transcribe({ data: new Uint8Array(4) }, { speakers })).rejects.toThrow(RangeError);
});

test.each([
  ['text', /^SPEAKER_00: Ask not/],
  ['srt', /^1\n00:00:00,320 --> /],
  ['vtt', /^WEBVTT\n/],
] as const)('format %s answers with a text', async (format, expected) => {
  const client = await clientOf(async (request, response) => {
    await readBody(request);
    sendEvents(response, ['result', transcript]);
    response.end();
  });
  const text: string = await client.transcribe({ data: new Uint8Array(4) }, { format });
  expect(text).toMatch(expected);
});

test('when the connection breaks, the recording is sent again and no segment is told twice', async () => {
  let calls = 0;
  const bodies: string[] = [];
  const client = await clientOf(async (request, response) => {
    bodies.push((await readBody(request)).toString());
    sendEvents(response, ['segment', first]);
    if (++calls === 1) {
      setTimeout(() => request.socket.destroy(), 30);
      return;
    }
    sendEvents(response, ['segment', second], ['result', transcript]);
    response.end();
  });
  const onSegment = vi.fn();
  const data = new TextEncoder().encode('sound');
  expect(await client.transcribe({ data }, { onSegment })).toEqual(transcript);
  expect(onSegment.mock.calls).toEqual([[first], [second]]);
  expect(bodies).toHaveLength(2);
  expect(bodies[1]).toBe(bodies[0]);
});

async function* sound(parts = 3): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < parts; i++) yield new TextEncoder().encode(`part ${i} `);
}

test('a stream is sent once: when the connection breaks, that is the error', async () => {
  let calls = 0;
  const client = await clientOf(async (request) => {
    calls++;
    await readBody(request);
    request.socket.destroy();
  });
  await expect(client.transcribe({ stream: sound() })).rejects.toBeInstanceOf(ConnectionError);
  expect(calls).toBe(1);
});

test('a stream is sent once: when the server is busy, that is the error', async () => {
  let calls = 0;
  const client = await clientOf(async (request, response) => {
    calls++;
    await readBody(request);
    sendJson(response, 503, { error: 'x', code: 'unavailable', requestId: 'r' });
  });
  await expect(client.transcribe({ stream: sound() })).rejects.toMatchObject({ code: 'unavailable' });
  expect(calls).toBe(1);
});

test.each([
  ['an async iterable', () => sound()],
  [
    'a ReadableStream',
    () =>
      new ReadableStream<Uint8Array>({
        async start(controller) {
          for await (const part of sound()) controller.enqueue(part);
          controller.close();
        },
      }),
  ],
])('%s is sent as it comes', async (_, make) => {
  let body = '';
  const client = await clientOf(async (request, response) => {
    body = (await readBody(request)).toString();
    sendEvents(response, ['result', transcript]);
    response.end();
  });
  await client.transcribe({ stream: make(), name: 'x.ogg' });
  expect(body).toContain('filename="audio.ogg"');
  expect(body).toContain('\r\n\r\npart 0 part 1 part 2 \r\n--');
});

test('a recording that breaks off while it is read is a SourceError with its cause, not a connection failure', async () => {
  const client = await clientOf(async (request) => void (await readBody(request).catch(() => undefined)));
  const cause = new Error('disk unplugged');
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(10);
    throw cause;
  }
  const failure = await client.transcribe({ stream: broken() }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SourceError);
  expect((failure as Error).cause).toBe(cause);
});

test("an error of the caller's own callback comes out as it is and ends the request", async () => {
  let closed = false;
  const client = await clientOf(async (request, response) => {
    response.on('close', () => (closed = true));
    await readBody(request);
    sendEvents(response, ['segment', first]);
  });
  const mine = new Error('mine');
  const onSegment = () => {
    throw mine;
  };
  await expect(client.transcribe({ data: new Uint8Array(4) }, { onSegment })).rejects.toBe(mine);
  await expect.poll(() => closed).toBe(true);
});

test('an error event is the ApiError that its code stands for, and is not retried when it would fail again', async () => {
  let calls = 0;
  const client = await clientOf(async (request, response) => {
    calls++;
    await readBody(request);
    sendEvents(response, ['error', { error: 'x', code: 'undecodable_media', requestId: 'r-9' }]);
    response.end();
  });
  const failure = await client.transcribe({ data: new Uint8Array(4) }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiError);
  expect(failure).toMatchObject({ code: 'undecodable_media', status: 422, requestId: 'r-9' });
  expect(calls).toBe(1);
});

test('an answer that ends without a result is a broken connection', async () => {
  const client = await clientOf(
    async (request, response) => {
      await readBody(request);
      sendEvents(response, ['segment', first]);
      response.end();
    },
    { retries: 1 },
  );
  await expect(client.transcribe({ data: new Uint8Array(4) })).rejects.toBeInstanceOf(ConnectionError);
});

test('a result of another shape is a bad answer', async () => {
  const client = await clientOf(async (request, response) => {
    await readBody(request);
    sendEvents(response, ['result', { ...transcript, extra: 1 }]);
    response.end();
  });
  await expect(client.transcribe({ data: new Uint8Array(4) })).rejects.toMatchObject({ code: 'bad_answer' });
});

test('aborting ends the upload and the request with an AbortError, also before it began', async () => {
  const controller = new AbortController();
  let ended = false;
  const client = await clientOf((request) => {
    request.resume();
    request.on('close', () => (ended = true));
    setTimeout(() => controller.abort(), 30);
  });
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      yield new Uint8Array(1000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const { signal } = controller;
  await expect(client.transcribe({ stream: endless() }, { signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  await expect.poll(() => ended).toBe(true);
  await expect(client.transcribe({ data: new Uint8Array(1) }, { signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
});

test.each([['a string'], [null], [{}], [{ data: 'text' }], [{ stream: 5 }], [new Blob(['a file itself'])]])(
  'a source that is none (%j) is a TypeError',
  async (source) => {
    const client = await clientOf(() => undefined);
    await expect(client.transcribe(source as never)).rejects.toBeInstanceOf(TypeError);
  },
);
