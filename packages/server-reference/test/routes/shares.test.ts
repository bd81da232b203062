/** Links as the server keeps them: who may open one, how often and until when, and that what has ended is gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { INDEX_MATCH_HEADER, shareInfoSchema, shareListSchema } from '@sealscribe/protocol';
import { sweepShares } from '../../src/store/shares.js';
import { onPostgres } from '../store/fresh-database.js';
import { filesWith } from '../store/raw-files.js';
import {
  base64url,
  bytesOf,
  creating,
  newId,
  newKeys,
  newParts,
  newShare,
  Person,
  replacing,
  startVault,
  type VaultApp,
} from './vault-app.js';

let vault: VaultApp;
let person: Person;
let transcript: string;
beforeAll(async () => void (vault = await startVault({ shareBytes: 10_000 })));
beforeEach(async () => {
  person = await Person.signUp(vault);
  transcript = newId();
  await person.putTranscript(transcript, newParts(), creating(0));
});
afterAll(() => vault.close());

/** Makes a link. */
async function put(limits: { views?: number; expiresIn?: number } = {}, of = person) {
  const id = newId();
  const made = newShare(limits);
  const answer = await of.putShare(transcript, id, made.share);
  expect(answer.statusCode).toBe(201);
  const info = shareInfoSchema.parse(answer.json());
  return { id, ...made, info, document: Buffer.from(made.share.document, 'base64url') };
}
const view = (id: string, token?: string, remoteAddress = '127.0.0.1') =>
  vault.app.inject({
    method: 'GET',
    url: `/v1/shared/${id}`,
    remoteAddress,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
const list = async (of = person) => shareListSchema.parse((await of.send('GET', '/v1/shares')).json()).shares;
const storedBytes = async () => {
  const { stored_bytes: bytes } = await vault.store.db
    .selectFrom('accounts')
    .select('stored_bytes')
    .where('id', '=', person.accountId)
    .executeTakeFirstOrThrow();
  return bytes;
};
const isOnDisk = (bytes: Buffer) =>
  [bytes.subarray(0, 24), bytes.subarray(-24)].some((piece) => filesWith(vault.folder, piece).length > 0);

test('the bytes go to whoever has the token, needs no session, and every view counts', async () => {
  const { id, token, share, info, document } = await put();
  expect(info).toEqual({
    ...{ id, transcriptId: transcript, accessHash: share.accessHash, link: share.link },
    ...{ createdAt: expect.any(String), expiresAt: null, views: 0, maxViews: null },
  });
  for (let views = 0; views < 3; views++) {
    const answer = await view(id, token);
    expect([answer.statusCode, answer.rawPayload.equals(document)]).toEqual([200, true]);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
    });
  }
  expect(await list()).toEqual([{ ...info, views: 3 }]);
  expect((await person.send('GET', `/v1/shares/${id}`)).json()).toEqual({ ...info, views: 3 });
});

test('a wrong token opens nothing, counts no view, and has to wait after the tenth; so has the right one then', async () => {
  const { id, token } = await put({ views: 1 });
  expect((await view(id)).json().error.code).toBe('unauthorized');
  expect((await view(id, 'short')).statusCode).toBe(401);
  for (let attempt = 0; attempt < 10; attempt++)
    expect((await view(id, base64url(32))).json().error.code).toBe('wrong_credentials');
  const eleventh = await view(id, base64url(32));
  expect(eleventh.statusCode).toBe(401);
  for (const guess of [base64url(32), token]) {
    const { statusCode, headers } = await view(id, guess);
    expect([statusCode, Number(headers['retry-after'])]).toEqual([429, 1]);
  }
  const [info] = await list();
  expect(info).toMatchObject({ id, views: 0 });
  vault.wait(2);
  expect((await view(id, token)).statusCode).toBe(200);
});

test('one guesser keeps nobody else out; many guessers have to wait all together', async () => {
  const { id, token } = await put();
  const guess = (address: number) => view(id, base64url(32), `10.0.0.${address}`);
  for (let attempt = 0; attempt < 11; attempt++) await guess(1);
  expect((await guess(1)).statusCode).toBe(429);
  expect((await view(id, token, '10.0.0.2')).statusCode).toBe(200);
  for (let attempt = 0; attempt < 90; attempt++) expect((await guess(10 + attempt)).statusCode).toBe(401);
  expect((await view(id, token, '10.0.0.3')).statusCode).toBe(429);
  const other = await put();
  expect((await view(other.id, other.token, '10.0.0.3')).statusCode).toBe(200);
  vault.wait(3600);
});

test('many wrong tokens at once are counted one by one', async () => {
  const { id } = await put();
  const answers = await Promise.all(Array.from({ length: 30 }, () => view(id, base64url(32))));
  const refused = answers.filter(({ statusCode }) => statusCode === 401);
  expect(refused).toHaveLength(11);
  vault.wait(3600);
});

test('expired, used up, taken back and unknown are one answer', async () => {
  const [expired, used, revoked] = [await put({ expiresIn: 60 }), await put({ views: 1 }), await put()];
  expect((await view(used.id, used.token)).statusCode).toBe(200);
  expect((await person.send('DELETE', `/v1/shares/${revoked.id}`)).statusCode).toBe(204);
  expect(expired.info.expiresAt).toBe(new Date(Date.parse(expired.info.createdAt) + 60_000).toISOString());
  vault.wait(60);
  const ended = [expired, used, revoked, { id: newId(), token: base64url(32) }];
  const answers = await Promise.all(
    ended.flatMap(({ id, token }) => [view(id, token), view(id, base64url(32))]),
  );
  const shapes = answers.map(({ statusCode, json, headers }) => {
    const { code, message } = json().error;
    return JSON.stringify({ statusCode, code, message, names: Object.keys(headers).sort() });
  });
  expect(new Set(shapes).size).toBe(1);
  expect(answers[0]?.json().error.code).toBe('not_found');
  expect(await list()).toEqual([]);
  for (const { id } of ended) {
    expect((await person.send('GET', `/v1/shares/${id}`)).statusCode).toBe(404);
    expect((await person.send('DELETE', `/v1/shares/${id}`)).statusCode).toBe(id === expired.id ? 204 : 404);
  }
});

describe('what has ended leaves no byte', () => {
  let before: number;
  beforeEach(async () => void (before = await storedBytes()));

  test('counts against the room of the account while it is there', async () => {
    await put();
    expect(await storedBytes()).toBe(before + 2104);
  });

  test.skipIf(onPostgres)('after the last view', async () => {
    const { id, token, document } = await put({ views: 2 });
    await view(id, token);
    expect(isOnDisk(document)).toBe(true);
    await view(id, token);
    expect([isOnDisk(document), await storedBytes()]).toEqual([false, before]);
  });

  test('once taken back', async () => {
    const { id, document, share } = await put();
    await person.send('DELETE', `/v1/shares/${id}`);
    expect([isOnDisk(document), isOnDisk(Buffer.from(share.link, 'base64url'))]).toEqual([false, false]);
    expect(await storedBytes()).toBe(before);
  });

  test('once expired and swept, however many there are; others stay', async () => {
    const expired = [];
    for (let i = 0; i < 45; i++) expired.push(await put({ expiresIn: 1 + (i % 3) }));
    const [later, never] = [await put({ expiresIn: 100 }), await put()];
    await sweepShares(vault.store, new Date(Date.parse(never.info.createdAt) + 50_000));
    for (const { document } of expired) expect(isOnDisk(document)).toBe(false);
    expect((await list()).map(({ id }) => id).sort()).toEqual([later.id, never.id].sort());
    expect(await storedBytes()).toBe(before + 2 * 2104);
  });

  test.skipIf(onPostgres)('with its transcript, with all data, with the account', async () => {
    const other = await put();
    const { id, document, token } = await put();
    const index = bytesOf(1112);
    await person.send('DELETE', `/v1/transcripts/${transcript}`, {
      payload: index,
      headers: replacing(1, 1),
    });
    expect([isOnDisk(document), isOnDisk(other.document)]).toEqual([false, false]);
    expect([await storedBytes(), (await view(id, token)).statusCode]).toEqual([1112, 404]);

    for (const path of ['/v1/account/data', '/v1/account']) {
      await person.putTranscript(transcript, newParts(), creating(path === '/v1/account' ? 0 : 2));
      const planted = await put();
      expect(isOnDisk(planted.document)).toBe(true);
      expect((await person.send('DELETE', path)).statusCode).toBe(204);
      expect(isOnDisk(planted.document)).toBe(false);
    }
  });
});

describe.skipIf(onPostgres)('the server sweeps by itself', () => {
  /** A server of its own with one link in it. */
  async function startWithLink(expiresIn: number, limits = {}) {
    const own = await startVault(limits);
    const someone = await Person.signUp(own);
    await someone.putTranscript(transcript, newParts(), creating(0));
    const { share } = newShare({ expiresIn });
    expect((await someone.putShare(transcript, newId(), share)).statusCode).toBe(201);
    const piece = Buffer.from(share.document, 'base64url').subarray(0, 24);
    expect(filesWith(own.folder, piece)).not.toEqual([]);
    return { own, piece };
  }

  test('every so often', async () => {
    const { own, piece } = await startWithLink(60, { sweepSeconds: 0.05 });
    try {
      own.wait(60);
      await expect.poll(() => filesWith(own.folder, piece), { timeout: 20_000 }).toEqual([]);
    } finally {
      await own.close();
    }
  });

  test('at its start, what expired while it was down', async () => {
    const { own, piece } = await startWithLink(1);
    await own.app.close();
    await own.store.close();
    await sleep(1100);
    expect(filesWith(own.folder, piece)).not.toEqual([]);
    const again = await startVault({}, own.folder);
    try {
      expect(filesWith(again.folder, piece)).toEqual([]);
    } finally {
      await again.close();
    }
  });
});

describe('of two at once', () => {
  test('who want the last view, one gets it', async () => {
    for (let round = 0; round < 10; round++) {
      const { id, token } = await put({ views: 3 });
      const statuses = await Promise.all(
        Array.from({ length: 7 }, async () => (await view(id, token)).statusCode),
      );
      expect(statuses.sort()).toEqual([200, 200, 200, 404, 404, 404, 404]);
    }
    vault.wait(60);
  });

  test('who open and take back, the opening comes first or finds nothing; afterwards nobody opens it', async () => {
    for (let round = 0; round < 10; round++) {
      const { id, token, document } = await put();
      const [viewed, deleted] = await Promise.all([
        view(id, token),
        person.send('DELETE', `/v1/shares/${id}`),
      ]);
      expect(deleted.statusCode).toBe(204);
      expect(viewed.statusCode === 404 || viewed.rawPayload.equals(document)).toBe(true);
      expect((await view(id, token)).statusCode).toBe(404);
      expect(isOnDisk(document)).toBe(false);
    }
    vault.wait(60);
  });
});

describe('a request to make a link', () => {
  const refused = async (share: object, status: number, path = newId(), of = transcript) =>
    expect((await person.putShare(of, path, { ...newShare().share, ...share })).statusCode).toBe(status);

  test('is checked', async () => {
    await refused({}, 404, newId(), newId());
    await refused({}, 400, 'x');
    await refused({ accessHash: base64url(31) }, 400);
    await refused({ link: base64url(103) }, 400);
    await refused({ document: '' }, 400);
    await refused({ document: '=' }, 400);
    await refused({ document: base64url(12_000) }, 413);
    await refused({ password: 'x' }, 400);
    for (const expiresIn of [0, -1, 1.5, 400_000_000, '1h', null]) await refused({ expiresIn }, 400);
    for (const views of [0, -1, 1.5, 1_000_001, '1', null]) await refused({ views }, 400);
    expect(await list()).toEqual([]);
  });

  test('sent twice is stored once; an id that is taken is refused, whoever has it', async () => {
    const { id, share, info } = await put();
    const again = await person.putShare(transcript, id, share);
    expect([again.statusCode, again.json()]).toEqual([201, info]);
    expect((await person.putShare(transcript, id, newShare().share)).json().error.code).toBe('id_taken');
    const other = await Person.signUp(vault);
    await other.putTranscript(transcript, newParts(), creating(0));
    expect((await other.putShare(transcript, id, share)).json().error.code).toBe('id_taken');
    expect(await list(other)).toEqual([]);
  });

  test('is refused where the account has no room, or 500 links', async () => {
    const small = await startVault({ accountBytes: 16_000 });
    try {
      const someone = await Person.signUp(small);
      await someone.putTranscript(transcript, newParts(), creating(0));
      const tooMuch = await someone.putShare(transcript, newId(), newShare().share);
      expect(tooMuch.json().error.code).toBe('payload_too_large');
    } finally {
      await small.close();
    }
    const row = {
      ...{ account_id: person.accountId, transcript_id: transcript, access_hash: 'x', views: 0 },
      ...{ created_at: 'x', expires_at: null, max_views: null, size: 2 },
      ...{ link: Buffer.of(1), document: Buffer.of(1) },
    };
    const rows = Array.from({ length: 500 }, () => ({ ...row, id: newId() }));
    await vault.store.db.insertInto('shares').values(rows).execute();
    expect((await person.putShare(transcript, newId(), newShare().share)).json().error.code).toBe('conflict');
  });
});

test('a rotated account key brings every link along, or changes nothing', async () => {
  const [one, two] = [await put(), await put({ expiresIn: 60 })];
  const rotate = (shareLinks?: Record<string, string>) => {
    const recovery = { authKey: base64url(32), wrap: base64url(104) };
    return person.send('POST', '/v1/account/rotation', {
      payload: {
        authKey: person.keys.authKey,
        keys: { ...newKeys(person.keys.email, 2), recovery },
        transcriptKeys: { [transcript]: base64url(104) },
        index: base64url(1112),
        ...(shareLinks && { shareLinks }),
      },
      headers: { 'if-match': '"1"', [INDEX_MATCH_HEADER]: '"1"' },
    });
  };
  const links = async () => Object.fromEntries((await list()).map(({ id, link }) => [id, link]));
  const before = await links();
  expect((await rotate()).json().error.code).toBe('revision_conflict');
  expect((await rotate({ [one.id]: base64url(104) })).statusCode).toBe(409);
  expect(await links()).toEqual(before);
  const after = { [one.id]: base64url(104), [two.id]: base64url(104) };
  expect((await rotate(after)).statusCode).toBe(200);
  expect(await links()).toEqual(after);
  expect((await view(one.id, one.token)).statusCode).toBe(200);
});

test('the page behind a link is the same for every id, and touches no view', async () => {
  const { id } = await put({ views: 1 });
  const pages = await Promise.all(
    [id, newId()].map((name) => vault.app.inject({ method: 'GET', url: `/s/${name}` })),
  );
  for (const page of pages) {
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(page.body).toContain('sealscribe open');
    expect(page.body).toBe(pages[0]?.body);
  }
  expect(await list()).toMatchObject([{ id, views: 0 }]);
});
