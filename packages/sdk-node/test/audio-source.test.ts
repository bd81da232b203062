import { createServer } from 'node:http';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SourceError } from '../src/index.js';
import { openAudio } from '../src/audio-source.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealscribe-source-'));
});
afterAll(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;

async function read(data: Blob | AsyncIterable<Uint8Array>): Promise<string> {
  const chunks = [];
  for await (const chunk of data instanceof Blob ? data.stream() : data) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('a file is streamed with its size and can be opened again', async () => {
  const path = join(folder, 'a call.m4a');
  await writeFile(path, 'recorded sound');
  const audio = await openAudio({ path });
  expect(audio).toMatchObject({ name: 'a call.m4a', size: 14, reopenable: true });
  for (let i = 0; i < 2; i++) expect(await read(await audio.open(signal))).toBe('recorded sound');
});

test('a file that grows while it is sent is sent up to the size that was announced', async () => {
  const path = join(folder, 'growing.wav');
  await writeFile(path, 'first');
  const audio = await openAudio({ path });
  await appendFile(path, ' and more');
  expect(await read(await audio.open(signal))).toBe('first');
});

test('an empty file is empty, not an error here', async () => {
  const path = join(folder, 'empty.wav');
  await writeFile(path, '');
  expect(await read(await (await openAudio({ path })).open(signal))).toBe('');
});

test('a file or folder that cannot be read is a SourceError that does not name it', async () => {
  for (const path of [join(folder, 'Secret merger.wav'), folder]) {
    const failure = (await openAudio({ path }).catch((error: unknown) => error)) as SourceError;
    expect(failure).toBeInstanceOf(SourceError);
    expect(JSON.stringify([failure.message, failure.stack, failure.cause])).not.toMatch(
      /Secret|sealscribe-source-/,
    );
  }
});

test('a file that is gone before it is sent is a SourceError that does not name it either', async () => {
  const path = join(folder, 'Secret and gone.wav');
  await writeFile(path, 'sound');
  const audio = await openAudio({ path });
  await rm(path);
  const failure = (await read(await audio.open(signal)).catch((error: unknown) => error)) as SourceError;
  expect(failure).toBeInstanceOf(SourceError);
  expect(JSON.stringify([failure.message, failure.stack, failure.cause])).not.toMatch(/Secret/);
});

test('an address is downloaded here', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/talks/one.mp3') response.end('from afar');
    else response.writeHead(404).end('no');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const audio = await openAudio({ url: `${base}/talks/one.mp3` });
    expect(audio).toMatchObject({ name: 'one.mp3', reopenable: true });
    expect(await read(await audio.open(signal))).toBe('from afar');
    const missing = await openAudio({ url: new URL(`${base}/other.mp3`) });
    await expect(missing.open(signal)).rejects.toMatchObject({ name: 'SourceError' });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.each(['file:///etc/passwd', 'not an address', 'data:text/plain,x'])(
  '%s is not an address',
  async (url) => {
    await expect(openAudio({ url })).rejects.toBeInstanceOf(TypeError);
  },
);
