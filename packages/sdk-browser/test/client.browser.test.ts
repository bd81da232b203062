/** The SDK in a real browser against a real server of another origin. */
import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { Sealscribe, StorageFreshness, type Progress } from '../src/index.js';

const server = inject('server');
const recording = '/node_modules/nodejs-whisper/cpp/whisper.cpp/samples/jfk.mp3';
const spoken =
  'and so my fellow americans ask not what your country can do for you ask what you can do for your country';
const words = (text: string) => text.toLowerCase().replace(/[^a-z ]/g, '');

let people = 0;
const someone = () => ({
  email: `page${Date.now()}-${people++}@example.com`,
  password: 'correct horse battery',
});

beforeEach(() => localStorage.clear());
afterAll(() => localStorage.clear());

describe.skipIf(!server)('with a server', () => {
  const page = () => new Sealscribe({ server: server!.url });

  test('a File is transcribed, sealed, and opened again by another device; only marks stay in the browser', async () => {
    const credentials = someone();
    const vault = await page().signUp(credentials);
    const client = page();
    await client.signIn(credentials);
    const file = new File([await (await fetch(recording)).blob()], 'jfk.mp3', { type: 'audio/mpeg' });
    const stages = new Set<Progress['stage']>();
    const segments: string[] = [];
    const transcript = await client.transcribe(
      { data: file },
      { onProgress: ({ stage }) => stages.add(stage), onSegment: ({ text }) => segments.push(text) },
    );
    expect(words(transcript.text)).toBe(spoken);
    expect(segments.join(' ')).toBe(transcript.text);
    expect([...stages]).toEqual(expect.arrayContaining(['uploading', 'transcribing']));

    const { id } = await vault.save(transcript, { title: 'Inaugural address' });
    await vault.update(id, { tags: ['1961'] });
    const other = await page().unlock(credentials);
    expect(await other.list()).toMatchObject([
      { id, revision: 2, title: 'Inaugural address', tags: ['1961'] },
    ]);
    expect((await other.open(id)).transcript).toEqual(transcript);

    const kept = JSON.stringify(Object.entries(localStorage));
    expect(kept).toContain(id);
    expect(kept).not.toMatch(/page\d|example\.com|horse|Inaugural|country/);
    expect(document.cookie).toBe('');

    await other.delete(id);
    expect(await vault.list()).toEqual([]);
  });

  test('private mode works as published, and an address is downloaded by the page', async () => {
    const credentials = someone();
    const client = page();
    await client.signUp(credentials);
    const transcript = await client.transcribe({ url: recording });
    const door = await client.privateMode(credentials);
    const { id } = await door.save(transcript);
    expect(await door.list()).toMatchObject([{ id }]);
    expect((await door.open(id)).transcript).toEqual(transcript);
  });

  test('a wrong password and a text that is no recording have their own errors', async () => {
    const credentials = someone();
    const client = page();
    await client.signUp(credentials);
    await expect(page().unlock({ ...credentials, password: 'x' })).rejects.toMatchObject({
      code: 'wrong_password',
    });
    const data = new Blob(['This is not sound. '.repeat(50)]);
    await expect(client.transcribe({ data })).rejects.toMatchObject({
      code: 'unsupported_media',
      status: 415,
    });
  });

  test('aborting is an AbortError', async () => {
    const client = page();
    await client.signUp(someone());
    const data = await (await fetch(recording)).blob();
    const controller = new AbortController();
    const transcribing = client.transcribe(
      { data },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    await expect(transcribing).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('a server that is not there is a ConnectionError', async () => {
  const client = new Sealscribe({ server: 'http://127.0.0.1:9', retries: 0 });
  await expect(client.health()).rejects.toMatchObject({ name: 'ConnectionError', code: 'connection_failed' });
});

test('marks in localStorage change as one step, or not at all', async () => {
  const store = new StorageFreshness(localStorage);
  await store.update('a', (stored) => `${stored}+`);
  const failure = store.update('a', () => {
    throw new Error('mine');
  });
  await expect(failure).rejects.toThrow('mine');
  await store.update('a', (stored) => `${stored}+`);
  expect(localStorage.getItem('sealscribe:a')).toBe('undefined++');
});

test('a page without cryptography is told why at once', async () => {
  const scope = Object.getOwnPropertyDescriptor(globalThis, 'isSecureContext');
  Object.defineProperty(globalThis, 'isSecureContext', { value: false, configurable: true });
  try {
    expect(() => new Sealscribe({ server: 'https://example.com' })).toThrow(
      expect.objectContaining({ code: 'insecure_context' }),
    );
  } finally {
    if (scope) Object.defineProperty(globalThis, 'isSecureContext', scope);
    else Reflect.deleteProperty(globalThis, 'isSecureContext');
  }
});
