// Fetching by address, against a real server with a real certificate on this machine, with names that lead where a test says.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../src/remote/addresses.js';
import type { FindAddresses } from '../../src/remote/checked-lookup.js';
import { fetchRecording } from '../../src/remote/fetch-recording.js';
import { readAllowedHosts } from '../../src/remote/hosts.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe('addresses', () => {
  test.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.9.9.9', '169.254.169.254', '172.16.0.1'],
    ...[
      '172.31.255.255',
      '192.0.0.1',
      '192.0.2.1',
      '192.168.1.1',
      '198.18.0.1',
      '198.51.100.7',
      '203.0.113.9',
    ],
    ...['224.0.0.1', '240.0.0.1', '255.255.255.255', '::', '::1', '::ffff:8.8.8.8', '::ffff:127.0.0.1'],
    ...['::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', 'fc00::1', 'fd12:3456::1', 'fe80::1'],
    ...['fec0::1', 'ff02::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1', '4000::1'],
    ...['', 'localhost', '0x7f.1', '2130706433', '127.1', '1.2.3.4.5', '::1%lo'],
  ])('%s is none of the public internet', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '192.167.1.1', '2606:4700::1111', '2a00::1'])(
    '%s is',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('the list of hosts', () => {
  test('names, several at once, with places', () => {
    const list = readAllowedHosts(['Files.Example.com,media.test=10.0.0.5:9000', 'six.test=[::1]:1']);
    expect([...list]).toEqual([
      ['files.example.com', undefined],
      ['media.test', { address: '10.0.0.5', port: 9000 }],
      ['six.test', { address: '::1', port: 1 }],
    ]);
  });

  test.each([
    ...['*', '*.example.com', 'localhost', '127.0.0.1', '0x7f.1', '2130706433', '[::1]', 'a.b=c.d:1', 'a.b='],
    ...[
      'https://a.b',
      'a.b:443',
      'a.b=1.2.3.4',
      'a.b=1.2.3.4:0',
      'a.b=1.2.3.4:70000',
      'a b.c',
      '-a.b',
      '1.2.3',
    ],
  ])('%s is no host', (entry) => {
    expect(() => readAllowedHosts([entry])).toThrow(RangeError);
  });
});

describe.skipIf(!hasOpenssl)('fetching', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-remote-'));
  const recording = Buffer.from('not sound, but bytes '.repeat(5000));
  const asked: string[] = [];
  let server: Server;
  let port: number;
  let authority: Buffer;
  beforeAll(async () => {
    const names = 'subjectAltName=DNS:files.test,DNS:other.test,DNS:rebind.test';
    // prettier-ignore
    spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
      '-subj', '/CN=files.test', '-addext', names, '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder });
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)));
    authority = cert;
    server = createServer({ key: key, cert: cert }, (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'https://files.test');
      asked.push(`${request.headers.host} ${pathname} ${Object.keys(request.headers).sort().join()}`);
      if (pathname === '/to') response.writeHead(302, { location: searchParams.get('at') ?? '' }).end();
      else if (pathname === '/loop') response.writeHead(302, { location: '/loop' }).end();
      else if (pathname === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
      else if (pathname === '/missing') response.writeHead(404).end();
      else if (pathname === '/cut')
        response.writeHead(200, { 'content-length': 99 }).end('x', () => response.destroy());
      else if (pathname === '/endless') drip(response);
      else response.end(recording);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server?.close();
    server?.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });
  const drip = (response: NodeJS.WritableStream & { writable: boolean }): void => {
    if (response.writable) response.write(Buffer.alloc(65_536), () => setImmediate(drip, response));
  };

  /** Fetches; names that are not of this machine are looked up as `find` says. */
  async function get(
    address: string,
    options: { find?: FindAddresses; most?: number; signal?: AbortSignal } = {},
  ) {
    const chunks: Buffer[] = [];
    let length = 0;
    await fetchRecording(address, {
      hosts: readAllowedHosts([
        `files.test=127.0.0.1:${port}`,
        `other.test=127.0.0.1:${port}`,
        'rebind.test',
        `unnamed.test=127.0.0.1:${port}`,
      ]),
      take: (bytes) => {
        length += bytes.length;
        if (length > (options.most ?? Infinity)) throw new RangeError('too much');
        chunks.push(Buffer.from(bytes));
      },
      ca: authority,
      signal: options.signal ?? new AbortController().signal,
      ...(options.find && { findAddresses: options.find }),
    });
    return Buffer.concat(chunks);
  }
  const forbidden = { code: 'forbidden' };
  const failed = { code: 'bad_request' };

  test('gives the bytes, asking with nothing of the client', async () => {
    asked.length = 0;
    expect(recording.equals(await get('https://files.test/a.wav?x=1'))).toBe(true);
    expect(asked).toEqual(['files.test /a.wav accept,accept-encoding,connection,host,user-agent']);
  });

  test('follows redirects within the list', async () => {
    expect(recording.equals(await get('https://files.test/to?at=https://other.test/b'))).toBe(true);
    expect(recording.equals(await get('https://files.test/to?at=/c'))).toBe(true);
  });

  test.each([
    ...[
      'http://files.test/',
      'ftp://files.test/',
      'file:///etc/passwd',
      'data:audio/wav,x',
      'gopher://files.test/',
    ],
    ...[
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://0x7f.1/',
      'https://2130706433/',
      'https://0177.0.0.1/',
    ],
    ...[
      'https://127.1/',
      'https://localhost/',
      'https://169.254.169.254/latest/meta-data',
      'https://[::ffff:7f00:1]/',
    ],
    ...['https://files.test.evil.test/', 'https://evil.test/files.test', 'https://files.test@evil.test/'],
    ...[
      'https://user:word@files.test/',
      'https://sub.files.test/',
      'https://files.test./',
      'https://rebind.test:8080/',
    ],
  ])('%s is not allowed, nor as a redirect, and nothing is connected', async (address) => {
    const never: FindAddresses = () => expect.unreachable();
    asked.length = 0;
    await expect(get(address, { find: never })).rejects.toMatchObject(forbidden);
    expect(asked).toEqual([]);
    const redirect = `https://files.test/to?at=${encodeURIComponent(address)}`;
    await expect(get(redirect, { find: never })).rejects.toMatchObject(forbidden);
    expect(asked).toHaveLength(1);
  });

  test.each(['127.0.0.1', '169.254.169.254', '10.0.0.1', '::1', '::ffff:127.0.0.1', 'fd00::1'])(
    'a name of the list that leads to %s is not followed, nor when other addresses are public',
    async (address) => {
      const family = address.includes(':') ? 6 : 4;
      const find: FindAddresses = (_name, done) =>
        done(null, [
          { address: '1.1.1.1', family: 4 },
          { address, family },
        ]);
      await expect(get('https://rebind.test/', { find })).rejects.toMatchObject(forbidden);
    },
  );

  test('a name is looked up once: what it leads to afterwards changes nothing', async () => {
    let lookups = 0;
    // Public when it is looked at; whoever looked again to connect would reach this machine.
    const find: FindAddresses = (_name, done) =>
      done(null, [
        lookups++ === 0 ? { address: '192.0.0.8', family: 4 } : { address: '127.0.0.1', family: 4 },
      ]);
    await expect(get('https://rebind.test/', { find })).rejects.toMatchObject(forbidden);
    lookups = 0;
    const signal = AbortSignal.timeout(300);
    asked.length = 0;
    const rebound: FindAddresses = (_name, done) =>
      done(null, [lookups++ === 0 ? { address: '1.1.1.1', family: 4 } : { address: '127.0.0.1', family: 4 }]);
    await expect(get('https://rebind.test/', { find: rebound, signal })).rejects.toThrow();
    expect([lookups, asked]).toEqual([1, []]);
  });

  test.each(['/loop', '/gzip', '/missing', '/cut', '/to?at='])('%s gives no recording', async (path) => {
    await expect(get(`https://files.test${path}`)).rejects.toMatchObject(failed);
  });

  test.each(['', 'no address', 'https://', '//files.test/', `https://files.test/${'a'.repeat(3000)}`])(
    '"%.30s" is no address',
    async (address) => {
      await expect(get(address)).rejects.toMatchObject(failed);
    },
  );

  test('stops when there are too many bytes, and when nobody waits any more', async () => {
    await expect(get('https://files.test/endless', { most: 1_000_000 })).rejects.toThrow('too much');
    await expect(get('https://files.test/endless', { signal: AbortSignal.timeout(100) })).rejects.toThrow(
      /timeout/,
    );
  });

  test('a certificate of another name is none', async () => {
    await expect(get('https://unnamed.test/')).rejects.toMatchObject(failed);
  });
});
