// Recordings in parts through the SDK and the real server, on lines that break.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sealscribe, type Progress, type Transcript } from '@sealscribe/sdk-node';
import { startFlakyLine, type FlakyLine } from './flaky-line.js';
import { startLyingServer, type LyingServer } from './sdk-lying-server.js';
import { hasServer } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { paddedSpeech, Uploader } from './upload-requests.js';

const MIB = 1024 ** 2;

describe.skipIf(!hasServer)('a recording in parts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-uploads-'));
  const path = join(folder, 'talk.wav');
  const data = hasServer ? paddedSpeech(6 * MIB) : new Uint8Array();
  let server: RunningServer;
  let line: FlakyLine;
  let spy: LyingServer;
  let direct: Sealscribe;
  let expected: Transcript;

  beforeAll(async () => {
    writeFileSync(path, data);
    server = await startServer({ args: ['--workers', '1'] });
    line = await startFlakyLine(server.url);
    spy = await startLyingServer(server.url);
    direct = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    await direct.signUp({ email: 'sender@example.com', password: 'correct horse battery staple' });
    // As one form: a stream cannot be read again.
    expected = await direct.transcribe({ stream: new Blob([data as Uint8Array<ArrayBuffer>]).stream() });
  });
  afterAll(async () => {
    await direct?.close();
    await Promise.all([line?.stop(), spy?.stop()]);
    await server?.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    spy.lie = undefined;
    spy.asked = [];
    line.bytes = line.cuts = 0;
  });
  const by = (url: string, options = {}) =>
    new Sealscribe({
      server: url,
      session: direct.session!,
      ...(url.startsWith('https:') ? { fingerprint: server.fingerprint } : {}),
      ...options,
    });
  const requests = () =>
    spy.asked.map(({ method, path }) => `${method} ${path.replace(/[\w-]{22}$/, ':id')}`);

  test('arrives as it is, with every step of progress in bytes', async () => {
    for (const source of [{ path }, { data }]) {
      const progress: Progress[] = [];
      const client = by(spy.url);
      const transcript = await client.transcribe(source, { onProgress: (step) => progress.push(step) });
      expect(transcript).toEqual(expected);
      const sent = progress.filter(({ stage }) => stage === 'uploading');
      expect(sent.map(({ totalBytes }) => totalBytes)).toEqual(sent.map(() => data.length));
      const steps = sent.map(({ sentBytes = NaN }) => sentBytes);
      expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
      expect([steps[0], steps.at(-1)]).toEqual([0, data.length]);
      expect(steps.length).toBeGreaterThan(3);
      expect(sent.at(-1)?.fraction).toBe(1);
      const bytes = spy.asked.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
      expect(Buffer.concat(bytes).equals(data)).toBe(true);
      spy.asked = [];
      await client.close();
    }
  });

  test('survives a line that is cut three times, and what had arrived is not sent again', async () => {
    line.cutAt = [MIB, 2.5 * MIB, 5 * MIB];
    const client = by(line.url);
    const steps: number[] = [];
    const onProgress = ({ sentBytes }: Progress) => sentBytes !== undefined && steps.push(sentBytes);
    expect(await client.transcribe({ path }, { onProgress })).toEqual(expected);
    await client.close();
    expect(line.cuts).toBe(3);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    // What was on its way when the line broke is lost, and no more.
    expect(line.bytes).toBeLessThan(data.length + 3 * MIB);
  });

  test('survives a server that cannot be reached for a while', async () => {
    line.cutAt = [MIB];
    const client = by(line.url);
    let down = false;
    const onProgress = ({ sentBytes = 0 }: Progress) => {
      if (down || sentBytes < MIB / 2) return;
      down = true;
      line.goDown();
      setTimeout(() => line.goUp(), 2000);
    };
    expect(await client.transcribe({ path }, { onProgress })).toEqual(expected);
    await client.close();
    expect(down).toBe(true);
  });

  test('begins anew where the server has dropped it', async () => {
    let dropped = 0;
    spy.lie = async ({ method, path }) => {
      const uploads = new Uploader(server.url, direct.session!.token);
      if (method === 'PATCH' && dropped++ === 1)
        expect((await uploads.send('DELETE', path)).status).toBe(204);
      return undefined;
    };
    expect(await by(spy.url).transcribe({ path })).toEqual(expected);
    expect(requests().filter((request) => request === 'POST /v1/uploads')).toHaveLength(2);
  });

  test('begins anew where the answer was lost with the upload', async () => {
    let lost = 0;
    spy.lie = async (asked, ask) => {
      if (asked.path !== '/v1/transcribe' || lost++ > 0) return undefined;
      expect((await ask(asked)).status).toBe(200);
      return { status: 503, headers: {}, body: Buffer.alloc(0) };
    };
    const segments: number[] = [];
    const transcript = await by(spy.url).transcribe({ path }, { onSegment: ({ id }) => segments.push(id) });
    expect(transcript).toEqual(expected);
    expect(segments).toEqual(expected.segments.map(({ id }) => id));
    expect(requests().filter((request) => request === 'POST /v1/uploads')).toHaveLength(2);
  });

  test('is named again, not sent again, where the connection broke during the transcription', async () => {
    const client = by(line.url);
    let broke = false;
    const onProgress = ({ stage }: Progress) => {
      if (broke || stage === 'uploading') return;
      broke = true;
      line.goDown();
      line.goUp();
    };
    expect(await client.transcribe({ path }, { onProgress })).toEqual(expected);
    await client.close();
    expect(broke).toBe(true);
    expect(line.bytes).toBeLessThan(data.length + MIB);
  });

  test('cancelled in the middle is taken back from the server', async () => {
    const controller = new AbortController();
    const onProgress = ({ sentBytes = 0 }: Progress) => sentBytes > MIB && controller.abort();
    const client = by(spy.url);
    await expect(
      client.transcribe({ path }, { onProgress, signal: controller.signal }),
    ).rejects.toMatchObject({
      name: 'AbortError',
    });
    const { path: uploadPath = '' } = spy.asked.find(({ method }) => method === 'PATCH') ?? {};
    expect(spy.asked.at(-1)).toMatchObject({ method: 'DELETE', path: uploadPath });
    expect(await new Uploader(server.url, direct.session!.token).offset(uploadPath)).toBe('status 404');
  });

  test('that is refused leaves nothing behind either', async () => {
    await expect(by(spy.url).transcribe({ path }, { language: 'xx' })).rejects.toMatchObject({
      code: 'language_not_supported',
    });
    const { path: uploadPath = '' } = spy.asked.find(({ method }) => method === 'PATCH') ?? {};
    expect(await new Uploader(server.url, direct.session!.token).offset(uploadPath)).toBe('status 404');
  });

  test('that is changed meanwhile is no recording any more', async () => {
    const growing = join(folder, 'growing.wav');
    writeFileSync(growing, data);
    let grown = false;
    const onProgress = ({ sentBytes = 0 }: Progress) => {
      if (grown || sentBytes < MIB) return;
      grown = true;
      appendFileSync(growing, 'more');
    };
    await expect(by(spy.url).transcribe({ path: growing }, { onProgress })).rejects.toMatchObject({
      code: 'source_unreadable',
    });
    expect(requests().at(-1)).toBe('DELETE /v1/uploads/:id');
  });

  test('goes as one form where it is small, and where the server has no uploads', async () => {
    const small = { data: paddedSpeech(MIB) };
    expect((await by(spy.url).transcribe(small)).text).toBe(expected.text);
    expect(requests()).toEqual(['POST /v1/transcribe']);
    spy.asked = [];
    spy.lie = ({ path }) =>
      path === '/v1/uploads'
        ? { status: 404, headers: {}, body: Buffer.from('<h1>Not found</h1>') }
        : undefined;
    expect(await by(spy.url).transcribe({ path })).toEqual(expected);
    expect(requests()).toEqual(['POST /v1/uploads', 'POST /v1/transcribe']);
  });
});
