/** Starts that cannot be: each ends with its exit code and one line that says what to do; what is only doubtful is warned about. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { has } from '../../scripts/setup.mjs';
import { call, hasServer } from './server-requests.js';
import { startServer } from './server-process.js';

const main = fileURLToPath(new URL('../../packages/server-reference/dist/main.js', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'sealscribe-start-'));
const at = (name: string) => join(place, name);

function start(args: readonly string[], env: Record<string, string> = {}) {
  const all = [main, '--data', at('data'), '--workers', '1', '--port', '0', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, {
    env: { ...process.env, MALLOC_PERTURB_: '165', ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  const said = stderr
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
  return { status, stdout, said };
}

/** A certificate of one day, and its key. */
function makePair(cert: string, key: string) {
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const args = ['req', '-x509', ...kind, '-subj', '/CN=localhost', '-out', at(cert), '-keyout', at(key)];
  expect(spawnSync('openssl', args).status).toBe(0);
}

describe.skipIf(!hasServer || !has('openssl'))('a start', () => {
  const taken = createServer();
  beforeAll(async () => {
    makePair('cert.pem', 'key.pem');
    makePair('other-cert.pem', 'other.pem');
    writeFileSync(at('file'), 'no program', { mode: 0o644 });
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    taken.close();
    rmSync(place, { recursive: true, force: true });
  });

  test.each([
    [['serve'], /there is no command 'serve'/],
    [['--allow-origin', 'https://app.example.com/'], /without a slash at its end/],
    [['--allow-origin', 'app.example.com'], /An origin is such as/],
    [['--cert', at('cert.pem')], /--cert and --key go together/],
  ])('with %j ends with code 2', (args, message) => {
    const all = args[0] === 'serve' ? [main, ...args] : [main, '--data', at('data'), ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.trim()).toMatch(message);
  });

  test.each([
    [['--cert', at('no.pem'), '--key', at('key.pem')], /--cert \S+ cannot be read \(ENOENT/],
    [['--cert', at('key.pem'), '--key', at('key.pem')], /key\.pem does not begin with a certificate/],
    [['--cert', at('cert.pem'), '--key', at('cert.pem')], /cert\.pem holds no private key/],
    [['--cert', at('cert.pem'), '--key', at('other.pem')], /key in \S+other\.pem is not the one of/],
    [['--web', at('no')], /--web \S+: there is no such folder/],
    [['--email-hook', at('no')], /--email-hook \S+: there is no such program/],
    [['--email-hook', at('file')], /this user may not run it/],
    [['--email-hook', 'no-such-program'], /there is no such program/],
    [['--data', at('file')], /--data takes a folder/],
    [['--host', '192.0.2.1'], /--host takes an address of this machine/],
  ])('with %j ends with code 1 and one line', (args, message) => {
    const { status, stdout, said } = start(args);
    expect([status, stdout, said.length]).toEqual([1, '', 1]);
    expect(said[0]).toMatch(message);
  });

  test('on a port that is taken says so', () => {
    const { port } = taken.address() as AddressInfo;
    const { status, said } = start(['--port', String(port)]);
    expect([status, said]).toEqual([1, [expect.stringMatching(/EADDRINUSE.*another program listens there/)]]);
  });

  test('where a switch is neither on nor off ends with code 2', () => {
    const { status, said } = start([], { SEALSCRIBE_SERVER_INSECURE_HTTP: 'maybe' });
    expect([status, said]).toEqual([2, ['error: SEALSCRIBE_SERVER_INSECURE_HTTP is true or false']]);
  });

  test('with a switch that says no is one without it, an empty variable is none, and a misspelt one is named', async () => {
    const server = await startServer({
      args: ['--workers', '1'],
      env: {
        SEALSCRIBE_SERVER_INSECURE_HTTP: 'false',
        SEALSCRIBE_SERVER_WEB: '',
        SEALSCRIBE_SERVER_MAXUPLOAD: '7',
        SEALSCRIBE_SERVER_ALLOW_ORIGIN: 'https://one.example,capacitor://localhost',
      },
    });
    try {
      expect(server.url).toMatch(/^https:/);
      expect(server.stderr()).toContain('"name":"SEALSCRIBE_SERVER_MAXUPLOAD"');
      for (const origin of ['https://one.example', 'capacitor://localhost']) {
        const { headers } = await call(`${server.url}/health`, { headers: { origin } });
        expect(headers['access-control-allow-origin']).toBe(origin);
      }
    } finally {
      await server.stop();
    }
  });

  test('with a certificate that runs out soon is warned about', async () => {
    const args = ['--workers', '1', '--cert', at('cert.pem'), '--key', at('key.pem')];
    const server = await startServer({ args });
    await server.stop();
    expect(server.stderr()).toMatch(/"days":0,"msg":"the certificate runs out soon"/);
  });
});
