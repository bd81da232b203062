// Taking everything away at the command line, against a real server: saved, opened with no server at all, brought elsewhere.
import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe, setText } from '@sealscribe/sdk-node';
import { python, pythonExample } from '../fixtures/python-peer.js';
import { hasBoth, prepareCommand } from './cli-command.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

describe.skipIf(!hasBoth)('sealscribe archive', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-archive-'));
  const file = join(folder, 'backup.tar');
  const owner = { email: 'archive@example.com', password: 'a password for the archive' };
  const secrets = { SEALSCRIBE_EMAIL: owner.email, SEALSCRIBE_PASSWORD: owner.password };
  let server: RunningServer;
  let online: ReturnType<typeof prepareCommand>;
  let recoveryWords: string;
  let id: string;
  let blob: string;
  /** Knows no server. */
  const offline = prepareCommand();

  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1'] });
    online = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      ...secrets,
    });
    recoveryWords = JSON.parse((await online.command(['signup', '--json'])).stdout).recoveryWords;
    const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    const vault = await client.unlock(owner);
    const first = transcriptOf('ask knot what');
    ({ id } = await vault.save(first, { title: 'Speech: ../../draft\u202e', tags: ['a'] }));
    await vault.update(id, { transcript: setText(first, 0, 'ask not what') });
    ({ id: blob } = await (await client.privateMode(owner)).save(first, { title: 'Private one' }));
    await client.close();
  });
  afterAll(() => server?.stop());

  const run = async (of: typeof offline, args: string[], env: Record<string, string> = secrets) => {
    const { code, stdout, stderr } = await of.command(['archive', ...args], { env });
    return { code, stdout, stderr, json: /^[[{]/.test(stdout) ? JSON.parse(stdout) : undefined };
  };

  test('save writes a file for its owner alone, whole or not at all, and opens it again', async () => {
    const { code, json } = await run(online, ['save', file, '--json']);
    expect([code, json]).toEqual([
      0,
      { bytes: statSync(file).size, transcripts: 1, privateMode: 1, unopened: 0 },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await run(online, ['save', file])).code).toBe(6);
    expect((await run(online, ['save', join(folder, 'x.tar')], { SEALSCRIBE_PASSWORD: 'wrong' })).code).toBe(
      3,
    );
    expect((await run(online, ['save', file, '--force'])).code).toBe(0);
    expect(readdirSync(folder)).toEqual(['backup.tar']);
  });

  test('a script saves with an API key and no password', async () => {
    const { key } = JSON.parse((await online.command(['api-key', 'create', '--json'])).stdout);
    const target = join(folder, 'by-key.tar');
    const env = { SEALSCRIBE_API_KEY: key, SEALSCRIBE_PASSWORD: '' };
    expect((await run(online, ['save', target, '--no-check', '--json'], env)).json).toEqual({
      bytes: statSync(file).size,
    });
    expect((await run(offline, ['open', target, '--json'])).json.transcripts).toHaveLength(1);
  });

  test('open lists and opens with no server, with the password or the recovery words', async () => {
    const { code, json, stderr } = await run(offline, ['open', file, '--json']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(json.transcripts).toMatchObject([{ id, revision: 2, title: 'Speech: ../../draft\u202e' }]);
    expect(json.privateMode).toMatchObject([{ id: blob }]);
    expect((await run(offline, ['open', file])).stdout).toContain(id);
    const srt = await run(offline, ['open', file, '--id', id, '--format', 'srt']);
    expect(srt.stdout).toMatch(/^1\n00:00:00,250 --> .*\n.*ask not what/);
    expect((await run(offline, ['open', file, '--id', id, '--json'])).json.text).toBe('ask not what');
    const words = { SEALSCRIBE_RECOVERY_WORDS: recoveryWords };
    expect((await run(offline, ['open', file, '--recovery', '--json'], words)).json).toMatchObject({
      fingerprint: json.fingerprint,
    });
    expect((await run(offline, ['open', file], { ...secrets, SEALSCRIBE_PASSWORD: 'wrong' })).code).toBe(3);
    expect((await run(offline, ['open', join(folder, 'none.tar')])).code).toBe(5);
    expect((await run(offline, ['open', file, '--id', blob])).stdout).toContain('ask knot what');
    expect((await run(offline, ['open', file, '--id', 'AAAAAAAAAAAAAAAAAAAAAA'])).code).toBe(5);
  });

  test('open --out writes every transcript, under names that stay in the folder', async () => {
    const out = join(folder, 'out');
    const { json } = await run(offline, ['open', file, '--out', out, '--format', 'md', '--json']);
    const names = [`Speech-draft-${id}.md`, `Private-one-${blob}.md`];
    expect(json).toEqual([
      { id, file: join(out, names[0]) },
      { id: blob, file: join(out, names[1]) },
    ]);
    expect(readdirSync(out).sort()).toEqual([...names].sort());
    expect(readFileSync(join(out, names[0]), 'utf8')).toContain('ask not what');
  });

  test('an archive that was cut does not open; of one that was changed the rest does, with exit code 8', async () => {
    const bytes = readFileSync(file);
    const broken = join(folder, 'broken.tar');
    writeFileSync(broken, bytes.subarray(0, bytes.length - 512));
    expect((await run(offline, ['open', broken])).code).toBe(8);
    const at = bytes.indexOf('/card.2');
    bytes[at + 700] ^= 1;
    writeFileSync(broken, bytes);
    const out = join(folder, 'rest');
    const rest = await run(offline, ['open', broken, '--out', out, '--json']);
    expect([rest.code, rest.json]).toEqual([8, [{ id: blob, file: join(out, `Private-one-${blob}.txt`) }]]);
    expect(rest.stderr).toContain(id);
    expect((await run(offline, ['open', broken, '--id', id])).code).toBe(8);
  });

  test('import brings it into another account; again, nothing happens', async () => {
    const there = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: 'moved@example.com',
      SEALSCRIBE_PASSWORD: 'another password',
    });
    await there.command(['signup', '--no-recovery']);
    const from = { SEALSCRIBE_FROM_PASSWORD: owner.password };
    const bring = (env: Record<string, string> = from) =>
      run(there, ['import', file, '--from-email', owner.email, '--json'], env);
    expect((await bring({})).code).toBe(2);
    expect((await bring({ SEALSCRIBE_FROM_PASSWORD: 'wrong' })).code).toBe(3);
    expect((await bring()).json).toEqual({
      transcripts: [{ id, from: id, outcome: 'imported' }],
      privateMode: [{ id: blob, from: blob, outcome: 'imported' }],
      problems: [],
    });
    const again = await bring();
    expect(again.json.transcripts[0].outcome).toBe('unchanged');
    expect(again.stderr).toContain('0 imported, 2 there already');
    const show = await there.command(['show', id, '--revision', '1', '--json']);
    expect(JSON.parse(show.stdout)).toMatchObject({ text: 'ask knot what', tags: ['a'] });
  });

  test.skipIf(python === undefined)('Python opens it with none of our code, or refuses', async () => {
    const script = pythonExample('open_archive.py');
    const open = (args: string[], env: Record<string, string> = { SEALSCRIBE_PASSWORD: owner.password }) =>
      spawnSync(python!, [script, ...args], {
        env: { ...env, PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' },
        encoding: 'utf8',
      });
    const list = open([file, owner.email]);
    expect([list.status, list.stderr]).toEqual([0, '']);
    expect(list.stdout).toContain(`${id}  `);
    expect(list.stdout).toContain(`${blob}  `);
    expect(JSON.parse(open([file, owner.email, id]).stdout)).toMatchObject({
      card: { title: 'Speech: ../../draft\u202e', tags: ['a'] },
      transcript: { segments: [{ text: 'ask not what', start: 250 }] },
      words: { segments: [{ words: ['ask', 'not', 'what'] }] },
    });
    expect(JSON.parse(open([file, owner.email, blob]).stdout).title).toBe('Private one');
    expect(open([file, owner.email], { SEALSCRIBE_PASSWORD: 'wrong' }).status).toBe(1);
    expect(open([join(folder, 'broken.tar'), owner.email]).status).toBe(1);
  });

  test('nothing that was said holds a secret', () => {
    for (const secret of [owner.password, recoveryWords.slice(0, 20), 'draft'])
      for (const said of [online.said(), offline.said()]) expect(said).not.toContain(secret);
  });
});
