// Transcriptions as jobs, on the real server: submitted, followed, fetched once, cancelled, repeated under a key, lost by a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe, type Progress, type Segment, type Transcript } from '@sealscribe/sdk-node';
import { speech } from './behaviour-requests.js';
import { startFlakyLine } from './flaky-line.js';
import { call, hasServer, newSession, type Answer } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { Uploader } from './upload-requests.js';

const account = { email: 'jobs@example.com', password: 'correct horse battery staple' };
const short = () => speech({ end: 4 });

describe.skipIf(!hasServer)('a job', () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sealscribe-jobs-'));
  const args = ['--workers', '1', '--job-lifetime', '600', '--quota-concurrent', '3'];
  let server: RunningServer;
  let client: Sealscribe;
  let token: string;
  let other: string;
  let expected: Transcript;
  beforeAll(async () => {
    server = await startServer({ args, dataFolder });
    client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    await client.signUp(account);
    token = client.session!.token;
    other = await newSession(server.url);
    expected = await client.transcribe({ data: short() });
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  const ask = (
    path: string,
    {
      method = 'GET',
      as = token,
      headers = {},
    }: { method?: string; as?: string; headers?: Record<string, string> } = {},
  ) => call(server.url + path, { method, headers: { authorization: `Bearer ${as}`, ...headers } });
  const submit = async (
    file: Uint8Array,
    { fields = {}, key, as = token }: { fields?: Record<string, string>; key?: string; as?: string } = {},
  ): Promise<Answer> => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([new Uint8Array(file)]), 'private-name.wav');
    const encoded = new Response(form);
    return call(`${server.url}/v1/transcriptions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${as}`,
        'content-type': encoded.headers.get('content-type') ?? '',
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      body: new Uint8Array(await encoded.arrayBuffer()),
    });
  };
  const path = (answer: Answer) => `/v1/transcriptions/${answer.json.id}`;
  const isDone = (at: string) =>
    expect.poll(async () => (await ask(at)).json.status, { timeout: 60_000 }).toBe('done');
  const eventsIn = (text: string) =>
    [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, name, data]) => ({
      name,
      data: JSON.parse(data ?? '') as object,
    }));

  test('is accepted at once, tells how far it is, and gives its result once', async () => {
    const accepted = await submit(short(), { fields: { response_format: 'srt' } });
    expect(accepted).toMatchObject({
      status: 202,
      headers: { location: path(accepted), 'cache-control': 'no-store' },
    });
    expect(accepted.json).toMatchObject({ status: 'queued', stage: 'waiting', fraction: 0 });
    const lifetime = Date.parse(accepted.json.expiresAt) - Date.parse(accepted.json.createdAt);
    expect(Math.round(lifetime / 1000)).toBe(600);
    const events = eventsIn((await ask(`${path(accepted)}/events`)).text);
    expect(events.at(-1)).toEqual({ name: 'result', data: expected });
    expect(events.filter(({ name }) => name === 'segment').length).toBe(expected.segments.length);
    await isDone(path(accepted));
    // Whoever comes later hears the end of it.
    expect(eventsIn((await ask(`${path(accepted)}/events`)).text).at(-1)?.data).toEqual(expected);
    const result = await ask(`${path(accepted)}/result`);
    expect([result.status, result.headers['content-type']]).toEqual([
      200,
      'application/x-subrip; charset=utf-8',
    ]);
    expect(result.text).toContain('-->');
    await expect
      .poll(async () => (await ask(`${path(accepted)}/result`)).json)
      .toMatchObject({ code: 'job_gone' });
    expect((await ask(`${path(accepted)}/events`)).status).toBe(410);
  });

  test('is nobody else’s, and an id that never was is another answer than one that is over', async () => {
    const accepted = await submit(short());
    const never = await ask(`/v1/transcriptions/${'A'.repeat(22)}`);
    for (const end of ['', '/events', '/result'])
      expect(await ask(path(accepted) + end, { as: other })).toMatchObject({
        status: 404,
        json: { code: 'not_found', error: never.json.error },
      });
    expect((await ask(path(accepted), { method: 'DELETE', as: other })).status).toBe(404);
    expect((await ask(path(accepted), { method: 'DELETE' })).status).toBe(204);
  });

  test('that is cancelled gives its memory back and has no result', async () => {
    const accepted = await submit(speech({ times: 20 }));
    expect((await ask(`${path(accepted)}/result`)).json).toMatchObject({ code: 'conflict' });
    const events = ask(`${path(accepted)}/events`);
    expect((await ask(path(accepted), { method: 'DELETE' })).status).toBe(204);
    expect((await ask(path(accepted))).json).toMatchObject({ status: 'cancelled' });
    expect((await ask(`${path(accepted)}/result`)).json).toMatchObject({ code: 'job_gone' });
    expect((await events).text).not.toContain('event: result');
    await expect.poll(async () => (await ask('/v1/usage')).json.concurrent).toBe(0);
  });

  test('that fails says why, to who asks and to who listens', async () => {
    const cut = short().subarray(0, 60);
    cut.writeUInt16LE(0x55, 20);
    const accepted = await submit(cut);
    if (accepted.status === 202) {
      await expect.poll(async () => (await ask(path(accepted))).json.status).toBe('failed');
      const { error } = (await ask(path(accepted))).json;
      expect((await ask(`${path(accepted)}/result`)).json).toMatchObject({ code: error.code });
      expect(eventsIn((await ask(`${path(accepted)}/events`)).text).at(-1)).toMatchObject({
        name: 'error',
        data: { code: error.code },
      });
    } else expect(accepted.json).toMatchObject({ code: 'undecodable_media' });
    const nothing = await submit(Buffer.from('no sound at all'.repeat(99)));
    expect(nothing.json).toMatchObject({ code: 'unsupported_media' });
  });

  test('under a key is one job however often it is sent, also at the same time', async () => {
    const key = 'the same recording';
    expect((await submit(short(), { key })).json).toMatchObject({ code: 'bad_request' });
    const twice = await Promise.all([submit(short(), { key: 'twice' }), submit(short(), { key: 'twice' })]);
    const later = await submit(short(), { key: 'twice' });
    expect(new Set([...twice, later].map(({ json }) => json.id as string)).size).toBe(1);
    expect(later.status).toBe(202);
    expect(await submit(speech({ end: 5 }), { key: 'twice' })).toMatchObject({
      status: 422,
      json: { code: 'idempotency_mismatch' },
    });
    const others = await submit(short(), { key: 'twice', as: other });
    expect(others.json.id).not.toBe(later.json.id);
    await isDone(path(later));
    await ask(path(later), { method: 'DELETE' });
    // Also when it is over: nothing is transcribed again.
    expect((await submit(short(), { key: 'twice' })).json).toMatchObject({
      id: later.json.id,
      status: 'done',
    });
  });

  test('may come from an upload in parts, which is used up by it', async () => {
    const uploader = new Uploader(server.url, token);
    const file = short();
    const upload = await uploader.create(file.length);
    await uploader.patch(upload, 0, file);
    const accepted = await uploader.transcribe(upload, {}, '/v1/transcriptions');
    expect(accepted.status).toBe(202);
    await isDone(path(accepted));
    expect((await ask(`${path(accepted)}/result`)).json).toEqual(expected);
    expect(await uploader.offset(upload)).toBe('status 404');
  });

  test('through the SDK is as one request, on a line that is cut again and again, and goes into the vault', async () => {
    const line = await startFlakyLine(server.url);
    const { session } = client;
    const far = new Sealscribe({
      server: line.url,
      fingerprint: server.fingerprint,
      session: session!,
      retries: 6,
    });
    const heard: Segment[] = [];
    const steps: Progress[] = [];
    const transcribing = far.transcribe(
      { data: speech({ end: 7 }) },
      {
        job: true,
        onSegment: (segment) => heard.push(segment),
        onProgress: (step) => {
          steps.push(step);
          // What listens is cut off; the job is not.
          if (step.stage === 'transcribing' && line.cuts++ < 2) {
            line.goDown();
            line.goUp();
          }
        },
      },
    );
    const transcript = await transcribing;
    expect(transcript).toEqual(await client.transcribe({ data: speech({ end: 7 }) }));
    expect(heard.map(({ id }) => id)).toEqual(transcript.segments.map(({ id }) => id));
    expect(line.cuts).toBeGreaterThanOrEqual(1);
    const vault = await far.unlock(account);
    const { id } = await vault.save(transcript);
    expect((await vault.open(id)).transcript.text).toBe(transcript.text);
    const door = await far.privateMode(account);
    const blob = await door.save(transcript);
    expect((await door.open(blob.id)).transcript).toEqual(transcript);
    await far.close();
    await line.stop();
  });

  test('by steps: submitted here, followed and fetched there', async () => {
    const { id } = await client.jobs.submit({ data: short() }, { idempotencyKey: 'by-steps' });
    expect((await client.jobs.submit({ data: short() }, { idempotencyKey: 'by-steps' })).id).toBe(id);
    expect(await client.jobs.follow(id)).toEqual(expected);
    expect(await client.jobs.get(id)).toMatchObject({ id, status: 'done' });
    expect(await client.jobs.result(id)).toEqual(expected);
    await expect
      .poll(() => client.jobs.result(id).catch((error: { code: string }) => error.code))
      .toBe('job_gone');
    await expect(client.jobs.get('A'.repeat(22))).rejects.toMatchObject({ code: 'not_found' });
  });

  test('that a restart lost says so; nothing of it is in the store', async () => {
    const { id } = await client.jobs.submit({ data: short() });
    await client.jobs.follow(id);
    await server.stop();
    const { session } = client;
    await client.close();
    server = await startServer({ args, dataFolder });
    client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint, session: session! });
    expect(await ask(`/v1/transcriptions/${id}`)).toMatchObject({ status: 409, json: { code: 'job_lost' } });
    expect((await ask(`/v1/transcriptions/${id}`, { as: other })).status).toBe(404);
  });
});
