// The sound kept with a transcript, through the SDK against a real server behind one that lies: sealed as it is read, whole or not at
// all, and neither swapped, cut, replayed nor lost by anybody unseen.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  IntegrityError,
  MemoryFreshness,
  Sealscribe,
  newRecoveryWords,
  openArchive,
  type KeptRecording,
  type Vault,
} from '@sealscribe/sdk-node';
import { python, pythonExample } from '../fixtures/python-peer.js';
import { startLyingServer, type Answered, type LyingServer } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';
import { readTar, writeTar } from './tar-files.js';

const PIECE = 2 ** 20;
const CANARY = 'canary of the sound';
const owner = { email: 'sound@example.com', password: 'correct horse battery staple' };
const transcript = transcriptOf('ask not what');

let real: RunningServer;
let server: LyingServer;
let folder: string;
let vault: Vault;
let archived: string;
beforeAll(async () => {
  real = await startServer({ args: ['--workers', '1'] });
  server = await startLyingServer(real.url);
  folder = await mkdtemp(join(tmpdir(), 'sealscribe-sound-'));
  vault = await new Sealscribe({ server: server.url, retries: 0 }).signUp(owner);
});
afterAll(async () => {
  await server?.stop();
  await real?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});
afterEach(() => void ((server.lie = undefined), (server.asked.length = 0)));

/** Of a little over two pieces. */
const soundOf = (length = 2 * PIECE + 50_000) =>
  Buffer.concat([Buffer.from(CANARY), randomBytes(length - 2 * CANARY.length), Buffer.from(CANARY)]);
const sound = soundOf();
const bytesOf = async (recording: KeptRecording | undefined) =>
  Buffer.from(await ((await recording?.blob())?.arrayBuffer() ?? new ArrayBuffer(0)));
const same = async (id: string, expected: Buffer, of: Pick<Vault, 'recording'> = vault) =>
  (await bytesOf(await of.recording(id))).equals(expected);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (failure: unknown) => (failure as { code?: string }).code ?? failure,
  );
const keep = async (data: Buffer | Blob = sound, of = vault) =>
  (await of.save(transcript, { title: 'Speech', recording: { data } })).id;
const isPiece = ({ path }: { path: string }) => /\/recordings\/[\w-]{22}\/\d+$/.test(path);
const sent = (method: string) => server.asked.filter((asked) => asked.method === method && isPiece(asked));

test('a file is kept with its transcript, in one write, and the server sees neither sound, name nor type', async () => {
  const path = join(folder, 'secret-meeting.MP3');
  await writeFile(path, sound);
  const progress: [number, number | undefined][] = [];
  const { id, revision } = await vault.save(transcript, {
    title: 'Speech',
    recording: { path },
    onProgress: ({ bytes, total }) => progress.push([bytes, total]),
  });
  expect(revision).toBe(1);
  expect(sent('PUT').map(({ body }) => body.length)).toEqual([PIECE, PIECE, expect.any(Number)]);
  const total = sent('PUT').reduce((sum, { body }) => sum + body.length, 0);
  expect(progress).toEqual([0, PIECE, 2 * PIECE, total].map((bytes) => [bytes, total]));
  for (const { path: asked, headers, body } of server.asked)
    for (const secret of [CANARY, 'secret-meeting', 'mpeg'])
      expect(`${asked}${JSON.stringify(headers)}`.includes(secret) || body.includes(secret)).toBe(false);

  expect((await vault.list()).find((entry) => entry.id === id)?.recording).toEqual({
    size: sound.length,
    type: 'audio/mpeg',
  });
  const kept = await vault.recording(id);
  expect(kept).toMatchObject({ size: sound.length, type: 'audio/mpeg' });
  expect(server.asked.some(isPiece) && sent('GET')).toEqual([]);
  const blob = await kept?.blob();
  expect(blob?.type).toBe('audio/mpeg');
  expect(Buffer.from(await blob!.arrayBuffer()).equals(sound)).toBe(true);
  expect(Buffer.from(await new Response(kept?.stream()).arrayBuffer()).equals(sound)).toBe(true);
});

test('recordings of nearly one length are one size to the server', async () => {
  const sizes = [];
  for (const length of [1_000_000, 1_010_000]) {
    server.asked.length = 0;
    await keep(soundOf(length));
    sizes.push(sent('PUT').reduce((sum, { body }) => sum + body.length, 0));
  }
  expect(sizes[0]).toBe(sizes[1]);
});

test('it is attached later, replaced, kept by edits and restored revisions, and detached', async () => {
  const { id } = await vault.save(transcript, { title: 'Speech' });
  expect(await vault.recording(id)).toBeUndefined();
  expect(await vault.detachRecording(id)).toEqual({ id, revision: 1 });
  expect(
    await vault.attachRecording(id, { data: new Blob([sound], { type: 'audio/ogg; codecs=opus' }) }),
  ).toEqual({ id, revision: 2 });
  await vault.update(id, { title: 'Inaugural', transcript: transcriptOf('ask not why') });
  await vault.restore(id, 1);
  expect((await vault.open(id)).recording).toEqual({ size: sound.length, type: 'audio/ogg' });
  expect(await same(id, sound)).toBe(true);

  const before = await vault.recording(id);
  const other = soundOf(300);
  const stream = async function* () {
    yield other.subarray(0, 100);
    yield other.subarray(100);
  };
  await vault.attachRecording(id, { stream: stream(), name: 'other.wav' });
  expect(await same(id, other)).toBe(true);
  expect(await codeOf(before!.blob())).toBe('not_found');
  const { revision } = await vault.detachRecording(id);
  expect(revision).toBe(6);
  expect((await vault.open(id)).recording).toBeUndefined();
  expect(await vault.recording(id)).toBeUndefined();
  expect((await vault.history(id)).map((entry) => entry.recording?.size)).toEqual([
    undefined,
    300,
    sound.length,
    sound.length,
    sound.length,
    undefined,
  ]);
  await vault.attachRecording(id, { data: new Uint8Array() });
  expect(await same(id, Buffer.alloc(0))).toBe(true);
});

test('what is broken off, cannot be read or has no room leaves everything as it was', async () => {
  const id = await keep(sound);
  const { revision } = await vault.open(id);
  const abort = new AbortController();
  const aborted = vault.attachRecording(
    id,
    { data: soundOf() },
    {
      signal: abort.signal,
      onProgress: ({ bytes }) => bytes > 0 && abort.abort(),
    },
  );
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
  const failing = async function* () {
    yield soundOf(PIECE + 5000);
    throw new Error('the disk is gone');
  };
  expect(await codeOf(vault.attachRecording(id, { stream: failing() }))).toBe('source_unreadable');
  server.lie = (asked) =>
    asked.method === 'PUT' && isPiece(asked)
      ? {
          status: 413,
          headers: {},
          body: Buffer.from('{"error":{"code":"payload_too_large","message":"","requestId":"1"}}'),
        }
      : undefined;
  expect(await codeOf(vault.attachRecording(id, { data: sound }))).toBe('payload_too_large');
  expect(await codeOf(vault.save(transcript, { recording: { data: sound } }))).toBe('payload_too_large');
  expect(await codeOf(vault.attachRecording(id, { path: join(folder, 'none.wav') }))).toBe(
    'source_unreadable',
  );
  await expect(vault.attachRecording(id, 'interview.mp3' as never)).rejects.toThrow(TypeError);
  server.lie = undefined;
  // Nothing of it stays with the server either.
  const forgotten = server.asked.filter(
    ({ method, path }) => method === 'DELETE' && path.includes('/recordings/'),
  );
  expect(forgotten).toHaveLength(4);
  expect((await vault.open(id)).revision).toBe(revision);
  expect(await same(id, sound)).toBe(true);
  expect(await codeOf(vault.attachRecording('A'.repeat(22), { data: sound }))).toBe('not_found');
});

test('a broken line costs one piece, up and down', async () => {
  const patient = new Sealscribe({ server: server.url, retries: 2 });
  const again = await patient.unlock(owner);
  const broken = new Set<string>();
  const busy: Answered = { status: 503, headers: {}, body: Buffer.from('') };
  server.lie = (asked) => {
    const name = `${asked.method} ${asked.path}`;
    if (!isPiece(asked) || broken.has(name)) return undefined;
    broken.add(name);
    return busy;
  };
  const { id } = await again.save(transcript, { recording: { data: sound } });
  expect(await same(id, sound, again)).toBe(true);
  expect([sent('PUT').length, sent('GET').length]).toEqual([6, 6]);
});

test('two devices: an edit and a recording both stay; of two recordings the later one, and nothing is mixed', async () => {
  const other = await new Sealscribe({
    server: server.url,
    retries: 0,
    freshness: new MemoryFreshness(),
  }).unlock(owner);
  const { id } = await vault.save(transcript, { title: 'Speech' });
  const mine = soundOf(PIECE + 700);
  await Promise.all([
    vault.attachRecording(id, { data: mine }),
    other.update(id, { title: 'From elsewhere' }),
  ]);
  expect((await other.open(id)).title).toBe('From elsewhere');
  expect(await same(id, mine, other)).toBe(true);

  const theirs = soundOf(PIECE + 900);
  await Promise.all([
    vault.attachRecording(id, { data: sound }),
    other.attachRecording(id, { data: theirs }),
  ]);
  const present = await bytesOf(await vault.recording(id));
  expect(present.equals(sound) || present.equals(theirs)).toBe(true);
  expect((await bytesOf(await other.recording(id))).equals(present)).toBe(true);

  const { revision } = await vault.open(id);
  await other.update(id, { title: 'Again' });
  expect(await codeOf(vault.attachRecording(id, { data: mine }, { revision }))).toBe('conflict');
  expect(await codeOf(vault.detachRecording(id, { revision }))).toBe('conflict');
  expect((await bytesOf(await vault.recording(id))).equals(present)).toBe(true);
});

test('a server that swaps, cuts, changes, keeps back or replays a recording is found out', async () => {
  const id = await keep();
  const elsewhere = await keep();
  /** Answers pieces with what another path gives, as it was recorded. */
  const record = async (of: string) => {
    server.asked.length = 0;
    await same(of, sound);
    return Promise.all(sent('GET').map((asked) => server.ask(asked)));
  };
  const own = await record(id);
  const others = await record(elsewhere);
  const pieces = (change: (answers: Answered[]) => (Answered | undefined)[]) => {
    const answers = change(own.map((answer) => ({ ...answer, body: Buffer.from(answer.body) })));
    const gone: Answered = {
      status: 404,
      headers: {},
      body: Buffer.from('{"error":{"code":"not_found","message":"","requestId":"1"}}'),
    };
    server.lie = (asked) =>
      isPiece(asked) ? (answers[Number(asked.path.split('/').at(-1))] ?? gone) : undefined;
  };
  const cases: Record<string, [(answers: Answered[]) => (Answered | undefined)[], string]> = {
    'another transcript’s': [() => others, 'authentication_failed'],
    'pieces in another order': [([a, b, c]) => [b, a, c], 'authentication_failed'],
    'one piece twice': [([a, , c]) => [a, a, c], 'authentication_failed'],
    'a piece of another': [([a, , c]) => [a, others[1], c], 'authentication_failed'],
    'without its end': [([a, b]) => [a, b, undefined], 'vanished'],
    nothing: [() => [], 'vanished'],
    'a piece cut short': [([a, b, c]) => [a, b, { ...c, body: c.body.subarray(0, -1) }], 'malformed'],
    'an empty one': [([, b, c]) => [{ ...b, body: Buffer.alloc(0) }, b, c], 'malformed'],
  };
  for (const [name, [change, code]] of Object.entries(cases)) {
    pieces(change);
    expect(await codeOf(bytesOf(await vault.recording(id))), name).toBe(code);
  }
  // Late: what came before was authentic, and is no use.
  pieces(([a, b, c]) => {
    c.body[c.body.length - 1] ^= 1;
    return [a, b, c];
  });
  const reader = (await vault.recording(id))!.stream().getReader();
  let length = 0;
  const reading = (async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) length += read.value.length;
  })();
  await expect(reading).rejects.toThrow(IntegrityError);
  expect(length).toBeGreaterThan(PIECE);
  expect(length).toBeLessThan(sound.length);

  // The recording before, under the card of now; then with the card of then.
  server.lie = undefined;
  const path = `/v1/transcripts/${id}`;
  const headers = server.asked.find((asked) => asked.path === path)!.headers;
  const oldCard = await server.ask({ method: 'GET', path, headers, body: Buffer.alloc(0) });
  await vault.attachRecording(id, { data: soundOf() });
  pieces((answers) => answers);
  expect(await codeOf(bytesOf(await vault.recording(id)))).toBe('authentication_failed');
  server.lie = (asked) => (asked.path === path && asked.method === 'GET' ? oldCard : undefined);
  expect(await codeOf(vault.recording(id))).toBe('rollback');
});

test('a server that drops the recording of a write, or keeps one that a write took away, gains nothing', async () => {
  const kept = await keep();
  server.lie = async (asked, ask) => {
    const { 'sealscribe-recording': said, ...others } = asked.headers;
    return said === undefined ? undefined : ask({ ...asked, headers: others });
  };
  expect(await codeOf(bytesOf(await vault.recording(await keep())))).toBe('vanished');
  await vault.detachRecording(kept);
  expect(await vault.recording(kept)).toBeUndefined();
});

const source = { email: 'from@example.com', password: 'correct horse battery staple' };

test('an archive has it: opened here, and brought into another account', async () => {
  const from = new Sealscribe({ server: server.url, retries: 0 });
  const its = await from.signUp(source);
  const id = await keep(sound, its);
  await its.update(id, { title: 'Inaugural' });
  const bytes = Buffer.from(await new Response(from.exportArchive()).arrayBuffer());
  const archive = await openArchive(bytes, source);
  expect(await same(id, sound, archive.vault)).toBe(true);

  await writeFile(join(folder, 'all.tar'), bytes);
  archived = id;

  const target = { email: 'to@example.com', password: 'correct horse battery staple' };
  const to = new Sealscribe({ server: server.url, retries: 0 });
  const new_ = await to.signUp(target);
  expect((await to.importArchive(archive, target)).transcripts).toMatchObject([{ id, outcome: 'imported' }]);
  expect(await same(id, sound, new_)).toBe(true);
  expect((await new_.open(id)).revision).toBe(2);
  expect((await to.importArchive(archive, target)).transcripts).toMatchObject([{ id, outcome: 'unchanged' }]);

  // Damaged, it is told, and the text comes all the same.
  const damaged = readTar(bytes).map(({ name, data }) => ({
    name,
    data: name.endsWith('recording.1') ? Buffer.alloc(data.length) : data,
  }));
  const broken = await openArchive(writeTar(damaged), source);
  expect(await codeOf(bytesOf(await broken.vault.recording(id)))).toBe('authentication_failed');
  await new_.delete(id);
  const { transcripts, problems } = await to.importArchive(broken, target);
  expect(transcripts).toMatchObject([{ from: id, outcome: 'imported' }]);
  expect(problems.map(({ code }) => code)).toEqual(['authentication_failed']);
  const [brought] = transcripts;
  expect((await new_.open(brought.id)).title).toBe('Inaugural');
  expect(await new_.recording(brought.id)).toBeUndefined();
});

test.skipIf(python === undefined)('an independent implementation opens it in the archive', async () => {
  const [file, out] = [join(folder, 'all.tar'), join(folder, 'sound')];
  execFileSync(python!, [pythonExample('open_archive.py'), file, source.email, archived, out], {
    env: { ...process.env, SEALSCRIBE_PASSWORD: source.password },
  });
  expect((await readFile(out)).equals(sound)).toBe(true);
});

test('another account key and a new key of the transcript leave it where it is; a locked vault stops it', async () => {
  const person = { email: 'rotating@example.com', password: 'correct horse battery staple' };
  const client = new Sealscribe({ server: server.url, retries: 0 });
  const id = await keep(sound, await client.signUp(person));
  const rotated = await client.rotateAccountKey(person, await newRecoveryWords());
  expect(await same(id, sound, rotated)).toBe(true);
  server.asked.length = 0;
  await rotated.update(id, { title: 'Sealed anew' });
  expect(server.asked.some(({ body }) => body.includes('name="key"'))).toBe(true);
  expect(sent('PUT')).toEqual([]);
  expect(await same(id, sound, rotated)).toBe(true);

  const kept = await rotated.recording(id);
  const attaching = rotated.attachRecording(
    id,
    { data: sound },
    { onProgress: ({ bytes }) => bytes > 0 && rotated.lock() },
  );
  expect(await codeOf(attaching)).toBe('locked');
  expect(await codeOf(kept!.blob())).toBe('locked');
});

test('in a workspace its members hear it, readers change nothing, and it outlives one who is taken out', async () => {
  const them = { email: 'member@example.com', password: 'correct horse battery staple' };
  const member = await new Sealscribe({ server: server.url, retries: 0 }).signUp(them);
  const { id: workspaceId } = await vault.workspaces.create('Newsroom', { email: owner.email });
  const fingerprintOf = async (of: Vault) => (await of.workspaces.identity()).fingerprint;
  await vault.workspaces.invite(workspaceId, them.email);
  await vault.workspaces.confirm(workspaceId, them.email, {
    fingerprint: await fingerprintOf(member),
    role: 'reader',
  });
  const theirs = await member.workspaces.accept(workspaceId, { fingerprint: await fingerprintOf(vault) });
  const ours = await vault.workspaces.open(workspaceId);

  const { id } = await ours.save(transcript, { recording: { data: sound } });
  expect(await same(id, sound, theirs)).toBe(true);
  expect(await codeOf(theirs.attachRecording(id, { data: sound }))).toBe('forbidden');
  expect(await codeOf(theirs.detachRecording(id))).toBe('forbidden');

  const { accountId } = member;
  await vault.workspaces.remove(workspaceId, accountId);
  expect(await same(id, sound, ours)).toBe(true);
  await ours.update(id, { title: 'Without them' });
  expect(await same(id, sound, ours)).toBe(true);
  expect(['not_found', 'forbidden']).toContain(await codeOf(theirs.recording(id)));
  // What lies in the account goes into a workspace without its sound.
  const { id: added } = await vault.workspaces.add(workspaceId, await keep(soundOf(400)));
  expect(await ours.recording(added)).toBeUndefined();
});
