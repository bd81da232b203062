// Audio is gone from the memory of every process of the server soon after its request has ended, however it ended.
// Looks for pieces of the recording, as they were sent and as float32 samples, in /proc/PID/mem.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasServer, JFK, newSession, transcribe } from './server-requests.js';
import { jfkSamples, Stream } from './stream-requests.js';
import { writableMemory } from './process-memory.js';
import { startServer, type RunningServer } from './server-process.js';
import { Uploader } from './upload-requests.js';

const jfk = hasServer ? readFileSync(JFK) : Buffer.alloc(0);
/** 32 bytes of sound each: no two recordings share them. */
const canaries = [60_000, 120_000, 200_000, 300_000].flatMap((at) => {
  const sent = jfk.subarray(at, at + 32);
  const samples = Float32Array.from({ length: 8 }, (_, i) => jfk.readInt16LE(at + 2 * i) / 32_768);
  return [sent, Buffer.from(samples.buffer)];
});

function processesOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return new RegExp(`^PPid:\\t${pid}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'utf8'));
      } catch {
        return false;
      }
    });
  return [pid, ...children.flatMap((child) => processesOf(Number(child)))];
}

/** How often a canary stands in the writable memory of a process. */
function count(pid: number): number {
  let found = 0;
  for (const buffer of writableMemory(pid)) {
    for (const canary of canaries)
      for (let at = buffer.indexOf(canary); at >= 0; at = buffer.indexOf(canary, at + 1)) found++;
  }
  return found;
}

describe.skipIf(!hasServer || !existsSync('/proc/self/mem'))('audio in memory', () => {
  let server: RunningServer;
  let token: string;
  const copies = () =>
    processesOf(server.pid)
      .map(count)
      .reduce((sum, each) => sum + each, 0);
  /** Copies left a second after a request, or a little later on a machine that is busy. */
  const left = async () => {
    await wait(1000);
    for (let i = 0; i < 5 && copies() > 0; i++) await wait(1000);
    return copies();
  };
  /** Sends the first part of the recording and stays there. */
  const sendPart = async () => {
    const outgoing = request(`${server.url}/v1/transcribe`, {
      method: 'POST',
      rejectUnauthorized: false,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=b' },
    });
    outgoing.on('error', () => undefined);
    outgoing.write('--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n');
    outgoing.write(jfk.subarray(0, 250_000));
    await wait(1000);
    return outgoing;
  };

  beforeAll(async () => {
    server = await startServer({ args: ['--upload-idle', '4'], env: { MALLOC_PERTURB_: '165' } });
    token = await newSession(server.url);
  });
  afterAll(() => server?.stop());

  test('is found while it is there, and gone after the client has left', async () => {
    const outgoing = await sendPart();
    expect(copies()).toBeGreaterThan(0);
    outgoing.destroy();
    expect(await left()).toBe(0);
  });

  test('is gone after the answer', async () => {
    expect((await transcribe(server.url, token, jfk)).status).toBe(200);
    expect(await left()).toBe(0);
  });

  test('is gone after a cancellation in the middle of the work', async () => {
    await transcribe(server.url, token, jfk, { signal: AbortSignal.timeout(400) }).catch(() => undefined);
    expect(await left()).toBe(0);
  });

  test('that comes in parts is there while it is waited for, and gone after use, termination and silence', async () => {
    const uploads = new Uploader(server.url, token);
    const send = async (bytes: Buffer) => {
      const path = await uploads.create(jfk.length);
      expect((await uploads.patch(path, 0, bytes)).status).toBe(204);
      return path;
    };
    expect((await uploads.transcribe(await send(jfk))).status).toBe(200);
    const terminated = await send(jfk.subarray(0, 250_000));
    expect((await uploads.send('DELETE', terminated)).status).toBe(204);
    const forgotten = await send(jfk.subarray(0, 250_000));
    expect(count(server.pid)).toBeGreaterThan(0);
    await expect.poll(() => uploads.offset(forgotten), { timeout: 30_000 }).toBe('status 404');
    expect(await left()).toBe(0);
  });

  test('is gone after live streams have ended and vanished', async () => {
    for (const how of ['ended', 'vanished']) {
      const stream = new Stream(server.url, { token });
      await stream.opened;
      await stream.speak(jfkSamples);
      if (how === 'ended') stream.send(new Uint8Array(0));
      else stream.socket.close();
      await stream.closed;
    }
    expect(await left()).toBe(0);
  });

  test('is gone after a decoding error and after refused wishes', async () => {
    const undecodable = Buffer.concat([Buffer.from('\x01\x02\x03\x04'), jfk]);
    expect((await transcribe(server.url, token, undecodable)).status).toBe(422);
    expect((await transcribe(server.url, token, jfk, { fields: { language: 'de' } })).status).toBe(422);
    expect(await left()).toBe(0);
  });
});
