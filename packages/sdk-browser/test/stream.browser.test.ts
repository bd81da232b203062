/** Live transcription from a page: a browser can send no header with a WebSocket, so a token that opens one stream stands in the address. */
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { countWordErrors } from '../../../test/fixtures/wer.js';
import { Sealscribe, type Segment } from '../src/index.js';

const server = inject('server');
const recording = '/node_modules/nodejs-whisper/cpp/whisper.cpp/bindings/go/samples/jfk.wav';
const spoken =
  'and so my fellow americans ask not what your country can do for you ask what you can do for your country';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Whether a WebSocket to this address opens. */
const opens = (address: string) =>
  new Promise<boolean>((resolve) => {
    const socket = new WebSocket(address);
    socket.onopen = () => {
      resolve(true);
      socket.close();
    };
    socket.onerror = () => resolve(false);
  });

describe.skipIf(!server)('with a server', () => {
  test('what is spoken is transcribed as it comes; the address holds no session, and is good for once', async () => {
    const addresses: string[] = [];
    const Native = WebSocket;
    vi.stubGlobal(
      'WebSocket',
      class extends Native {
        constructor(address: string | URL) {
          super(address);
          addresses.push(String(address));
        }
      },
    );
    const client = new Sealscribe({ server: server!.url });
    await client.signUp({ email: `live${Date.now()}@example.com`, password: 'correct horse battery' });
    const samples = new Uint8Array(await (await fetch(recording)).arrayBuffer()).subarray(44);
    const segments: Segment[] = [];
    const stream = await client.stream({
      language: 'en',
      onSegment: (segment) => segments.push(segment),
    });
    for (let at = 0; at < samples.length; at += 6400) await stream.write(samples.subarray(at, at + 6400));
    const transcript = await stream.finish();
    expect(countWordErrors(spoken, transcript.text).errors).toBeLessThanOrEqual(4);
    expect(transcript.segments).toEqual(segments);

    expect(addresses).toHaveLength(1);
    const [address = ''] = addresses;
    expect(new URL(address).protocol).toBe('wss:');
    expect(new URL(address).searchParams.get('token')).toMatch(/^[\w-]{43}$/);
    expect(address).not.toContain(client.session!.token);
    expect(await opens(address), 'the token was for that stream alone').toBe(false);
  });

  test('ends with the reason when it is aborted', async () => {
    const client = new Sealscribe({ server: server!.url });
    await client.signUp({ email: `live${Date.now()}@example.com`, password: 'correct horse battery' });
    const controller = new AbortController();
    const stream = await client.stream({ signal: controller.signal });
    await stream.write(new Int16Array(16_000));
    controller.abort();
    await expect(stream.finish()).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('without a session there is none', async () => {
    await expect(new Sealscribe({ server: server!.url }).stream()).rejects.toMatchObject({
      code: 'signed_out',
    });
  });
});
