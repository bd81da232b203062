/**
 * The archive of an account, made by a real server and opened without one: everything comes back as it was, nothing opens
 * without the secret, and whatever is changed in the file is found out as it is with a server.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe, newRecoveryWords, openArchive, setText, type Vault } from '@sealscribe/sdk-node';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';
import { readTar, writeTar, type TarEntry } from './tar-files.js';

let server: RunningServer;
let client: Sealscribe;
let vault: Vault;
const owner = { email: 'Traveller@example.com', password: 'correct horse battery staple' };
const recoveryWords = await newRecoveryWords();
const device = () => new Sealscribe({ server: server.url, fingerprint: server.fingerprint, retries: 0 });
beforeAll(async () => {
  server = await startServer();
  client = device();
  vault = await client.signUp(owner, { recoveryWords });
});
afterAll(() => server?.stop());

const save = async (from = client) => new Uint8Array(await new Response(from.exportArchive()).arrayBuffer());
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('an account that never stored anything has an archive too', async () => {
  const archive = await openArchive(await save(), owner);
  expect(await archive.vault.list()).toEqual([]);
  expect(await archive.vault.workspaces.list()).toEqual([]);
  expect(await archive.vault.fingerprint()).toBe('0');
  expect(await (await archive.privateMode())?.list()).toEqual([]);
});

describe('with transcripts, history and blobs', () => {
  const first = transcriptOf('ask knot what');
  const second = setText(first, 0, 'ask not what');
  let id: string;
  let other: string;
  let blob: string;
  let bytes: Uint8Array;
  beforeAll(async () => {
    ({ id } = await vault.save(first, { title: 'Draft', tags: ['speech'], fileName: 'jfk.wav' }));
    await vault.update(id, { transcript: second }, { revision: 1 });
    await vault.update(id, { title: 'Inaugural' }, { revision: 2 });
    ({ id: other } = await vault.save(transcriptOf('ich bin ein Berliner')));
    const { id: deleted } = await vault.save(transcriptOf('gone'));
    await vault.delete(deleted);
    ({ id: blob } = await (await client.privateMode(owner)).save(first, { title: 'private' }));
    bytes = await save();
  });

  test('the vault in the archive is the vault, history and search included', async () => {
    const archive = await openArchive(bytes, owner);
    expect(archive.vault.accountId).toBe(vault.accountId);
    expect(await archive.vault.list()).toEqual(await vault.list());
    expect(await archive.vault.fingerprint()).toBe(await vault.fingerprint());
    for (const one of [id, other]) expect(await archive.vault.open(one)).toEqual(await vault.open(one));
    expect(await archive.vault.history(id)).toEqual(await vault.history(id));
    for (const revision of [1, 2, 3])
      expect(await archive.vault.openRevision(id, revision)).toEqual(await vault.openRevision(id, revision));
    expect((await archive.vault.search('not what')).map((hit) => hit.id)).toEqual([id]);
    const privateMode = (await archive.privateMode())!;
    expect((await privateMode.list()).map((one) => one.id)).toEqual([blob]);
    expect(await privateMode.open(blob)).toEqual({ transcript: first, title: 'private' });
  });

  test('a file on the disk opens as bytes in memory do', async () => {
    const archive = await openArchive(new Blob([bytes.slice()]), owner);
    expect((await archive.vault.open(id)).transcript).toEqual(second);
  });

  test('the recovery words open the vault in it, but private mode knows the password alone', async () => {
    const archive = await openArchive(bytes, { recoveryWords });
    expect((await archive.vault.open(id)).transcript).toEqual(second);
    expect(await archive.privateMode()).toBe(undefined);
  });

  test('nothing else opens it', async () => {
    for (const [key, code] of [
      [{ ...owner, password: 'wrong' }, 'wrong_password'],
      [{ ...owner, email: 'other@example.com' }, 'wrong_password'],
      [{ recoveryWords: await newRecoveryWords() }, 'wrong_recovery_words'],
      [{ recoveryWords: 'abandon' }, 'bad_recovery_words'],
    ] as const)
      expect(await failure(openArchive(bytes, key)), code).toMatchObject({ code });
  });

  test('it holds neither email nor anything that can be read', () => {
    const text = Buffer.from(bytes).toString('latin1').toLowerCase();
    for (const secret of ['traveller', 'inaugural', 'berliner', 'jfk.wav', 'moonshine', 'speaker'])
      expect(text.includes(secret), secret).toBe(false);
  });

  test('an API key is enough to fetch it, no session is not', async () => {
    const { key } = await client.access.createApiKey();
    const { url, fingerprint } = server;
    const script = new Sealscribe({ server: url, fingerprint, apiKey: key, retries: 0 });
    const archive = await openArchive(await save(script), owner);
    expect(await archive.vault.list()).toHaveLength(2);
    expect(await failure(save(device()))).toMatchObject({ code: 'signed_out' });
    expect(
      await failure(save(new Sealscribe({ server: url, fingerprint, apiKey: `${key.slice(0, -4)}AAAA` }))),
    ).toMatchObject({ code: 'unauthorized' });
  });

  test('an archive writes nothing', async () => {
    const archive = await openArchive(bytes, owner);
    const writable = archive.vault as Vault;
    for (const work of [
      () => writable.save(first),
      () => writable.update(id, { title: 'x' }),
      () => writable.delete(id),
    ])
      expect(await failure(work())).toMatchObject({ code: 'method_not_allowed' });
  });

  describe('tampered with', () => {
    const changed = (change: (entries: TarEntry[]) => TarEntry[]) => writeTar(change(readTar(bytes)));
    const without = (pattern: RegExp) =>
      changed((entries) => entries.filter(({ name }) => !pattern.test(name)));
    const flipped = (pattern: RegExp) =>
      changed((entries) =>
        entries.map(({ name, data }) => {
          const copy = Buffer.from(data);
          if (pattern.test(name)) copy[copy.length >> 1] ^= 1;
          return { name, data: copy };
        }),
      );
    const manifest = (change: (value: Manifest) => unknown) =>
      changed((entries) =>
        entries.map(({ name, data }) => {
          if (name !== 'manifest.json') return { name, data };
          const value = JSON.parse(data.toString()) as Manifest;
          change(value);
          return { name, data: Buffer.from(JSON.stringify(value)) };
        }),
      );
    const problemsOf = async (archive: Uint8Array) => {
      const found: [string | undefined, string][] = [];
      const { vault } = await openArchive(archive, owner);
      const failed = await failure(vault.list({ onProblem: (one) => found.push([one.id, one.code]) }));
      return failed ? (failed as { code: string }).code : found;
    };

    test('the untouched one passes, put together again and with things of a newer server in it', async () => {
      expect(await problemsOf(changed((entries) => entries))).toEqual([]);
      const more = changed((entries) => [...entries, { name: 'shares/x', data: Buffer.from('?') }]);
      expect(await problemsOf(more)).toEqual([]);
      expect(await problemsOf(manifest((value) => (value.more = 1)))).toEqual([]);
    });

    test('cut off anywhere, or no archive at all', async () => {
      for (let end = 0; end < bytes.length; end += 512)
        expect(await failure(openArchive(bytes.subarray(0, end), owner))).toMatchObject({
          code: 'malformed',
        });
      for (const broken of [
        Buffer.alloc(0),
        Buffer.alloc(4096),
        Buffer.alloc(4096, 'x'),
        flippedAt(bytes, 3),
        changed((entries) => [...entries, ...entries]),
        without(/^manifest/),
        manifest((value) => (value.version = 2)),
        manifest((value) => (value.account.salt = '')),
      ])
        expect(await failure(openArchive(broken, owner))).toMatchObject({ code: 'malformed' });
    });

    test('the key record', async () => {
      for (const [change, code] of [
        [(account: Account) => (account.iterations = 100_000), 'weak_kdf'],
        [(account: Account) => (account.iterations = 700_000), 'wrong_password'],
        [(account: Account) => (account.keyVersion += 1), 'wrong_password'],
        [(account: Account) => (account.salt = 'AAAAAAAAAAAAAAAAAAAAAA'), 'wrong_password'],
        [(account: Account) => (account.accountId = other), 'wrong_password'],
        [(account: Account) => (account.wraps.password = account.wraps.recovery!), 'wrong_password'],
      ] as const)
        expect(
          await failure(
            openArchive(
              manifest((value) => change(value.account)),
              owner,
            ),
          ),
        ).toMatchObject({
          code,
        });
      const none = manifest((value) => delete value.account.wraps.recovery);
      expect(await failure(openArchive(none, { recoveryWords }))).toMatchObject({
        code: 'wrong_recovery_words',
      });
    });

    test('the index', async () => {
      expect(await problemsOf(flipped(/^index/))).toBe('authentication_failed');
      const renamed = changed((entries) =>
        entries.map(({ name, data }) => ({ name: name.replace(/^index\.\d+$/, 'index.2'), data })),
      );
      expect(await problemsOf(renamed)).toBe('authentication_failed');
      // Without an index nothing is listed, so nothing that is there is believed.
      const unlisted = [
        [id, 'unlisted'],
        [other, 'unlisted'],
      ];
      const found = (await problemsOf(without(/^index/))) as string[][];
      expect(found.sort()).toEqual(unlisted.sort());
    });

    test('the transcripts: dropped, rolled back, swapped, added, changed', async () => {
      expect(await problemsOf(without(new RegExp(`^transcripts/${id}/`)))).toEqual([[id, 'vanished']]);
      expect(await problemsOf(without(/card\.3$/))).toEqual([[id, 'rollback']]);
      expect(await problemsOf(flipped(new RegExp(`^transcripts/${id}/key`)))).toEqual([
        [id, 'authentication_failed'],
      ]);
      expect(await problemsOf(flipped(/card\.3$/))).toEqual([[id, 'authentication_failed']]);
      const copied = changed((entries) => [
        ...entries,
        ...entries
          .filter(({ name }) => name.includes(other))
          .map(({ name, data }) => ({ name: name.replace(other, 'AAAAAAAAAAAAAAAAAAAAAA'), data })),
      ]);
      expect(await problemsOf(copied)).toEqual([['AAAAAAAAAAAAAAAAAAAAAA', 'authentication_failed']]);
      for (const pattern of [/transcript\.2$/, /words\.2$/]) {
        const { vault } = await openArchive(flipped(pattern), owner);
        expect(await failure(vault.open(id))).toMatchObject({ code: 'authentication_failed', id });
      }
      const swapped = changed((entries) =>
        entries.map(({ name, data }) => ({ name: name.replace(/transcript\.2$/, 'transcript.1x'), data })),
      );
      expect(await failure((await openArchive(swapped, owner)).vault.open(id))).toMatchObject({
        code: 'authentication_failed',
      });
      const past = await openArchive(flipped(/card\.1$/), owner);
      expect(await failure(past.vault.openRevision(id, 1))).toMatchObject({ code: 'authentication_failed' });
      expect((await past.vault.open(id)).transcript).toEqual(second);
    });

    test('a blob', async () => {
      const privateMode = (await (await openArchive(flipped(/^blobs/), owner)).privateMode())!;
      expect(await failure(privateMode.open(blob))).toMatchObject({ code: 'authentication_failed' });
    });
  });

  test('an archive that cannot be finished is an error, not a shorter archive', async () => {
    // More than what lies in the buffers between server and client.
    const long = transcriptOf('word '.repeat(75_000));
    const privateMode = await client.privateMode(owner);
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.push((await privateMode.save(long)).id);
    const read = async () => {
      let size = 0;
      for await (const chunk of client.exportArchive()) {
        if (size === 0) for (const one of ids.sort().reverse()) await privateMode.delete(one);
        size += chunk.length;
      }
    };
    expect(await failure(read())).toMatchObject({ code: 'connection_failed' });
    expect(await (await openArchive(await save(), owner)).vault.list()).toHaveLength(2);
  });
});

interface Account {
  accountId: string;
  salt: string;
  iterations: number;
  keyVersion: number;
  wraps: { password: string; recovery?: string };
}
interface Manifest {
  version: number;
  account: Account;
  more?: number;
}

function flippedAt(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] ^= 1;
  return copy;
}
