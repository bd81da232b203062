/**
 * What a server has open for writing while it works: the files of its data folder and nothing else, not even a cache of a library;
 * and no recording in them, not even one that comes in parts.
 * ONNX Runtime keeps an id of the device and a queue of events for its maker, unless it is told not to before it starts; the
 * control shows that this test would notice.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sealscribe } from '@sealscribe/sdk-node';
import { sampleRecording } from '../../scripts/demo/recording.mjs';
import { startServer } from './server-process.js';
import { Uploader } from './upload-requests.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The control gets no network, so that it reports nothing to anybody. */
const isolated = spawnSync('unshare', ['-rn', 'true']).status === 0;

/** A process and everything that it started. */
function family(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]) === pid;
      } catch {
        return false; // it has ended
      }
    });
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** The regular files that a process has open and could write to. */
const writable = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      if (!statSync(`/proc/${pid}/fd/${fd}`).isFile()) return [];
      const flags = parseInt(
        /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '',
        8,
      );
      return (flags & 3) === 0 ? [] : [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return []; // it was closed meanwhile
    }
  });

describe.skipIf(process.platform !== 'linux')('while it works', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealscribe-footprint-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('a server has no file open for writing but those of its data folder', async () => {
    // As a user would start it: without the switch of these tests, and without the signs of continuous integration.
    const env = { ORT_DISABLE_TELEMETRY: undefined, CI: undefined };
    const server = await startServer({ dataFolder: folder, env });
    const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    const vault = await client.signUp({
      email: 'footprint@example.com',
      password: 'a password for this test',
    });
    const { path } = sampleRecording();
    await vault.save(await client.transcribe({ path }));
    // A recording of which a part is there, and waited for.
    const part = readFileSync(path).subarray(0, 200_000);
    const uploads = new Uploader(server.url, client.session!.token);
    await uploads.patch(await uploads.create(2 * part.length), 0, part);
    const processes = family(server.pid);
    const files = processes.flatMap(writable);
    await client.close();
    await server.stop();
    expect(processes.length).toBeGreaterThan(1);
    expect(files).toContain(join(folder, 'sealscribe.db'));
    expect(files.filter((file) => !file.startsWith(folder))).toEqual([]);
    const sound = part.subarray(part.length / 2, part.length / 2 + 64);
    expect(sound.some((byte) => byte !== 0)).toBe(true);
    const stored = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(stored.length).toBeGreaterThan(0);
    for (const { parentPath, name } of stored)
      expect(readFileSync(join(parentPath, name)).includes(sound), name).toBe(false);
  });

  test.skipIf(!isolated)('the control: ONNX Runtime left to itself is noticed', async () => {
    const script = `
      const { InferenceSession } = require('onnxruntime-node');
      const model = '../model-moonshine-tiny-en/files/silero_vad_v6.onnx';
      InferenceSession.create(model).then((session) => { globalThis.kept = session; console.log('ready'); });
      setInterval(() => {}, 1000);`;
    const child = spawn('unshare', ['-rn', process.execPath, '-e', script], {
      cwd: join(root, 'packages/server-reference'),
      env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    const files = family(child.pid ?? 0).flatMap(writable);
    child.kill('SIGKILL');
    await ended;
    expect(files).not.toEqual([]);
  });
});
