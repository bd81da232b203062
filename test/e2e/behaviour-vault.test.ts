// The vault among several clients and among guessers, over the real server: who guesses waits, nobody learns who has an
// account, and of two who write one transcript at once one wins and the other is told and can merge.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConflictError, Sealscribe, type Vault } from '@sealscribe/sdk-node';
import { transcriptOf } from './sdk-transcript.js';
import { call, hasServer, type Answer } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

let server: RunningServer;
beforeAll(async () => {
  if (hasServer) server = await startServer({ args: ['--workers', '1'] });
});
afterAll(() => server?.stop());
const device = () => new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
const password = 'correct horse battery staple';

describe.skipIf(!hasServer)('guessing', () => {
  const post = (path: string, body: object): Promise<Answer> =>
    call(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    });
  const newBytes = (length: number) => randomBytes(length).toString('base64url');
  const guess = (email: string) => post('/v1/sessions', { email, authKey: newBytes(32) });
  /** All that a guesser sees, but for what differs from request to request. */
  const shape = ({ status, headers, json }: Answer) => ({
    status,
    headers: {
      ...headers,
      date: '',
      'x-request-id': '',
      'x-ratelimit-remaining': '',
      'x-ratelimit-reset': '',
      'retry-after': '',
    },
    error: { ...json.error, requestId: '' },
  });

  test('known and unknown emails get the same answers and have to wait alike, the right password too', async () => {
    const known = 'known@example.com';
    const unknown = 'unknown@example.com';
    const authKey = newBytes(32);
    const keys = { email: known, salt: newBytes(16), iterations: 600_000, keyVersion: 1, authKey };
    const wraps = { password: newBytes(104) };
    expect((await post('/v1/accounts', { accountId: newBytes(16), keys: { ...keys, wraps } })).status).toBe(
      201,
    );
    const signIn = () => post('/v1/sessions', { email: known, authKey });
    expect((await signIn()).status).toBe(200);
    const shapes: Record<string, object[]> = {};
    for (const email of [known, unknown]) {
      const answers: Answer[] = [];
      // Ten are free; after them each next one is met by a longer wait than there was before.
      for (let attempt = 0; attempt < 12; attempt++) answers.push(await guess(email));
      expect(answers.slice(0, 10).map(({ status }) => status)).toEqual(Array(10).fill(401));
      // The eleventh began the first wait, of a second; a slow machine may have let it pass before the twelfth.
      let locked = answers[11];
      while (locked?.status !== 429) locked = await guess(email);
      expect(locked.json.error.code).toBe('locked_out');
      expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
      shapes[email] = [answers[0], locked].map((answer) => shape(answer));
    }
    expect(shapes[unknown]).toEqual(shapes[known]);

    let wait = 0;
    while (wait < 4) {
      const answer = await guess(known);
      wait = Number(answer.headers['retry-after'] ?? 0);
      if (wait < 4) await sleep(wait * 1000);
    }
    const begun = Date.now();
    const right = await signIn();
    // Unless the machine slept through the wait.
    if (Date.now() - begun < (wait - 1) * 1000) expect(shape(right)).toEqual(shapes[unknown]?.[1]);
  });

  test('what is said before signing in does not tell who has an account either', async () => {
    const prelogin = (email: string) => post('/v1/accounts/prelogin', { email });
    await device().signUp({ email: 'told@example.com', password });
    const [known, unknown, again] = await Promise.all(
      ['told@example.com', 'nobody@example.com', 'NOBODY@example.com'].map(prelogin),
    );
    expect(Object.keys(unknown?.json)).toEqual(Object.keys(known?.json));
    expect(unknown?.json.iterations).toBe(known?.json.iterations);
    expect(unknown?.json.salt).toHaveLength(known?.json.salt.length);
    expect(unknown?.json.salt).not.toBe(known?.json.salt);
    expect(again?.json).toEqual(unknown?.json);
    expect(Object.keys(unknown?.headers ?? {})).toEqual(Object.keys(known?.headers ?? {}));
  });
});

describe.skipIf(!hasServer)('two clients that write one transcript', () => {
  const ROUNDS = 12;
  let vaults: [Vault, Vault];
  beforeAll(async () => {
    const credentials = { email: 'both@example.com', password };
    vaults = [await device().signUp(credentials), await device().unlock(credentials)];
  });

  test('at the same moment: one wins, the other gets what is there now, merges, and no change is lost', async () => {
    const [one] = vaults;
    const { id } = await one.save(transcriptOf('start'));
    let { text } = (await one.open(id)).transcript;
    let revision = 1;
    for (let round = 0; round < ROUNDS; round++) {
      const base = text;
      const results = await Promise.allSettled(
        vaults.map((vault, i) =>
          vault.update(id, { transcript: transcriptOf(`${base} r${round}c${i}`) }, { revision }),
        ),
      );
      const winners = results.filter(({ status }) => status === 'fulfilled');
      expect(winners, `round ${round}`).toHaveLength(1);
      const loser = results.findIndex(({ status }) => status === 'rejected');
      const { reason } = results[loser] as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(ConflictError);
      const { current } = reason as ConflictError;
      expect(current).toMatchObject({
        revision: revision + 1,
        transcript: { text: `${base} r${round}c${1 - loser}` },
      });
      // Merging: both changes, on top of what is there.
      text = `${current?.transcript.text} r${round}c${loser}`;
      const merged = await vaults[loser as 0 | 1].update(
        id,
        { transcript: transcriptOf(text) },
        { revision: revision + 1 },
      );
      revision = merged.revision;
    }
    for (const vault of vaults) {
      const opened = await vault.open(id);
      expect(opened.revision).toBe(1 + 2 * ROUNDS);
      for (let round = 0; round < ROUNDS; round++)
        for (const client of [0, 1]) expect(opened.transcript.text).toContain(`r${round}c${client}`);
    }
  });

  test('one deletes what the other changes: the change is refused or the deletion is', async () => {
    const [one, other] = vaults;
    for (let round = 0; round < 6; round++) {
      const { id } = await one.save(transcriptOf('short-lived'));
      await other.open(id);
      const [changed, deleted] = await Promise.allSettled([
        one.update(id, { title: 'kept' }, { revision: 1 }),
        other.delete(id),
      ]);
      const there = (await one.list()).some((entry) => entry.id === id);
      expect(there).toBe(deleted.status === 'rejected');
      if (there) expect(changed.status).toBe('fulfilled');
      if (changed.status === 'rejected')
        expect(['not_found', 'revision_conflict', 'conflict']).toContain(changed.reason.code);
    }
  });
});
