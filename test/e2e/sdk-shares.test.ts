/** Links through the SDK against a real server: what is shared opens without an account, and nothing else of the vault does. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  newRecoveryWords,
  openShare,
  Sealscribe,
  setText,
  ShareError,
  type ShareOptions,
  type Transcript,
  type Vault,
} from '@sealscribe/sdk-node';
import { python, pythonExample } from '../fixtures/python-peer.js';
import { startLyingServer, withJson, type LyingServer } from './sdk-lying-server.js';
import { startServer, type RunningServer } from './server-process.js';

let real: RunningServer;
let server: LyingServer;
let vault: Vault;
const owner = { email: 'sharer@example.com', password: 'correct horse battery staple' };
beforeAll(async () => {
  real = await startServer({ args: ['--workers', '1'] });
  server = await startLyingServer(real.url);
  vault = await new Sealscribe({ server: server.url, retries: 0 }).signUp(owner);
});
afterAll(async () => {
  await server.stop();
  await real.stop();
});
afterEach(() => void (server.lie = undefined));

/** Three segments, two of them with word times. */
const transcript: Transcript = {
  text: 'Good evening, everybody. The budget was refused. We meet again on Monday.',
  language: 'en',
  duration: 9.5,
  model: 'moonshine-tiny-en',
  speakers: ['Ada', 'Grace'],
  segments: [
    {
      ...{ id: 0, start: 0.5, end: 2.5, text: 'Good evening, everybody.', speaker: 'Ada', confidence: 0.9 },
      words: [
        { word: 'Good', start: 0.5, end: 0.9, confidence: 0.8 },
        { word: 'evening,', start: 1, end: 1.6, confidence: null },
        { word: 'everybody.', start: 1.7, end: 2.5, confidence: 1 },
      ],
    },
    {
      ...{ id: 1, start: 3, end: 5.6, text: 'The budget was refused.', speaker: 'Grace', confidence: 0.7 },
      words: [
        { word: 'The', start: 3, end: 3.2, confidence: 0.5 },
        { word: 'budget', start: 3.3, end: 4, confidence: 0.5 },
        { word: 'was', start: 4.1, end: 4.3, confidence: 0.5 },
        { word: 'refused.', start: 4.4, end: 5.6, confidence: 0.5 },
      ],
    },
    {
      ...{ id: 2, start: 6, end: 9, text: 'We meet again on Monday.', speaker: 'Ada', confidence: null },
      words: [],
    },
  ],
};
const labels = { title: 'Budget', fileName: 'secret-meeting.wav', tags: ['private-tag'] };
const saved = async () => (await vault.save(transcript, labels)).id;
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as ShareError,
  );
const codeOf = async (work: Promise<unknown>) => (await failure(work))?.code;
test('the whole transcript opens by the link alone, as it was when it was shared', async () => {
  const id = await saved();
  const share = await vault.share(id);
  expect(share.link).toMatch(new RegExp(`^${server.url}/s/${share.id}#[A-Za-z0-9_-]{46}$`));
  expect(share).toMatchObject({
    transcriptId: id,
    hasPassword: false,
    expiresAt: null,
    views: 0,
    maxViews: null,
  });
  await vault.update(id, { transcript: setText(transcript, 0, 'Never mind.'), title: 'Changed' });
  const shared = { title: 'Budget', range: null, transcript };
  expect(await openShare(share.link)).toEqual(shared);
  expect(await openShare(`  ${share.link}\n`)).toEqual(shared);
  expect(await vault.shares()).toContainEqual({ ...share, views: 2 });
});

test('a password is needed besides the link; a wrong one is told from a missing one', async () => {
  const { link, id } = await vault.share(await saved(), { password: 'told by telephone \ufb01' });
  expect(await openShare(link, { password: 'told by telephone fi' })).toMatchObject({ transcript });
  expect(await codeOf(openShare(link))).toBe('password_needed');
  expect(await codeOf(openShare(link, { password: '' }))).toBe('password_needed');
  const wrong = await failure(openShare(link, { password: 'Told by telephone fi' }));
  expect(wrong).toBeInstanceOf(ShareError);
  expect(wrong?.code).toBe('wrong_password');
  const share = (await vault.shares()).find((each) => each.id === id);
  expect(share).toMatchObject({ link, hasPassword: true, views: 1 });
});

test('only what was chosen is in the document', async () => {
  const id = await saved();
  const open = async (options: ShareOptions) => openShare((await vault.share(id, options)).link);
  const noNames = await open({ speakers: false, title: false });
  expect(noNames.title).toBeNull();
  expect(noNames.transcript).toEqual({
    ...transcript,
    speakers: [],
    segments: transcript.segments.map((segment) => ({ ...segment, speaker: null })),
  });
  const noWords = await open({ wordTimes: false });
  expect(noWords.transcript).toEqual({
    ...transcript,
    segments: transcript.segments.map((segment) => ({ ...segment, words: [] })),
  });
  // From inside the first segment to inside the second, neither of which is cut by the end of a word.
  const part = await open({ range: [1.2, 4.3] });
  expect([part.range, part.transcript.text]).toEqual([[1.2, 4.3], 'evening, everybody. The budget was']);
  expect(part.transcript).toMatchObject({ duration: 4.3, speakers: ['Ada', 'Grace'] });
  expect(part.transcript.segments).toMatchObject([
    { id: 0, start: 1.2, end: 2.5, text: 'evening, everybody.', words: [{ start: 1.2 }, { end: 2.5 }] },
    { id: 1, start: 3, end: 4.3, text: 'The budget was', words: [{}, {}, { end: 4.3 }] },
  ]);
  const last = await open({ range: [6.2, 9], wordTimes: false });
  expect(last.transcript).toMatchObject({ text: 'We meet again on Monday.', speakers: ['Ada'], duration: 9 });
  for (const range of [
    [2.6, 2.9],
    [7, 9.5],
  ] as const)
    await expect(vault.share(id, { range })).rejects.toThrow(
      new RangeError('range must hold something that was said'),
    );
});

test('options that make no sense are refused before anything is read or sent', async () => {
  const id = await saved();
  const before = server.asked.length;
  for (const [options, name] of [
    [{ range: [2, 1] }, 'range'],
    [{ range: [-1, 1] }, 'range'],
    [{ range: [0, Number.POSITIVE_INFINITY] }, 'range'],
    [{ range: [1] }, 'range'],
    [{ views: 0 }, 'views'],
    [{ views: 1.5 }, 'views'],
    [{ expires: 0 }, 'expires'],
    [{ expires: '1 hour' }, 'expires'],
    [{ expires: '99999d' }, 'expires'],
    [{ password: '' }, 'password'],
    [{ speakers: 'no' }, 'speakers'],
  ] as const) {
    const error = await failure(vault.share(id, options as never));
    expect(error, name).toSatisfy(() => error instanceof RangeError || error instanceof TypeError);
    expect(error?.message).toContain(name);
  }
  expect(server.asked).toHaveLength(before);
});

test('a link ends with its last view, its time, or its owner; all of it looks alike from outside', async () => {
  const id = await saved();
  const once = await vault.share(id, { views: 1 });
  expect(once.maxViews).toBe(1);
  await openShare(once.link);
  const short = await vault.share(id, { expires: 1 });
  expect(Date.parse(short.expiresAt ?? '') - Date.parse(short.createdAt)).toBe(1000);
  const revoked = await vault.share(id, { expires: '1h' });
  expect((await vault.shares()).map((share) => share.id)).toContain(revoked.id);
  await vault.unshare(revoked.id);
  await expect.poll(async () => codeOf(openShare(short.link)), { timeout: 20_000 }).toBe('share_gone');
  const never = revoked.link.replace(revoked.id, id);
  const messages = new Set<string | undefined>();
  for (const link of [once.link, short.link, revoked.link, never]) {
    const error = await failure(openShare(link));
    expect(error?.code).toBe('share_gone');
    messages.add(error?.message);
  }
  expect(messages.size).toBe(1);
  expect(await codeOf(vault.unshare(revoked.id))).toBe('not_found');
  const left = (await vault.shares()).map((share) => share.id);
  for (const share of [once, short, revoked]) expect(left).not.toContain(share.id);
});

test('of viewers who race for the last view exactly one reads; of a view and its revocation the loser finds nothing', async () => {
  const id = await saved();
  for (let round = 0; round < 3; round++) {
    const { link } = await vault.share(id, { views: 1 });
    const codes = await Promise.all([1, 2, 3, 4].map(() => codeOf(openShare(link))));
    expect(codes.sort()).toEqual(['share_gone', 'share_gone', 'share_gone', undefined]);
    const other = await vault.share(id);
    const [viewed] = await Promise.all([failure(openShare(other.link)), vault.unshare(other.id)]);
    expect([undefined, 'share_gone']).toContain(viewed?.code);
    expect(await codeOf(openShare(other.link))).toBe('share_gone');
  }
});

test('with its transcript go its links', async () => {
  const id = await saved();
  const { link } = await vault.share(id);
  await vault.delete(id);
  expect(await codeOf(openShare(link))).toBe('share_gone');
  expect((await vault.shares()).map(({ transcriptId }) => transcriptId)).not.toContain(id);
  expect(await codeOf(vault.share(id))).toBe('not_found');
});

test('a link that is damaged, cut off or of a newer version says so, asks nobody and repeats nothing of itself', async () => {
  const { link } = await vault.share(await saved());
  const before = server.asked.length;
  const [page, fragment = ''] = link.split('#');
  const newer = Buffer.from(fragment, 'base64url');
  newer[0] = 2;
  for (const [broken, code] of [
    [page, 'bad_link'],
    [`${page}#`, 'bad_link'],
    [link.slice(0, -1), 'bad_link'],
    [`${link}A`, 'bad_link'],
    [link.replace('/s/', '/t/'), 'bad_link'],
    [link.replace('#', '?x=1#'), 'bad_link'],
    [link.replace('http:', 'ftp:'), 'bad_link'],
    [link.replace('://', '://user:pass@'), 'bad_link'],
    ['not a link', 'bad_link'],
    [`${page}#${newer.toString('base64url')}`, 'unknown_version'],
  ] as const) {
    const error = await failure(openShare(broken));
    expect([broken, error?.code]).toEqual([broken, code]);
    expect(`${error?.message} ${error?.stack}`).not.toContain(fragment.slice(4, 20));
  }
  expect(server.asked).toHaveLength(before);
  const other = Buffer.from(fragment, 'base64url');
  other[20] = (other[20] ?? 0) ^ 1;
  expect(await codeOf(openShare(`${page}#${other.toString('base64url')}`))).toBe('bad_link');
});

test('a locked vault makes, lists and takes back nothing', async () => {
  const id = await saved();
  const locked = await new Sealscribe({ server: server.url, retries: 0 }).unlock(owner);
  locked.lock();
  for (const work of [() => locked.share(id), () => locked.shares(), () => locked.unshare(id)])
    expect(await codeOf(work())).toBe('locked');
});

test('a new account key opens the links that were made before', async () => {
  const client = new Sealscribe({ server: server.url, retries: 0 });
  const someone = { email: 'rotating@example.com', password: 'correct horse battery staple' };
  const before = await client.signUp(someone);
  const { id } = await before.save(transcript);
  const share = await before.share(id, { password: 'x' });
  const after = await client.rotateAccountKey(someone, await newRecoveryWords());
  expect(await after.shares()).toEqual([share]);
  expect(await codeOf(before.shares())).toBe('authentication_failed');
  expect(await openShare(share.link, { password: 'x' })).toMatchObject({ transcript });
});

test.skipIf(python === undefined)('an independent implementation opens it too', async () => {
  const { id, link } = await vault.share(await saved(), { password: 'by telephone', range: [0, 3] });
  const script = pythonExample('open_share.py');
  const env = { ...process.env, SEALSCRIBE_LINK_PASSWORD: 'by telephone' };
  const run = (...args: string[]) => execFileSync(python!, [script, ...args], { env, encoding: 'utf8' });
  const headers = { authorization: `Bearer ${run(link).trim()}` };
  const answer = await fetch(`${server.url}/v1/shared/${id}`, { headers });
  expect(answer.status).toBe(200);
  const folder = await mkdtemp(join(tmpdir(), 'sealscribe-share-'));
  try {
    await writeFile(join(folder, 'shared'), new Uint8Array(await answer.arrayBuffer()));
    const document = JSON.parse(run(link, join(folder, 'shared'))) as object;
    expect(document).toMatchObject({
      ...{ title: 'Budget', range: [0, 3000], speakers: ['Ada'], duration: 3000 },
      transcript: { segments: [{ start: 500, end: 2500, text: 'Good evening, everybody.' }] },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

describe('a server that lies', () => {
  test('other bytes, another share and no document are refused; nothing is asked twice', async () => {
    const id = await saved();
    const [one, two] = [await vault.share(id), await vault.share(id)];
    let stolen: Buffer = Buffer.alloc(0);
    server.lie = async (asked, ask) => {
      if (!asked.path.startsWith('/v1/shared/')) return undefined;
      const answer = await ask(asked);
      stolen = answer.body;
      return answer;
    };
    await openShare(two.link);
    const changed = Buffer.from(stolen);
    changed[80] = (changed[80] ?? 0) ^ 1;
    for (const [body, code] of [
      [stolen, 'authentication_failed'],
      [changed, 'authentication_failed'],
      [stolen.subarray(0, 71), 'malformed'],
      [Buffer.from('{"title":"free"}'), 'malformed'],
    ] as const) {
      server.lie = async (asked, ask) =>
        asked.path.startsWith('/v1/shared/') ? { ...(await ask(asked)), body } : undefined;
      server.asked.length = 0;
      expect(await codeOf(openShare(one.link))).toBe(code);
      expect(server.asked).toHaveLength(1);
    }
  });

  test('an invented link does not appear among the others, another one under this id neither', async () => {
    const id = await saved();
    const { link } = await vault.share(id);
    const lie = (change: (shares: Info[]) => Info[]) => {
      server.lie = async (asked, ask) =>
        asked.path === '/v1/shares'
          ? withJson(await ask(asked), ({ shares }: { shares: Info[] }) => ({ shares: change(shares) }))
          : undefined;
    };
    interface Info {
      id: string;
      link: string;
      accessHash: string;
    }
    lie((shares) => shares.map((share) => ({ ...share, link: 'A'.repeat(139) })));
    expect(await codeOf(vault.shares())).toBe('authentication_failed');
    lie((shares) => shares.map((share) => ({ ...share, id })));
    expect(await codeOf(vault.shares())).toBe('authentication_failed');
    lie((shares) => shares.map((share) => ({ ...share, link: `${share.link.slice(0, -4)}AAAA` })));
    expect(await codeOf(vault.shares())).toBe('authentication_failed');
    server.lie = undefined;
    expect((await vault.shares()).map((share) => share.link)).toContain(link);
  });

  test('that calls the new link something else is not believed', async () => {
    const id = await saved();
    server.lie = async (asked, ask) =>
      asked.path.includes('/shares/')
        ? withJson(await ask(asked), (info: object) => ({ ...info, id }))
        : undefined;
    expect(await codeOf(vault.share(id))).toBe('bad_answer');
  });
});
