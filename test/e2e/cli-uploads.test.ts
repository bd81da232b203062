// `sealscribe transcribe` of a large file on lines that break: nothing to type, nothing to be seen.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBoth, prepareCommand } from './cli-command.js';
import { startFlakyLine, type FlakyLine } from './flaky-line.js';
import { call, newSession } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';
import { paddedSpeech } from './upload-requests.js';

const MIB = 1024 ** 2;

describe.skipIf(!hasBoth)('a large file', () => {
  let server: RunningServer;
  let line: FlakyLine;
  let expected: string;
  let command: ReturnType<typeof prepareCommand>['command'];
  let file: string;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1'] });
    line = await startFlakyLine(server.url);
    const token = await newSession(server.url);
    const made = await call(`${server.url}/v1/api-keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: Buffer.from('{}'),
    });
    const prepared = prepareCommand({
      SEALSCRIBE_SERVER: line.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_API_KEY: made.json.key as string,
    });
    ({ command } = prepared);
    file = join(prepared.home, '..', 'talk.wav');
    writeFileSync(file, paddedSpeech(12 * MIB));
    expected = (await command(['transcribe', file])).stdout;
  });
  afterAll(async () => {
    await line?.stop();
    await server?.stop();
  });

  test('arrives although the connection breaks on the way, and is not sent twice', async () => {
    line.bytes = 0;
    line.cutAt = [3 * MIB, 7 * MIB];
    const { code, stdout, stderr } = await command(['transcribe', file]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: expected, stderr: '' });
    expect(expected).toMatch(/\w/);
    expect(line.cuts).toBe(2);
    expect(line.bytes).toBeLessThan(20 * MIB);
  });

  test('waits for a server that cannot be reached for a while', async () => {
    line.bytes = 0;
    line.cutAt = [3 * MIB];
    line.downFor = 2000;
    const { code, stdout, stderr } = await command(['transcribe', file]);
    line.downFor = 0;
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: expected, stderr: '' });
    expect(line.cutAt).toEqual([]);
  });

  test('is taken back from the server when the person interrupts', async () => {
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    line.bytes = 0;
    line.onBytes = () => {
      if (line.bytes < 3 * MIB) return;
      line.onBytes = undefined;
      kill('SIGINT');
    };
    const { code, stderr } = await command(['transcribe', file], { onStart: (given) => (kill = given) });
    expect([code, stderr]).toEqual([9, 'sealscribe: Interrupted.\n']);
    const log =
      server
        .stderr()
        .split('\n')
        .findLast((entry) => entry.includes('/v1/uploads/:id')) ?? '{}';
    expect(JSON.parse(log)).toMatchObject({ method: 'DELETE', status: 204 });
  });
});
