/** Search through the SDK against a real server: what is found, what the cache holds, and what the server gets to hear of it. */
import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileCache, Sealscribe, setText, type Vault } from '@sealscribe/sdk-node';
import { startLyingServer, type LyingServer } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

let real: RunningServer;
let server: LyingServer;
let vault: Vault;
const owner = { email: 'searcher@example.com', password: 'correct horse battery staple' };
const folder = join(mkdtempSync(join(tmpdir(), 'sealscribe-cache-')), 'cache');
const device = () => new Sealscribe({ server: server.url, retries: 0, cache: new FileCache(folder) });
const ids: string[] = [];
beforeAll(async () => {
  real = await startServer();
  server = await startLyingServer(real.url);
  vault = await device().signUp(owner);
  for (const [title, text] of [
    ['Inaugural', 'Ask not what your country can do'],
    ['München', 'Die Straße nach Köln ist gesperrt'],
    ['ભાષા', 'ગુજરાતી ભાષા અને 天気 السَّلَامُ'],
  ] as const)
    ids.push((await vault.save(transcriptOf(text), { title })).id);
});
afterAll(async () => {
  await server.stop();
  await real.stop();
});

const bodies = () =>
  server.asked.filter(({ method, path }) => method === 'GET' && /transcripts\//.test(path));
const texts = async (of: Vault, query: string) => (await of.search(query)).map(({ text }) => text);

test('finds text and titles whatever their case, marks and script, with the place', async () => {
  expect(await vault.search('STRASSE koln')).toEqual([
    {
      id: ids[1],
      title: 'München',
      segment: 0,
      time: 0.25,
      speaker: 'SPEAKER_00',
      text: 'Die Straße nach Köln ist gesperrt',
      highlights: [
        [4, 10],
        [16, 20],
      ],
    },
  ]);
  expect(await vault.search('munchen')).toMatchObject([{ id: ids[1], segment: null, highlights: [[0, 7]] }]);
  expect(await vault.search('السلام')).toMatchObject([{ id: ids[2], segment: 0 }]);
  expect(await texts(vault, 'ભાષા')).toEqual(['ભાષા', 'ગુજરાતી ભાષા અને 天気 السَّلَامُ']);
  expect(await vault.search('absent')).toEqual([]);
  expect(await vault.search('a', { limit: 1 })).toHaveLength(1);
  await expect(vault.search('  ')).rejects.toBeInstanceOf(TypeError);
});

test('the server hears nothing of it, and is asked for each transcript once in all', async () => {
  server.asked = [];
  const fresh = await device().unlock(owner);
  server.asked = [];
  expect(await texts(fresh, 'country')).toHaveLength(1);
  expect(server.asked.map(({ path }) => path)).toEqual(['/v1/vault/index']);
  for (const { path, body, headers } of server.asked)
    expect(`${path}${body.toString()}${JSON.stringify(headers)}`).not.toContain('country');
});

test('the cache holds sealed bytes for their owner alone', () => {
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const names = readdirSync(folder);
  expect(names).toHaveLength(3);
  for (const name of names) {
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, name)).toString('latin1')).not.toMatch(
      /country|Inaugural|title|segments/,
    );
  }
});

test('changed, exchanged or missing entries are fetched again', async () => {
  const names = readdirSync(folder);
  for (const [at, name] of names.entries()) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    if (at % 3 === 0) bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, at % 3 === 1 ? bytes.subarray(1) : at % 3 === 2 ? Buffer.alloc(0) : bytes);
  }
  const fresh = await device().unlock(owner);
  server.asked = [];
  expect(await texts(fresh, 'country')).toHaveLength(1);
  // Cards and bodies: nothing of the three was believed.
  expect(bodies()).toHaveLength(6);
  const after = await device().unlock(owner);
  server.asked = [];
  expect(await texts(after, 'country')).toHaveLength(1);
  expect(bodies()).toEqual([]);
});

test('an entry of another transcript under the name of this one is not believed', async () => {
  const [one = '', other = ''] = readdirSync(folder);
  const bytes = readFileSync(join(folder, one));
  writeFileSync(join(folder, one), readFileSync(join(folder, other)));
  const fresh = await device().unlock(owner);
  expect(await texts(fresh, 'country')).toHaveLength(1);
  expect(await texts(fresh, 'gesperrt')).toHaveLength(1);
  expect(readFileSync(join(folder, one))).not.toEqual(readFileSync(join(folder, other)));
  expect(readFileSync(join(folder, one))).not.toEqual(bytes);
});

test('what another device changed, saved or deleted is seen by the next search, and leaves the cache', async () => {
  const other = await new Sealscribe({ server: server.url }).unlock(owner);
  const { transcript, revision } = await other.open(ids[0] ?? '');
  await other.update(
    ids[0] ?? '',
    { transcript: setText(transcript, 0, 'Ask what you can do') },
    { revision },
  );
  expect(await texts(vault, 'country')).toEqual([]);
  expect(await texts(vault, 'ask what')).toEqual(['Ask what you can do']);
  await other.delete(ids[1] ?? '');
  expect(await vault.search('strasse')).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.includes(ids[1] ?? ''))).toEqual([]);
  expect(readdirSync(folder)).toHaveLength(2);
  const { id } = await other.save(transcriptOf('brand new'), {});
  expect(await vault.search('brand new')).toMatchObject([{ id, title: null }]);
  await vault.delete(id);
  expect(readdirSync(folder)).toHaveLength(2);
  expect(await vault.search('brand new')).toEqual([]);
});

test('a part that is not what the card says is no result but a problem with its id', async () => {
  const { id } = await vault.save(transcriptOf('to be spoilt'), {});
  server.lie = async (asked, ask) => {
    if (!asked.path.endsWith(`${id}/transcript`)) return undefined;
    const answer = await ask(asked);
    answer.body[100] ^= 1;
    return answer;
  };
  await expect(vault.search('spoilt')).rejects.toMatchObject({ code: 'damaged', problems: [{ id }] });
  const problems: unknown[] = [];
  expect(await vault.search('ask', { onProblem: (problem) => problems.push(problem) })).toHaveLength(1);
  expect(problems).toMatchObject([{ code: 'authentication_failed', id }]);
  server.lie = undefined;
  expect(await vault.search('spoilt')).toHaveLength(1);
});

test('a locked vault finds nothing', async () => {
  const locked = await device().unlock(owner);
  await locked.search('ask');
  locked.lock();
  await expect(locked.search('ask')).rejects.toMatchObject({ code: 'locked' });
});
