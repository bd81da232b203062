/**
 * What the browser holds the app to: every file is the one of the published list, and a script that is not the one whose hash the page
 * says does not run, also where it is loaded late.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Sealscribe } from '@sealscribe/sdk-node';
import type { Browser } from 'playwright';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from './server-process.js';
import { canRun, dist, launch, newContext, unlock } from './web-app-browser.js';

const credentials = { email: 'ada@example.org', password: 'correct horse battery staple' };
const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
const hashOf = (bytes: Buffer | string, algorithm: string) => createHash(algorithm).update(bytes);
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  if (!canRun) return;
  server = await startServer({ args: ['--web', dist, '--workers', '1'] });
  await new Sealscribe({ server: server.url, fingerprint: server.fingerprint }).signUp(credentials);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await dispatcher.close();
});

test.skipIf(!canRun)(
  'the published list names every file, and the server gives out nothing else',
  async () => {
    const get = (path: string) => fetch(`${server.url}/${path}`, { dispatcher });
    const list = await (await get('SHA256SUMS')).text();
    const files = list
      .trimEnd()
      .split('\n')
      .map((line) => line.split('  ') as [string, string]);
    for (const [sum, path] of files) {
      const answer = await get(path);
      expect(answer.status, path).toBe(200);
      expect(hashOf(Buffer.from(await answer.arrayBuffer()), 'sha256').digest('hex'), path).toBe(sum);
    }
    const built = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    // The list cannot name itself.
    expect(files).toHaveLength(built.length - 1);
  },
);

describe.skipIf(!canRun)('a script that is loaded late and was changed on its way', () => {
  const late = canRun ? readdirSync(join(dist, 'assets')).find((name) => name.startsWith('workspaces-')) : '';
  const path = `/assets/${late}`;
  const changed = canRun ? `${readFileSync(join(dist, path), 'utf8')};globalThis.ran=1;` : '';

  /** Opens the screen that loads it, in a page whose import map says what `change` makes of it. */
  async function open(change: (map: string) => string) {
    const context = await newContext(browser, { problems: [], sent: [] });
    await context.route(`**${path}`, async (route) =>
      route.fulfill({ response: await route.fetch(), body: changed }),
    );
    await context.route('**/app/workspaces', async (route) => {
      const response = await route.fetch();
      const page = await response.text();
      const [, map = ''] = /<script type="importmap">([^<]*)</.exec(page) ?? [];
      expect(map).toContain(path);
      const said = hashOf(map, 'sha256').digest('base64');
      const policy = response.headers()['content-security-policy'] ?? '';
      expect(policy).toContain(`'sha256-${said}'`);
      const next = change(map);
      const headers = {
        ...response.headers(),
        'content-security-policy': policy.replace(said, hashOf(next, 'sha256').digest('base64')),
      };
      await route.fulfill({ response, headers, body: page.replace(map, next) });
    });
    const page = await context.newPage();
    await page.goto(`${server.url}/app/workspaces`);
    await unlock(page, credentials.email, credentials.password);
    await page.getByRole('alert').or(page.getByText('You are in no workspace yet')).first().waitFor();
    const ran = await page.evaluate(() => (globalThis as unknown as { ran?: number }).ran ?? 0);
    const isAlert = (await page.getByRole('alert').count()) > 0;
    await context.close();
    return { ran, isAlert };
  }

  test('does not run', async () => {
    expect(await open((map) => map)).toEqual({ ran: 0, isAlert: true });
  });

  test('does not run either where the page has no hash for it', async () => {
    expect(await open((map) => map.replace(path, '/assets/other.js'))).toEqual({ ran: 0, isAlert: true });
  });

  test('runs where the page says its hash: whoever makes the page is trusted', async () => {
    const sum = hashOf(changed, 'sha384').digest('base64');
    const entry = new RegExp(`("${path}":")sha384-[^"]+`);
    expect(await open((map) => map.replace(entry, `$1sha384-${sum}`))).toEqual({ ran: 1, isAlert: false });
  });
});
