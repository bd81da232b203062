/**
 * A server that wants to cheat, against the client: whatever it gives, the client either opens what its owner wrote last or says
 * what is wrong, and tells the server nothing about it.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  DamagedVaultError,
  type IntegrityError,
  Sealscribe,
  deriveKey,
  encrypt,
  type Vault,
} from '@sealscribe/sdk-node';
import type { TranscriptInfo } from '@sealscribe/protocol';
import { startLyingServer, withJson, type Answered, type LyingServer } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

type List = { transcripts: TranscriptInfo[]; next: null };

let real: RunningServer;
let server: LyingServer;
beforeAll(async () => {
  real = await startServer();
  server = await startLyingServer(real.url);
});
afterAll(async () => {
  await server.stop();
  await real.stop();
});
afterEach(() => {
  server.lie = undefined;
});

let people = 0;
const newPerson = () => ({
  email: `victim${people++}@example.com`,
  password: 'correct horse battery staple',
});
const device = (options = {}) => new Sealscribe({ server: server.url, retries: 0, ...options });
const failureOf = async (work: Promise<unknown>) => {
  const failure: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return failure as Error & Pick<DamagedVaultError, 'problems' | 'entries'>;
};
/** Answers `path` with what the true server answered when `record` was called. */
const replay = (path: RegExp, answer: Answered) => {
  server.lie = ({ method, path: asked }) => (method === 'GET' && path.test(asked) ? answer : undefined);
};
async function record(
  vault: Vault,
  path: RegExp,
  use: (vault: Vault) => Promise<unknown>,
): Promise<Answered> {
  let found: Answered | undefined;
  server.lie = async (asked, ask) => {
    const answer = await ask(asked);
    if (asked.method === 'GET' && path.test(asked.path)) found = answer;
    return answer;
  };
  await use(vault);
  server.lie = undefined;
  if (!found) throw new Error('nothing was recorded');
  return found;
}

const LIST = /^\/v1\/transcripts$/;
const INDEX = /^\/v1\/vault\/index$/;
const CARD = /^\/v1\/transcripts\/[\w-]+$/;

describe('a vault with two transcripts', () => {
  let owner: ReturnType<typeof newPerson>;
  let vault: Vault;
  let first: string;
  let second: string;
  beforeEach(async () => {
    owner = newPerson();
    vault = await device().signUp(owner);
    first = (await vault.save(transcriptOf('the first secret'), { title: 'One' })).id;
    second = (await vault.save(transcriptOf('the second secret'), { title: 'Two' })).id;
  });

  test('an old list with an old index is a rollback for a device that has seen more', async () => {
    const [list, index] = [
      await record(vault, LIST, (it) => it.list()),
      await record(vault, INDEX, (it) => it.list()),
    ];
    await vault.update(first, { title: 'Newer' });
    server.lie = ({ path }) => (LIST.test(path) ? list : INDEX.test(path) ? index : undefined);
    for (const use of [() => vault.list(), () => vault.fingerprint(), () => vault.delete(first)])
      expect(await failureOf(use())).toMatchObject({
        name: 'IntegrityError',
        code: 'rollback',
        id: undefined,
      });
  });

  test('an empty vault is a rollback for a device that has seen more', async () => {
    server.lie = async (asked, ask) => {
      if (INDEX.test(asked.path))
        return {
          status: 404,
          headers: {},
          body: Buffer.from('{"error":{"code":"not_found","message":"","requestId":""}}'),
        };
      return LIST.test(asked.path)
        ? withJson<List>(await ask(asked), () => ({ transcripts: [], next: null }))
        : undefined;
    };
    expect(await failureOf(vault.list())).toMatchObject({ name: 'IntegrityError', code: 'rollback' });
  });

  test('two indexes of one revision are a fork', async () => {
    const other = await device().unlock(owner);
    await other.list();
    let swallowed: Buffer | undefined;
    server.lie = async ({ method, headers, body, path }) => {
      if (method !== 'PUT') return undefined;
      const form = await new Response(body as never, {
        headers: { 'content-type': headers['content-type']! },
      }).formData();
      swallowed = Buffer.from(await (form.get('index') as File).arrayBuffer());
      const written = { id: path.split('/').at(-1), revision: 1, indexRevision: 3 };
      return {
        status: 201,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(written)),
      };
    };
    await other.save(transcriptOf('never stored'));
    server.lie = undefined;
    await vault.save(transcriptOf('stored'));
    replay(INDEX, { status: 200, headers: { etag: '"3"' }, body: swallowed! });
    expect(await failureOf(vault.list())).toMatchObject({ name: 'IntegrityError', code: 'fork' });
  });

  test('an old revision of one transcript is a rollback, and the others are still shown', async () => {
    const old = await record(vault, CARD, (it) => it.open(first));
    await vault.update(first, { title: 'Newer' });
    server.lie = async (asked, ask) => {
      if (asked.path.endsWith(first)) return old;
      if (!LIST.test(asked.path)) return undefined;
      const before = JSON.parse(old.body.toString()) as TranscriptInfo;
      return withJson<List>(await ask(asked), (list) => ({
        ...list,
        transcripts: list.transcripts.map((info) => (info.id === first ? before : info)),
      }));
    };
    // Also on a device that has seen nothing yet: the index tells.
    for (const reader of [vault, await device().unlock(owner)]) {
      expect(await failureOf(reader.open(first))).toMatchObject({ code: 'rollback', id: first });
      const failure = await failureOf(reader.list());
      expect(failure).toBeInstanceOf(DamagedVaultError);
      expect(failure.problems).toMatchObject([{ code: 'rollback', id: first }]);
      expect(failure.entries).toMatchObject([{ id: second, title: 'Two' }]);
      const problems: IntegrityError[] = [];
      const shown = await reader.list({ onProblem: (problem) => problems.push(problem) });
      expect(shown.map(({ id }) => id)).toEqual([second]);
      expect(problems.map(({ id }) => id)).toEqual([first]);
      expect((await reader.open(second)).transcript.text).toBe('the second secret');
    }
  });

  test('two transcripts that were swapped do not open', async () => {
    server.lie = async (asked, ask) => {
      const other = asked.path.endsWith(first) ? second : first;
      if (CARD.test(asked.path)) {
        const path = asked.path.replace(/[^/]+$/, other);
        return withJson<TranscriptInfo>(await ask({ ...asked, path }), (info) => ({
          ...info,
          id: asked.path.split('/').at(-1)!,
        }));
      }
      if (!LIST.test(asked.path)) return undefined;
      return withJson<List>(await ask(asked), ({ transcripts: [a, b], next }) => ({
        transcripts: [
          { ...a, key: b.key, card: b.card },
          { ...b, key: a.key, card: a.card },
        ],
        next,
      }));
    };
    expect(await failureOf(vault.open(first))).toMatchObject({ code: 'authentication_failed', id: first });
    expect((await failureOf(vault.list())).problems.map(({ code }) => code)).toEqual(
      Array(2).fill('authentication_failed'),
    );
  });

  test('another transcript than the one that was asked for is not an answer', async () => {
    const other = await record(vault, CARD, (it) => it.open(second));
    replay(CARD, other);
    expect(await failureOf(vault.open(first))).toMatchObject({ code: 'bad_answer' });
  });

  test('bodies that were swapped do not open', async () => {
    server.lie = ({ path, ...asked }, ask) =>
      path.endsWith('/transcript') ? ask({ ...asked, path: path.replace(first, second) }) : undefined;
    expect(await failureOf(vault.open(first))).toMatchObject({ code: 'authentication_failed', id: first });
  });

  test('an old body under a new card does not open', async () => {
    const old = await record(vault, /\/transcript$/, (it) => it.open(first));
    await vault.update(first, { transcript: transcriptOf('corrected') });
    for (const revision of ['1', '2']) {
      replay(/\/transcript$/, { ...old, headers: { ...old.headers, 'sealscribe-part-revision': revision } });
      expect(await failureOf(vault.open(first))).toMatchObject({ code: 'authentication_failed', id: first });
    }
  });

  test('a transcript of somebody else is not shown as ours', async () => {
    const other = await device().signUp(newPerson());
    const { id } = await other.save(transcriptOf('a plant'));
    const theirs = JSON.parse(
      (await record(other, CARD, (it) => it.open(id))).body.toString(),
    ) as TranscriptInfo;
    server.lie = async (asked, ask) =>
      LIST.test(asked.path)
        ? withJson<List>(await ask(asked), (list) => ({
            ...list,
            transcripts: [...list.transcripts, theirs],
          }))
        : undefined;
    const failure = await failureOf(vault.list());
    expect(failure.problems).toMatchObject([{ code: 'authentication_failed', id }]);
    expect(failure.entries).toHaveLength(2);
  });

  test('a deleted transcript that comes back is unlisted', async () => {
    const card = await record(vault, CARD, (it) => it.open(first));
    await vault.delete(first);
    const back = JSON.parse(card.body.toString()) as TranscriptInfo;
    server.lie = async (asked, ask) => {
      if (CARD.test(asked.path)) return card;
      return LIST.test(asked.path)
        ? withJson<List>(await ask(asked), (list) => ({ ...list, transcripts: [...list.transcripts, back] }))
        : undefined;
    };
    expect((await failureOf(vault.list())).problems).toMatchObject([{ code: 'unlisted', id: first }]);
    expect(await failureOf(vault.open(first))).toMatchObject({ code: 'unlisted', id: first });
  });

  test('a transcript that is kept back has vanished', async () => {
    server.lie = async (asked, ask) => {
      if (asked.path.endsWith(first))
        return {
          status: 404,
          headers: {},
          body: Buffer.from('{"error":{"code":"not_found","message":"","requestId":""}}'),
        };
      return LIST.test(asked.path)
        ? withJson<List>(await ask(asked), (list) => ({
            ...list,
            transcripts: list.transcripts.filter(({ id }) => id !== first),
          }))
        : undefined;
    };
    const failure = await failureOf(vault.list());
    expect(failure.problems).toMatchObject([{ code: 'vanished', id: first }]);
    expect(failure.entries).toMatchObject([{ id: second }]);
    expect(await failureOf(vault.open(first))).toMatchObject({ code: 'vanished', id: first });
  });

  test('plaintext, a baseline blob, random bytes and cut or flipped bytes do not open, all with the same words', async () => {
    const truth = await record(vault, /\/transcript$/, (it) => it.open(first));
    const sealed = truth.body;
    const flipped = Buffer.from(sealed);
    flipped[flipped.length >> 1] ^= 1;
    const baseline = await encrypt(
      await deriveKey(owner.password, owner.email),
      JSON.stringify({ segments: [] }),
    );
    const offers = [
      Buffer.from(JSON.stringify({ segments: [] }).padEnd(sealed.length)),
      Buffer.from(baseline),
      flipped,
      sealed.subarray(0, -1),
      sealed.subarray(0, 30),
      Buffer.alloc(0),
      Buffer.concat([sealed, Buffer.alloc(1)]),
    ];
    for (const body of offers) {
      replay(/\/transcript$/, { ...truth, body });
      expect(await failureOf(vault.open(first))).toMatchObject({
        code: 'authentication_failed',
        message: 'Could not open: the key is wrong or the data was changed.',
      });
    }
    replay(/\/transcript$/, truth);
    expect((await vault.open(first)).transcript.text).toBe('the first secret');
  });

  test('an opening that fails looks to the server like one that succeeds', async () => {
    const paths = () => server.asked.map(({ method, path }) => `${method} ${path}`).sort();
    const truth = await record(vault, /\/transcript$/, (it) => it.open(first));
    server.asked = [];
    await vault.open(first);
    const whenItOpens = paths();
    for (const at of [0, 40, truth.body.length - 1]) {
      const body = Buffer.from(truth.body);
      body[at] ^= 1;
      replay(/\/transcript$/, { ...truth, body });
      server.asked = [];
      await failureOf(vault.open(first));
      expect(paths()).toEqual(whenItOpens);
    }
  });

  test('pages that never end are not followed', async () => {
    server.lie = async (asked, ask) =>
      asked.path.startsWith('/v1/transcripts')
        ? withJson<List>(await ask({ ...asked, path: '/v1/transcripts' }), (list) => ({
            ...list,
            next: 'A'.repeat(22),
          }))
        : undefined;
    expect(await failureOf(vault.list())).toMatchObject({ code: 'bad_answer' });
  });

  test('no request ever holds the password, a title or a word of the text; a change of labels sends no body again', async () => {
    server.asked = [];
    const { id } = await vault.save(transcriptOf('xylophone zeppelin'), {
      title: 'Quagmire',
      fileName: 'wombat.wav',
    });
    const bodies = server.asked.map(({ body }) => body.length);
    await vault.update(id, { title: 'Quicksand' });
    await (await device().unlock(owner)).open(id);
    const all = server.asked.map(
      ({ path, headers, body }) => path + JSON.stringify(headers) + body.toString('latin1'),
    );
    expect(all.join('\n')).not.toMatch(/correct horse|xylophone|zeppelin|Quagmire|Quicksand|wombat/);
    const [update] = server.asked.filter(({ method, headers }) => method === 'PUT' && headers['if-match']);
    expect(update.body.toString('latin1')).not.toMatch(/name="(transcript|words|key)"/);
    expect(update.body.length).toBeLessThan(Math.max(...bodies) / 2);
  });
});
