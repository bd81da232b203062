// Resumable uploads on the real server: by an independent client of tus 1.0, and by hand where a client would not go.
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { request } from 'node:https';
import type { ClientRequest } from 'node:http';
import { DefaultHttpStack, Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, hasServer, JFK, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { Uploader } from './upload-requests.js';

const jfk = hasServer ? readFileSync(JFK) : Buffer.alloc(0);
const MIB = 1024 ** 2;
const LIMIT = 8 * MIB;

let server: RunningServer;
let mine: Uploader;
let expected: unknown;
beforeAll(async () => {
  if (!hasServer) return;
  server = await startServer({
    args: ['--workers', '1', '--max-upload', String(LIMIT), '--max-memory', String(2 * LIMIT)],
  });
  mine = new Uploader(server.url, await newSession(server.url));
  expected = (await transcribe(server.url, mine.token, jfk)).json;
});
afterAll(() => server?.stop());

/** A whole upload of the recording; its path. */
async function whole(by = mine, bytes: Uint8Array = jfk): Promise<string> {
  const path = await by.create(bytes.length);
  expect((await by.patch(path, 0, bytes)).status).toBe(204);
  return path;
}

/** A PATCH that sends these bytes of more that it announces, and stays there. */
function beginPatch(path: string, offset: number, bytes: Uint8Array, announced: number): ClientRequest {
  const outgoing = request(new URL(path, mine.url), {
    method: 'PATCH',
    rejectUnauthorized: false,
    agent: false,
    headers: {
      authorization: `Bearer ${mine.token}`,
      'tus-resumable': '1.0.0',
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      'content-length': String(announced),
    },
  });
  outgoing.on('error', () => undefined);
  outgoing.write(bytes);
  return outgoing;
}

const reaches = (path: string, offset: number) =>
  expect.poll(() => mine.offset(path), { timeout: 10_000 }).toBe(offset);

describe.skipIf(!hasServer)('an independent client', () => {
  const options = () => ({
    endpoint: `${server.url}/v1/uploads`,
    httpStack: new DefaultHttpStack({ rejectUnauthorized: false, agent: false }),
    headers: { authorization: `Bearer ${mine.token}` },
    metadata: { filename: 'very-private-name.wav' },
    chunkSize: 100_000,
    retryDelays: null,
  });

  test('creates, stops in the middle, finds where it was, and goes on; the transcript is the one of the whole', async () => {
    let url = '';
    await new Promise<void>((resolve, reject) => {
      const first: Upload = new Upload(jfk, {
        ...options(),
        onError: reject,
        onChunkComplete: (_, sent) => {
          if (sent < 200_000) return;
          url = first.url ?? '';
          void first.abort().then(resolve, reject);
        },
      });
      first.start();
    });
    expect(await mine.offset(url)).toBe(200_000);
    const progress: number[] = [];
    await new Promise<void>((resolve, reject) => {
      const second = new Upload(jfk, {
        ...options(),
        uploadUrl: url,
        onError: reject,
        onChunkComplete: (size) => progress.push(size),
        onSuccess: () => resolve(),
      });
      second.start();
    });
    expect(progress).toEqual([100_000, jfk.length - 300_000]);
    const answer = await mine.transcribe(new URL(url).pathname);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(expected);
    expect(server.stderr()).not.toContain('private-name');
  });

  test('terminates; and sends its parts by POST where it has no PATCH', async () => {
    const done = (overridePatchMethod: boolean) =>
      new Promise<Upload>((resolve, reject) => {
        const callbacks = { onError: reject, onSuccess: () => resolve(upload) };
        const upload: Upload = new Upload(jfk, { ...options(), overridePatchMethod, ...callbacks });
        upload.start();
      });
    for (const override of [false, true]) {
      const upload = await done(override);
      expect(await mine.offset(upload.url ?? '')).toBe(jfk.length);
      await upload.abort(true);
      expect(await mine.offset(upload.url ?? '')).toBe('status 404');
    }
  });
});

describe.skipIf(!hasServer)('what the protocol asks', () => {
  test('anybody may ask what the server speaks', async () => {
    const answer = await call(`${server.url}/v1/uploads`, { method: 'OPTIONS' });
    expect(answer).toMatchObject({
      status: 204,
      headers: {
        'tus-resumable': '1.0.0',
        'tus-version': '1.0.0',
        'tus-extension': 'creation,expiration,termination',
        'tus-max-size': String(LIMIT),
      },
    });
  });

  test('every answer has the version, and says when the upload is dropped', async () => {
    const created = await mine.send('POST', '/v1/uploads', { headers: { 'upload-length': '3' } });
    const path = String(created.headers.location);
    expect(path).toMatch(/^\/v1\/uploads\/[\w-]{22}$/);
    const patched = await mine.patch(path, 0, Buffer.from('ab'));
    const head = await mine.send('HEAD', path);
    expect(head.headers).toMatchObject({
      'upload-offset': '2',
      'upload-length': '3',
      'cache-control': 'no-store',
    });
    for (const { headers } of [created, patched, head]) {
      expect(headers['tus-resumable']).toBe('1.0.0');
      const seconds = (Date.parse(headers['upload-expires'] as string) - Date.now()) / 1000;
      expect(seconds).toBeGreaterThan(30);
      expect(seconds).toBeLessThan(610);
    }
    expect((await mine.send('DELETE', path)).status).toBe(204);
    expect(await mine.send('DELETE', path)).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });

  test.each([
    [
      'another version',
      'POST',
      { 'tus-resumable': '0.2.2', 'upload-length': '3' },
      412,
      'unsupported_version',
    ],
    ['no length', 'POST', {}, 400, 'bad_request'],
    ['a length that is none', 'POST', { 'upload-length': '-1' }, 400, 'bad_request'],
    ['more than the server takes', 'POST', { 'upload-length': String(LIMIT + 1) }, 413, 'payload_too_large'],
    ['another version of a part', 'PATCH', { 'tus-resumable': '2.0.0' }, 412, 'unsupported_version'],
    ['an offset behind the end', 'PATCH', { 'upload-offset': '1' }, 409, 'conflict'],
    ['an offset before the end', 'PATCH', { 'upload-offset': '3' }, 409, 'conflict'],
    ['an offset that is none', 'PATCH', { 'upload-offset': '2e0' }, 400, 'bad_request'],
    [
      'bytes of another type',
      'PATCH',
      { 'content-type': 'application/octet-stream' },
      415,
      'unsupported_media',
    ],
    ['more than was announced', 'PATCH', { 'content-length': '100' }, 413, 'payload_too_large'],
  ])('%s is refused, and changes nothing', async (_, method, headers, status, code) => {
    const path = await mine.create(4);
    await mine.patch(path, 0, Buffer.from('ab'));
    const body = Buffer.alloc(Number((headers as Record<string, string>)['content-length'] ?? 2), 'c');
    const answer =
      method === 'POST'
        ? await mine.send('POST', '/v1/uploads', { headers: { ...headers } })
        : await mine.patch(path, 2, body, headers);
    expect(answer).toMatchObject({ status, json: { code } });
    if (status === 412) expect(answer.headers['tus-version']).toBe('1.0.0');
    expect(await mine.offset(path)).toBe(2);
    await mine.send('DELETE', path);
  });

  test('a body of unknown length stops at the announced end', async () => {
    const path = await mine.create(4);
    const answer = await mine.send('PATCH', path, {
      body: Buffer.from('abcde'),
      headers: {
        'content-type': 'application/offset+octet-stream',
        'upload-offset': '0',
        'transfer-encoding': 'chunked',
      },
    });
    expect(answer).toMatchObject({ status: 413, json: { code: 'payload_too_large' } });
    expect(await mine.offset(path)).toBe(0);
    await mine.send('DELETE', path);
  });
});

describe.skipIf(!hasServer)('whose an upload is', () => {
  test("strangers, signed in or not, get nowhere with somebody's upload", async () => {
    const path = await whole();
    const stranger = new Uploader(server.url, await newSession(server.url));
    for (const { status } of [
      await stranger.send('HEAD', path),
      await stranger.patch(path, jfk.length, Buffer.alloc(0)),
      await stranger.send('DELETE', path),
      await stranger.send('POST', path, { headers: { 'x-http-method-override': 'DELETE' } }),
      await stranger.transcribe(path),
    ])
      expect(status).toBe(404);
    const nobody = new Uploader(server.url, 'A'.repeat(43));
    for (const { status } of [
      await nobody.send('POST', '/v1/uploads', { headers: { 'upload-length': '1' } }),
      await nobody.send('HEAD', path),
      await nobody.patch(path, jfk.length, Buffer.alloc(0)),
      await nobody.send('DELETE', path),
      await nobody.send('POST', path, { headers: { 'x-http-method-override': 'DELETE' } }),
    ])
      expect(status).toBe(401);
    expect(await mine.offset(path)).toBe(jfk.length);
    await mine.send('DELETE', path);
  });

  test('uploads of a deleted account are gone with it', async () => {
    const leaving = new Uploader(server.url, await newSession(server.url));
    await leaving.create(LIMIT);
    await leaving.create(LIMIT / 2).catch(() => undefined);
    const other = new Uploader(server.url, await newSession(server.url));
    const path = await other.create(LIMIT);
    const create = () => mine.send('POST', '/v1/uploads', { headers: { 'upload-length': String(LIMIT) } });
    expect((await create()).json).toMatchObject({ code: 'busy' });
    expect((await leaving.send('DELETE', '/v1/account')).status).toBe(204);
    const created = await create();
    expect(created.status).toBe(201);
    await mine.send('DELETE', String(created.headers.location));
    await other.send('DELETE', path);
  });

  test('an account has as many as it may, and one more when one is gone', async () => {
    const paths: string[] = [];
    let refused;
    while (refused === undefined && paths.length < 100) {
      const answer = await mine.send('POST', '/v1/uploads', { headers: { 'upload-length': '0' } });
      if (answer.status === 201) paths.push(String(answer.headers.location));
      else refused = answer;
    }
    expect(paths).toHaveLength(32);
    expect(refused).toMatchObject({ status: 429, json: { code: 'busy' }, headers: { 'retry-after': '10' } });
    await mine.send('DELETE', paths.pop() ?? '');
    paths.push(await mine.create(0));
    await Promise.all(paths.map((path) => mine.send('DELETE', path)));
  });

  test('several of one account reserve no more than half of the memory', async () => {
    const first = await mine.create(LIMIT - MIB);
    const answer = await mine.send('POST', '/v1/uploads', { headers: { 'upload-length': String(2 * MIB) } });
    expect(answer).toMatchObject({ status: 429, json: { code: 'busy' } });
    const second = await mine.create(MIB);
    await mine.send('DELETE', first);
    await mine.send('DELETE', second);
  });
});

describe.skipIf(!hasServer)('connections that break, and two at once', () => {
  test('what came before the break stays, and the rest makes the same transcript', async () => {
    const path = await mine.create(jfk.length);
    const outgoing = beginPatch(path, 0, jfk.subarray(0, 120_000), jfk.length);
    await reaches(path, 120_000);
    outgoing.destroy();
    expect((await mine.patch(path, 120_000, jfk.subarray(120_000))).status).toBe(204);
    const answer = await mine.transcribe(path);
    expect(answer.json).toEqual(expected);
  });

  test('a client that comes back takes over from what is left of its old connection; bytes never mix', async () => {
    const path = await mine.create(jfk.length);
    const old = beginPatch(path, 0, jfk.subarray(0, 100_000), jfk.length);
    const answered = new Promise<number | undefined>((resolve) => {
      old.on('response', (response) => resolve(response.resume().statusCode));
    });
    await reaches(path, 100_000);
    // Wrong bytes at a wrong offset: refused, while the first goes on.
    expect((await mine.patch(path, 0, Buffer.alloc(50_000))).status).toBe(409);
    expect((await mine.patch(path, 100_000, jfk.subarray(100_000, 200_000))).status).toBe(204);
    expect(await answered).toBe(409);
    old.write(Buffer.alloc(100_000));
    expect(await mine.offset(path)).toBe(200_000);
    expect((await mine.patch(path, 200_000, jfk.subarray(200_000))).status).toBe(204);
    old.destroy();
    const answer = await mine.transcribe(path);
    expect(answer.json).toEqual(expected);
  });

  test('of many that send the same part at once, one wins and the others are told', async () => {
    const path = await mine.create(jfk.length);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => mine.patch(path, 0, jfk).catch(() => ({ status: 'cut off' }))),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204).length).toBeLessThan(2);
    expect(statuses.filter((status) => ![204, 409].includes(Number(status)))).toEqual([]);
    const offset = Number(await mine.offset(path));
    if (offset < jfk.length) await mine.patch(path, offset, jfk.subarray(offset));
    const answer = await mine.transcribe(path);
    expect(answer.json).toEqual(expected);
  });
});

describe.skipIf(!hasServer)('use', () => {
  test('an upload is used once: an answered one is gone', async () => {
    const path = await whole();
    expect((await mine.transcribe(path)).status).toBe(200);
    expect(await mine.transcribe(path)).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect(await mine.offset(path)).toBe('status 404');
  });

  test('wishes that cannot be met use nothing up', async () => {
    const path = await whole();
    expect((await mine.transcribe(path, { language: 'de' })).status).toBe(422);
    expect((await mine.transcribe(path, { response_format: 'text' })).status).toBe(200);
  });

  test('an incomplete one, one beside a file, and one that never was are refused', async () => {
    const path = await mine.create(10);
    expect(await mine.transcribe(path)).toMatchObject({ status: 409, json: { code: 'conflict' } });
    const upload = path.split('/').at(-1) ?? '';
    const both = await transcribe(server.url, mine.token, jfk, { fields: { upload } });
    expect(both).toMatchObject({ status: 400, json: { code: 'bad_request' } });
    expect((await mine.transcribe('/nothing')).status).toBe(404);
    await mine.send('DELETE', path);
  });

  test('what is no recording is used up by its refusal', async () => {
    const path = await whole(mine, Buffer.from('This is not sound. '.repeat(50)));
    expect((await mine.transcribe(path)).status).toBe(415);
    expect((await mine.transcribe(path)).status).toBe(404);
  });

  test('a client that went away before its answer may ask again', async () => {
    const path = await whole();
    const leaving = mine.transcribe(path, {}, '/v1/transcribe');
    await call(`${server.url}/health`);
    const gone = new AbortController();
    const asked = mine.transcribe(path, {}, '/v1/transcribe', gone.signal).catch(() => undefined);
    // The second took over from the first, which is told so.
    expect(await leaving).toMatchObject({ status: 409, json: { code: 'conflict' } });
    gone.abort();
    await asked;
    expect((await mine.transcribe(path)).status).toBe(200);
  });

  test('one that cancelled over HTTP/2, as browsers do, may too', async () => {
    const path = await whole();
    const session = connect(server.url, { rejectUnauthorized: false });
    const ask = () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/v1/transcribe',
        authorization: `Bearer ${mine.token}`,
        accept: 'text/event-stream',
        'content-type': 'multipart/form-data; boundary=b',
      });
      const upload = path.split('/').at(-1);
      stream.end(`--b\r\ncontent-disposition: form-data; name="upload"\r\n\r\n${upload}\r\n--b--\r\n`);
      return stream.setEncoding('utf8');
    };
    const cancelled = ask();
    await once(cancelled, 'data');
    cancelled.close(constants.NGHTTP2_CANCEL);
    await once(cancelled, 'close');
    let events = '';
    for await (const text of ask()) events += text as string;
    expect(events).toContain('event: result');
    await expect.poll(() => mine.offset(path)).toBe('status 404');
    session.close();
  });

  test('termination ends the transcription that uses it', async () => {
    const path = await whole();
    const asked = mine.transcribe(path);
    await expect.poll(async () => (await mine.send('DELETE', path)).status).toBe(204);
    expect([404, 409]).toContain((await asked).status);
    expect(await mine.offset(path)).toBe('status 404');
  });

  test('one serves a comparison too, as far as that gets with one model', async () => {
    const path = await whole();
    expect((await mine.transcribe(path, {}, '/v1/compare')).status).toBe(400);
    expect(await mine.offset(path)).toBe(jfk.length);
    await mine.send('DELETE', path);
  });
});
