/** Both doors through the SDK against a real server: what was put in comes out, on every device, and nothing is overwritten unseen. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ConflictError,
  FileFreshness,
  Sealscribe,
  WrongPasswordError,
  type Vault,
} from '@sealscribe/sdk-node';
import { startServer, type RunningServer } from './server-process.js';
import { transcriptOf } from './sdk-transcript.js';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const device = (options = {}) =>
  new Sealscribe({ server: server.url, fingerprint: server.fingerprint, ...options });
let people = 0;
const someone = () => ({ email: `person${people++}@example.com`, password: 'correct horse battery staple' });

describe('accounts', () => {
  test('another device signs in with the email in another spelling; a wrong password is one opaque error', async () => {
    const { email, password } = someone();
    await device().signUp({ email, password });
    const vault = await device().unlock({ email: `  ${email.toUpperCase()} `, password });
    expect(await vault.list()).toEqual([]);
    for (const wrong of [
      { email, password: `${password} ` },
      { email: 'nobody@example.com', password },
    ])
      for (const door of ['signIn', 'unlock', 'privateMode'] as const) {
        const client = device();
        const failure = (await client[door](wrong).catch((error: unknown) => error)) as Error;
        expect(failure).toBeInstanceOf(WrongPasswordError);
        expect(JSON.stringify([failure.message, failure.stack])).not.toMatch(/horse|nobody|person\d/);
      }
  });

  test('a kept session is used again: only the password is needed, and a wrong one still opens nothing', async () => {
    const credentials = someone();
    const first = device();
    await first.signUp(credentials);
    const later = device({ session: first.session });
    await later.unlock(credentials);
    expect(later.session).toEqual(first.session);
    await expect(later.unlock({ ...credentials, password: 'x' })).rejects.toBeInstanceOf(WrongPasswordError);
  });

  test('a session that has ended is replaced by unlocking again', async () => {
    const credentials = someone();
    const first = device();
    await first.signUp(credentials);
    const { session } = first;
    await first.signOut();
    expect(first.session).toBeUndefined();
    const later = device({ session });
    await later.unlock(credentials);
    expect(later.session?.token).not.toBe(session?.token);
  });

  test('a new sign-in ends the session that the client had', async () => {
    const credentials = someone();
    const client = device();
    await client.signUp(credentials);
    const before = device({ session: client.session });
    await before.models();
    await client.signIn(credentials);
    expect(client.session?.token).not.toBe(before.session?.token);
    await client.models();
    await expect(before.models()).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('an email that has an account is refused', async () => {
    const credentials = someone();
    await device().signUp(credentials);
    await expect(device().signUp(credentials)).rejects.toMatchObject({ code: 'email_taken', status: 409 });
  });
});

describe('the vault', () => {
  const ours = someone();
  let vault: Vault;
  beforeAll(async () => {
    vault = await device().signUp(ours);
  });

  test('what was saved is listed and opened by another device, to the letter', async () => {
    const transcript = transcriptOf('Ask what you can do 走吧 \u202e " \\ \u0000');
    const labels = { title: 'Inaugural', fileName: 'jfk.wav', tags: ['speech', '1961'] };
    const { id, revision } = await vault.save(transcript, labels);
    expect(revision).toBe(1);
    const other = await device().unlock(ours);
    const [entry] = await other.list();
    expect(entry).toMatchObject({
      id,
      revision,
      ...labels,
      language: 'en',
      duration: 2.5,
      speakers: ['SPEAKER_00'],
    });
    expect(await other.open(id)).toEqual({ ...entry, transcript });
    const withoutWords = await other.open(id, { words: false });
    expect(withoutWords.transcript.segments[0].words).toEqual([]);
    expect(withoutWords.transcript.text).toBe(transcript.text);
    expect(await other.fingerprint()).toBe(await vault.fingerprint());
    expect(await vault.fingerprint()).toMatch(/^1-[0-9a-f]{8}$/);
  });

  test('labels and text are changed apart from each other', async () => {
    const { id } = await vault.save(transcriptOf('first words'), { title: 'Old', tags: ['a'] });
    expect(await vault.update(id, { title: 'New' })).toEqual({ id, revision: 2 });
    expect(await vault.update(id, { transcript: transcriptOf('second words') })).toEqual({ id, revision: 3 });
    expect(await vault.update(id, { title: null, tags: [] })).toEqual({ id, revision: 4 });
    const opened = await (await device().unlock(ours)).open(id);
    expect(opened).toMatchObject({
      revision: 4,
      title: null,
      tags: [],
      transcript: { text: 'second words' },
    });
  });

  test('a change made from an old revision is a conflict that carries the present state', async () => {
    const other = await device().unlock(ours);
    const { id } = await vault.save(transcriptOf('base'));
    await other.update(id, { transcript: transcriptOf('theirs') }, { revision: 1 });
    const failure = (await vault
      .update(id, { transcript: transcriptOf('mine') }, { revision: 1 })
      .catch((error: unknown) => error)) as ConflictError;
    expect(failure).toBeInstanceOf(ConflictError);
    expect(failure).toMatchObject({
      id,
      baseRevision: 1,
      current: { revision: 2, transcript: { text: 'theirs' } },
    });
    const merged = transcriptOf('theirs and mine');
    await vault.update(id, { transcript: merged }, { revision: failure.current!.revision });
    expect((await other.open(id)).transcript.text).toBe('theirs and mine');
    await other.delete(id);
    await expect(vault.update(id, { title: 'x' }, { revision: 3 })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('three devices that write at once lose nothing', async () => {
    const credentials = someone();
    const devices = [await device().signUp(credentials)];
    for (let i = 0; i < 2; i++) devices.push(await device().unlock(credentials));
    const saved = await Promise.all(
      devices.flatMap((vault, i) => [1, 2, 3].map((n) => vault.save(transcriptOf(`text ${i} ${n}`)))),
    );
    const expected = saved.map(({ id }) => id).sort();
    for (const vault of devices) expect((await vault.list()).map(({ id }) => id).sort()).toEqual(expected);
    await Promise.all(devices.map((vault, i) => vault.update(expected[0], { tags: [`${i}`] })));
    expect((await devices[0].open(expected[0])).revision).toBe(4);
  });

  test('what was deleted is gone everywhere, and its id stays unknown', async () => {
    const { id } = await vault.save(transcriptOf('to be forgotten'));
    const other = await device().unlock(ours);
    await other.open(id);
    await vault.delete(id);
    expect((await other.list()).map((entry) => entry.id)).not.toContain(id);
    for (const again of [
      () => other.open(id),
      () => other.delete(id),
      () => vault.update(id, { title: 'x' }),
    ])
      await expect(again()).rejects.toMatchObject({ code: 'not_found' });
  });

  test('lists longer than a page are complete, newest first', async () => {
    const credentials = someone();
    const writer = await device().signUp(credentials);
    const ids = [];
    for (let i = 0; i < 103; i++) ids.push((await writer.save(transcriptOf(`number ${i}`))).id);
    const entries = await (await device().unlock(credentials)).list();
    expect(entries.map(({ id }) => id).sort()).toEqual(ids.sort());
    const times = entries.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  test('labels that could not be opened again are refused before they are sealed', async () => {
    const before = await vault.fingerprint();
    const { id } = await vault.save(transcriptOf('x'));
    for (const labels of [{ title: 5 }, { fileName: {} }, { tags: 'one' }, { tags: [1] }])
      for (const use of [
        () => vault.save(transcriptOf('y'), labels as never),
        () => vault.update(id, labels as never),
      ])
        await expect(use()).rejects.toBeInstanceOf(TypeError);
    await vault.delete(id);
    expect(Number.parseInt(await vault.fingerprint())).toBe(Number.parseInt(before) + 2);
  });

  test('a locked vault does nothing any more', async () => {
    const locked = await device().unlock(ours);
    const { id } = await locked.save(transcriptOf('x'));
    locked.lock();
    for (const use of [
      () => locked.list(),
      () => locked.open(id),
      () => locked.save(transcriptOf('y')),
      () => locked.update(id, {}),
      () => locked.delete(id),
      () => locked.fingerprint(),
    ])
      await expect(use()).rejects.toMatchObject({ code: 'locked' });
  });

  test('a device remembers across restarts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sealscribe-marks-'));
    const freshness = () => new FileFreshness(join(folder, 'marks.json'));
    try {
      const vault = await device({ freshness: freshness() }).unlock(ours);
      await vault.save(transcriptOf('remember me'));
      const again = await device({ freshness: freshness() }).unlock(ours);
      expect(await again.list()).toEqual(await vault.list());
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test('private mode: the blob on the server is the published contract, opened here by its text alone', async () => {
  const credentials = someone();
  const client = device();
  await client.signUp(credentials);
  const door = await client.privateMode(credentials);
  const transcript = transcriptOf('ask what you can do');
  const { id, revision } = await door.save(transcript, { title: 'Talk' });
  expect(revision).toBe(1);
  expect(await door.list()).toMatchObject([{ id, revision: 1 }]);
  expect(await (await device().privateMode(credentials)).open(id)).toEqual({ transcript, title: 'Talk' });
  await door.delete(id);
  expect(await door.list()).toEqual([]);
  await expect(door.open(id)).rejects.toMatchObject({ code: 'not_found' });
});

test('changes of three processes to one file of marks are all kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sealscribe-marks-'));
  try {
    const path = join(folder, 'marks.json');
    const script = join(folder, 'count.mjs');
    const module = new URL('../../packages/sdk-node/dist/index.js', import.meta.url).href;
    await writeFile(
      script,
      `import { FileFreshness } from ${JSON.stringify(module)};
       const store = new FileFreshness(${JSON.stringify(path)});
       for (let i = 0; i < 40; i++) await store.update('count', (stored) => String(Number(stored ?? 0) + 1));`,
    );
    const ends = [1, 2, 3].map(async () => {
      const [code] = (await once(spawn(process.execPath, [script], { stdio: 'inherit' }), 'exit')) as [
        number,
      ];
      return code;
    });
    expect(await Promise.all(ends)).toEqual([0, 0, 0]);
    let count: string | undefined;
    await new FileFreshness(path).update('count', (stored) => (count = stored ?? ''));
    expect(count).toBe('120');
  } finally {
    await rm(folder, { recursive: true });
  }
});
