import { healthSchema, routes } from '@sealscribe/protocol';
import { describe, expect, test } from 'vitest';
import { ApiError, ConnectionError, TimeoutError } from '../src/index.js';
import { Http } from '../src/http.js';
import { testPlatform } from './platform.js';
import { sendJson, serve } from './server.js';

const health = { status: 'ok', version: '1', device: 'cpu', models: ['m'], decoder: 'ffmpeg' };
const session = { token: 'T'.repeat(42) + 'A', accountId: 'A'.repeat(22), expiresAt: '2099-01-01T00:00:00Z' };

function client(server: string, limits = {}, platform = testPlatform()) {
  const http = new Http(server, platform, { timeout: 5_000, retries: 3, ...limits });
  http.session = session;
  return { http, waits: platform.waits };
}

describe('retries', () => {
  test('a broken connection is tried again with growing pauses until it works', async () => {
    let calls = 0;
    const server = await serve((request, response) => {
      if (++calls < 4) request.socket.destroy();
      else sendJson(response, 200, health);
    });
    const { http, waits } = client(server);
    expect(await http.json(routes.health, healthSchema)).toEqual(health);
    expect(calls).toBe(4);
    expect(waits).toEqual([500, 1000, 2000].map((backoff) => backoff / 2 + backoff / 4));
  });

  test('it gives up after the last retry with a ConnectionError that keeps its cause', async () => {
    let calls = 0;
    const server = await serve((request) => {
      calls++;
      request.socket.destroy();
    });
    const failure = await client(server, { retries: 2 })
      .http.json(routes.health, healthSchema)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectionError);
    expect((failure as Error).cause).toBeDefined();
    expect(calls).toBe(3);
  });

  test('an answer that breaks off in the middle is asked for again', async () => {
    let calls = 0;
    const server = await serve((request, response) => {
      if (++calls > 1) return sendJson(response, 200, health);
      response.writeHead(200, { 'content-length': '500' });
      response.write('{"status":');
      setTimeout(() => request.socket.destroy(), 20);
    });
    expect(await client(server).http.json(routes.health, healthSchema)).toEqual(health);
    expect(calls).toBe(2);
  });

  test.each([
    [429, 'busy'],
    [503, 'unavailable'],
  ])('%i is waited for as long as Retry-After asks', async (status, code) => {
    let calls = 0;
    const server = await serve((_, response) => {
      if (++calls > 1) return sendJson(response, 200, health);
      sendJson(response, status, { error: 'x', code, requestId: 'r' }, { 'retry-after': '7' });
    });
    const { http, waits } = client(server);
    await http.json(routes.health, healthSchema);
    expect(waits).toEqual([7000 + 125]);
  });

  test.each([
    ['a lockout', 429, 'locked_out', '5'],
    ['an hour of waiting', 503, 'unavailable', '3600'],
    ['what would fail again', 422, 'undecodable_media', undefined],
    ['a fault of the server', 500, 'internal', undefined],
  ])('%s is told at once', async (_, status, code, after) => {
    let calls = 0;
    const server = await serve((__, response) => {
      calls++;
      const headers = after === undefined ? {} : { 'retry-after': after };
      sendJson(response, status, { error: { code, message: 'x', requestId: 'req-1' } }, headers);
    });
    const failure = client(server).http.json(routes.health, healthSchema);
    await expect(failure).rejects.toMatchObject({ name: 'ApiError', code, status, requestId: 'req-1' });
    expect(calls).toBe(1);
  });

  test.each([502, 504])(
    'a proxy’s %i is a connection that broke: repeated where that is safe',
    async (status) => {
      let calls = 0;
      const server = await serve((_, response) => {
        if (++calls % 2 === 0) sendJson(response, 200, health);
        else response.writeHead(status, { 'content-type': 'text/html' }).end('<html>');
      });
      const { http } = client(server);
      expect(await http.json(routes.health, healthSchema)).toEqual(health);
      const once = http.json(routes.signUp, healthSchema, { json: {}, repeatable: false });
      await expect(once).rejects.toMatchObject({ name: 'ApiError', status });
      expect(calls).toBe(3);
    },
  );

  test('what must not arrive twice is not repeated after a broken connection, but is after a refusal', async () => {
    let calls = 0;
    const server = await serve((request, response) => {
      calls++;
      if (calls === 1) sendJson(response, 503, { error: 'x', code: 'unavailable', requestId: 'r' });
      else request.socket.destroy();
    });
    const { http } = client(server);
    const options = { json: {}, repeatable: false };
    await expect(http.json(routes.signUp, healthSchema, options)).rejects.toBeInstanceOf(ConnectionError);
    expect(calls).toBe(2);
  });
});

describe('time', () => {
  test('silence before an answer is a TimeoutError', async () => {
    const server = await serve(() => undefined);
    const failure = client(server, { timeout: 100, retries: 0 }).http.json(routes.health, healthSchema);
    await expect(failure).rejects.toBeInstanceOf(TimeoutError);
  });

  test('silence in the middle of an answer is a TimeoutError', async () => {
    const server = await serve((_, response) => {
      response.write('{');
    });
    const failure = client(server, { timeout: 100, retries: 0 }).http.json(routes.health, healthSchema);
    await expect(failure).rejects.toBeInstanceOf(TimeoutError);
  });

  test('an answer that takes longer than the timeout but keeps moving is not cut', async () => {
    const text = JSON.stringify(health);
    const server = await serve(async (_, response) => {
      for (let at = 0; at < text.length; at += 10) {
        response.write(text.slice(at, at + 10));
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      response.end();
    });
    const { http } = client(server, { timeout: 1_500, retries: 0 });
    const start = performance.now();
    expect(await http.json(routes.health, healthSchema)).toEqual(health);
    expect(performance.now() - start).toBeGreaterThan(1_500);
  });

  test('aborting ends a request with an AbortError, is not retried and closes the connection', async () => {
    const controller = new AbortController();
    let closed = false;
    const server = await serve((request) => {
      request.on('close', () => (closed = true));
      setTimeout(() => controller.abort(), 20);
    });
    const { http, waits } = client(server);
    const failure = http.json(routes.health, healthSchema, { signal: controller.signal });
    await expect(failure).rejects.toMatchObject({ name: 'AbortError' });
    expect(waits).toEqual([]);
    await expect.poll(() => closed).toBe(true);
  });
});

describe('answers', () => {
  test.each([
    ['another shape', JSON.stringify({ ...health, status: 'fine' })],
    ['no JSON', '<html>'],
    ['broken UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('%s is a bad answer', async (_, body) => {
    const server = await serve((__, response) => void response.end(body));
    const failure = client(server).http.json(routes.health, healthSchema);
    await expect(failure).rejects.toMatchObject({ code: 'bad_answer' });
  });

  test("a proxy's error page is an ApiError with its status", async () => {
    const server = await serve((_, response) => void response.writeHead(502).end('<h1>Bad gateway</h1>'));
    const failure = client(server).http.json(routes.health, healthSchema);
    await expect(failure).rejects.toMatchObject({ name: 'ApiError', code: 'unknown', status: 502 });
  });

  test('words of the server never become part of an error', async () => {
    const evil = 'Your vault was moved, sign in at evil.example';
    const server = await serve((_, response) => {
      sendJson(response, 400, { error: evil, code: 'bad_request', requestId: `${evil}\n` });
    });
    const failure = await client(server)
      .http.json(routes.health, healthSchema)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(JSON.stringify([(failure as Error).message, failure])).not.toContain('evil');
  });

  test('a redirect is not followed, so that the token goes nowhere else', async () => {
    const seen: unknown[] = [];
    const elsewhere = await serve((request, response) => {
      seen.push(request.headers.authorization);
      sendJson(response, 200, health);
    });
    const server = await serve((_, response) => void response.writeHead(307, { location: elsewhere }).end());
    const failure = client(server, { retries: 0 }).http.json(routes.models, healthSchema);
    await expect(failure).rejects.toBeInstanceOf(ConnectionError);
    expect(seen).toEqual([]);
  });

  test('the token is sent where the route needs it and nowhere else', async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      sendJson(response, 200, health);
    });
    const { http } = client(server);
    await http.json(routes.models, healthSchema);
    await http.json(routes.health, healthSchema);
    expect(seen).toEqual([`Bearer ${session.token}`, undefined]);
    http.session = undefined;
    await expect(http.json(routes.models, healthSchema)).rejects.toMatchObject({ code: 'signed_out' });
  });
});

test.each([
  'example.com',
  'ftp://example.com',
  'https://user:secret@example.com',
  'https://example.com/?a=1',
])('the server address %s is refused without being repeated', (server) => {
  const build = () => client(server);
  expect(build).toThrow(TypeError);
  expect(build).not.toThrow(/secret|example\.com\/\?/);
});
