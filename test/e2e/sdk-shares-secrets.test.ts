/**
 * What a server gets to see of a link: every request that owner and viewers send, its data folder, its log and the memory of its
 * process are searched for the fragment, the secrets and keys in it, the password, and what was shared.
 */
import { createHash, hkdfSync, pbkdf2Sync } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShare, Sealscribe, type Share, type Vault } from '@sealscribe/sdk-node';
import { searchFolder } from '../../scripts/demo/search.mjs';
import { transcriptOf } from './sdk-transcript.js';
import { startLyingServer, type LyingServer } from './sdk-lying-server.js';
import { writableMemory } from './process-memory.js';
import { startServer, type RunningServer } from './server-process.js';

const TEXT = 'quarterly figures collapsed unexpectedly';
const LINK_PASSWORD = 'Rhabarberbarbara';
const TITLE = 'Whistleblower interview';
let real: RunningServer;
let server: LyingServer;
let vault: Vault;
let folder: string;
let shares: Share[];
let known: ReturnType<typeof secretsOf>[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealscribe-shares-'));
  real = await startServer({ args: ['--workers', '1', '--log-level', 'trace'] });
  server = await startLyingServer(real.url);
  vault = await new Sealscribe({ server: server.url, retries: 0 }).signUp({
    email: 'canary@example.com',
    password: 'correct horse battery staple',
  });
  const { id } = await vault.save(transcriptOf(TEXT), { title: TITLE });
  shares = [await vault.share(id), await vault.share(id, { password: LINK_PASSWORD })];
  for (const { link } of shares) {
    await openShare(link, { password: LINK_PASSWORD });
    await fetch(link.replace(/#.*/, ''));
  }
  await openShare(shares[1]?.link ?? '', { password: `${LINK_PASSWORD}${LINK_PASSWORD}` }).catch(
    () => undefined,
  );
  await vault.shares();
  known = shares.map(secretsOf);
});
afterAll(async () => {
  await server?.stop();
  await real?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** All that a link holds and gives, computed here by node:crypto and not by the packages. */
function secretsOf({ id, link }: Share) {
  const fragment = link.split('#')[1] ?? '';
  const bytes = Buffer.from(fragment, 'base64url');
  const [mode, linkSecret, shareId] = [bytes.subarray(1, 2), bytes.subarray(2), Buffer.from(id, 'base64url')];
  const bind = (label: string, ...fields: Buffer[]) => {
    const parts = fields.flatMap((field) => [Buffer.of(0, 0, 0, field.length), field]);
    return Buffer.concat([Buffer.from(`${label}\0`), ...parts]);
  };
  const salt =
    mode[0] === 1
      ? pbkdf2Sync(LINK_PASSWORD, bind('sealscribe/share-password/v1', shareId), 600_000, 32, 'sha256')
      : Buffer.alloc(0);
  const derive = (label: string) =>
    Buffer.from(hkdfSync('sha256', linkSecret, salt, bind(label, shareId, mode), 32));
  return {
    ...{ fragment, linkSecret, salt, shareKey: derive('sealscribe/share/v1') },
    accessToken: derive('sealscribe/share-access/v1'),
  };
}
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

/** What nobody but the people concerned may have. */
function hidden() {
  const texts = [TEXT, 'unexpectedly', TITLE, LINK_PASSWORD].map((value, i) => ({
    what: `text ${i}`,
    value,
  }));
  const keys = shares
    .map(secretsOf)
    .flatMap(({ fragment, linkSecret, salt, shareKey }, i) => [
      { what: `fragment ${i}`, value: fragment },
      { what: `link secret ${i}`, value: linkSecret },
      { what: `share key ${i}`, value: shareKey },
      ...(salt.length > 0 ? [{ what: `salt ${i}`, value: salt }] : []),
    ]);
  return [...texts, ...keys];
}
const tokens = () => known.map(({ accessToken }, i) => ({ what: `access token ${i}`, value: accessToken }));
const hashes = () => known.map(({ accessToken }, i) => ({ what: `hash ${i}`, value: sha256(accessToken) }));
const namesOf = (hits: { what: string }[]) => [...new Set(hits.map(({ what }) => what))].sort();

test('no request of owner or viewer carries it; the token does come, as a header', () => {
  const requests = join(folder, 'requests');
  mkdirSync(requests);
  for (const [i, { method, path, headers, body }] of server.asked.entries()) {
    writeFileSync(join(requests, `${i}-head`), JSON.stringify({ method, path, headers }));
    writeFileSync(join(requests, `${i}-body`), body);
  }
  expect(searchFolder(requests, hidden())).toEqual([]);
  expect(namesOf(searchFolder(requests, [...tokens(), ...hashes()]))).toEqual(
    [...tokens(), ...hashes()].map(({ what }) => what).sort(),
  );
  for (const { path } of server.asked)
    for (const { value } of tokens()) expect(path).not.toContain(value.toString('base64url'));
});

test('data folder and log hold none of it, and of the token only its hash', () => {
  const kept = join(folder, 'kept');
  cpSync(real.dataFolder, join(kept, 'data'), { recursive: true });
  writeFileSync(join(kept, 'log'), real.stdout() + real.stderr());
  expect(searchFolder(kept, [...hidden(), ...tokens()])).toEqual([]);
  expect(namesOf(searchFolder(kept, hashes()))).toEqual(hashes().map(({ what }) => what));
  expect(real.stderr()).toContain('/v1/shared/:id');
  for (const { id } of shares) expect(real.stderr()).not.toContain(id);
});

test.skipIf(!existsSync('/proc/self/mem'))('the memory of the process holds none of it', () => {
  const found = (needles: Buffer[]) => countInMemory(real.pid, needles);
  const secrets = hidden().map(({ value }) => Buffer.from(value));
  expect(found(secrets)).toBe(0);
  // The search finds what is there: the hash, as the database has it.
  expect(found(hashes().map(({ value }) => Buffer.from(value.toString('base64url'))))).toBeGreaterThan(0);
});

/** How often one of these stands in the writable memory of a process. */
function countInMemory(pid: number, needles: Buffer[]): number {
  let found = 0;
  for (const buffer of writableMemory(pid)) {
    found += needles.filter((needle) => buffer.includes(needle)).length;
  }
  return found;
}
