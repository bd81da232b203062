/** A File in parts from a page of another origin: progress in bytes, cancelling, and waiting for a network. */
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { Sealscribe, type Progress, type Transcript } from '../src/index.js';

const server = inject('server');
const recording = '/node_modules/nodejs-whisper/cpp/whisper.cpp/bindings/go/samples/jfk.wav';
const MIB = 1024 ** 2;

/** The recording, and behind its samples bytes that are no sound. */
async function largeFile(): Promise<File> {
  const sound = new Uint8Array(await (await fetch(recording)).arrayBuffer());
  const rest = Uint32Array.from({ length: MIB }, (_, i) => i);
  return new File([sound, rest], 'talk.wav', { type: 'audio/wav' });
}

describe.skipIf(!server)('a large File', () => {
  let client: Sealscribe;
  let file: File;
  let expected: Transcript;
  beforeAll(async () => {
    client = new Sealscribe({ server: server!.url });
    await client.signUp({ email: `file${Date.now()}@example.com`, password: 'correct horse battery' });
    file = await largeFile();
    expected = await client.transcribe({ data: await (await fetch(recording)).blob() });
  });

  const trueFetch = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = trueFetch;
    Reflect.deleteProperty(navigator, 'onLine');
  });

  test('tells in bytes how far it is, and gives the same transcript', async () => {
    const steps: number[] = [];
    const onProgress = ({ stage, sentBytes, totalBytes }: Progress) => {
      if (stage !== 'uploading') return;
      expect(totalBytes).toBe(file.size);
      steps.push(sentBytes ?? NaN);
    };
    expect(await client.transcribe({ data: file }, { onProgress })).toEqual(expected);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    expect([steps[0], steps.at(-1)]).toEqual([0, file.size]);
    expect(steps.length).toBeGreaterThan(3);
  });

  test('is taken back when it is cancelled', async () => {
    const asked: string[] = [];
    globalThis.fetch = async (input, init) => {
      const answer = await trueFetch(input, init);
      asked.push(`${init?.method} ${answer.status}`);
      return answer;
    };
    const controller = new AbortController();
    const onProgress = ({ sentBytes = 0 }: Progress) => sentBytes > 0 && controller.abort();
    const cancelled = client.transcribe({ data: file }, { onProgress, signal: controller.signal });
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toEqual(['POST 201', 'PATCH 204', 'DELETE 204']);
  });

  test('waits for a network without asking again and again, and goes on where it was', async () => {
    let online = true;
    let refused = 0;
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => online });
    globalThis.fetch = async (input, init) => {
      if (online) return trueFetch(input, init);
      refused++;
      throw new TypeError('Failed to fetch');
    };
    const steps: number[] = [];
    const onProgress = ({ sentBytes }: Progress) => {
      if (sentBytes === undefined) return;
      steps.push(sentBytes);
      if (steps.length !== 3) return;
      online = false;
      setTimeout(() => {
        online = true;
        dispatchEvent(new Event('online'));
      }, 3000);
    };
    expect(await client.transcribe({ data: file }, { onProgress })).toEqual(expected);
    expect(refused).toBe(1);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });

  test('while it waits for a network it can be cancelled', async () => {
    const controller = new AbortController();
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false });
    globalThis.fetch = () => {
      setTimeout(() => controller.abort(), 50);
      return Promise.reject(new TypeError('Failed to fetch'));
    };
    const waiting = client.transcribe({ data: file }, { signal: controller.signal });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
