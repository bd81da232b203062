// Where models run: what was chosen and why is said, and what was asked for is never replaced.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { call, hasServer } from './server-requests.js';
import { startServer } from './server-process.js';

const dist = fileURLToPath(new URL('../../packages/server-reference/dist/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sealscribe-device-'));
const hasGraphics =
  readdirSync('/dev').some((name) => /^nvidia\d|^dxg$/.test(name)) || existsSync('/dev/dri');

describe.skipIf(!hasServer)('the device', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.skipIf(hasGraphics).each([
    ['cuda', /--device cuda: libonnxruntime_providers_cuda\.so is not in .*docs\/self-hosting\.md/],
    ['webgpu', /--device webgpu: there is no graphics processor/],
  ])('%s is refused at the start on a machine without it, with what to do', (device, reason) => {
    const args = ['--port', '0', '--data', folder, '--device', device, '--workers', '1'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(dist, 'main.js'), ...args], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(reason);
  });

  test('health says what was chosen and why', async () => {
    const server = await startServer({ dataFolder: folder, args: ['--workers', '1', '--device', 'cpu'] });
    const { json } = await call(`${server.url}/health`);
    expect(json).toMatchObject({ device: 'cpu', deviceReason: 'asked for' });
    expect(server.ready).toMatchObject({ device: 'cpu', deviceReason: 'asked for' });
    await server.stop();
  });

  test('is tried with a real session, whose failure has a reason', () => {
    const probe = (device: string) => {
      const { stdout } = spawnSync(process.execPath, [join(dist, 'device-probe-process.js'), device], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], ORT_DISABLE_TELEMETRY: '1' },
      });
      return JSON.parse(stdout) as { ok: boolean; reason: string };
    };
    // The control: the same graph on the device that is always there.
    expect(probe('cpu')).toEqual({ ok: true, reason: '' });
    if (!hasGraphics)
      for (const device of ['cuda', 'webgpu'])
        expect(probe(device)).toEqual({ ok: false, reason: expect.stringMatching(/\w/) });
  });
});
