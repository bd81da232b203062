// SEALSCRIBE_LONG=1: a recording of ten hours (or SEALSCRIBE_LONG_HOURS) through the real server: its memory does not grow with
// what it hears. Takes most of an hour on two cores, so it is skipped otherwise.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sealscribe, type Progress } from '@sealscribe/sdk-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childrenOf, hasProc, residentBytes } from './behaviour-processes.js';
import { hasServer, shared } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const MIB = 1024 ** 2;
const clip = `${shared}speech/long_lj001.flac`;
const wanted = process.env['SEALSCRIBE_LONG'] === '1';
const hours = Number(process.env['SEALSCRIBE_LONG_HOURS'] ?? 10);

const memoryOf = (pid: number): number =>
  residentBytes(pid) + childrenOf(pid).reduce((sum, child) => sum + memoryOf(child), 0);

describe.skipIf(!wanted || !hasServer || !hasProc || !existsSync(clip))('a recording of many hours', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-long-'));
  const path = join(folder, 'long.mp3');
  let server: RunningServer;
  beforeAll(async () => {
    const list = join(folder, 'list.txt');
    const piece = join(folder, 'piece.mp3');
    const ffmpeg = (...args: string[]) => {
      const { status } = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], {
        stdio: 'inherit',
      });
      expect(status).toBe(0);
    };
    ffmpeg('-i', clip, '-ac', '1', '-b:a', '24k', piece);
    const seconds = statSync(piece).size / 3000;
    writeFileSync(list, `file '${piece}'\n`.repeat(Math.ceil((hours * 3600) / seconds)));
    ffmpeg('-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', '-t', String(hours * 3600), path);
    server = await startServer({ args: ['--max-duration', String(hours * 3600 + 60)] });
  }, 600_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    `of ${hours} hours needs at most 300 MB above the idle server, beyond its own bytes`,
    async () => {
      const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
      await client.signUp({ email: 'long@example.com', password: 'only for this test' });
      // The first recording warms up what is loaded when it is needed.
      await client.transcribe({ data: readFileSync(path).subarray(0, 200_000), name: 'warm.mp3' });
      const idle = memoryOf(server.pid);
      let peak = 0;
      const watch = setInterval(() => (peak = Math.max(peak, memoryOf(server.pid))), 500);
      const steps: Progress[] = [];
      const ids: number[] = [];
      const transcript = await client.transcribe(
        { path },
        { onProgress: (progress) => steps.push(progress), onSegment: ({ id }) => ids.push(id) },
      );
      clearInterval(watch);
      const above = (peak - idle - statSync(path).size) / MIB;
      process.stdout.write(
        `${hours} h: ${Math.round(above)} MiB above the idle server's ${Math.round(idle / MIB)}\n`,
      );
      expect(transcript.duration).toBeGreaterThan(hours * 3600 - 60);
      expect(ids).toEqual(transcript.segments.map(({ id }) => id));
      for (const stage of ['decoding', 'transcribing']) {
        const fractions = steps.filter((step) => step.stage === stage).map(({ fraction }) => fraction);
        expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
      }
      expect(steps.at(-1)).toEqual({ stage: 'transcribing', fraction: 1 });
      expect(above).toBeLessThan(300);
      await client.close();
    },
    4 * 3_600_000,
  );
});
