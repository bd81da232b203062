/** Earlier revisions through the SDK against a real server: seen, opened, restored, forgotten, and never mistaken for the present. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type IntegrityError, Sealscribe, renameSpeaker, setText, type Vault } from '@sealscribe/sdk-node';
import { startLyingServer, withJson, type LyingServer } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

let real: RunningServer;
let server: LyingServer;
let vault: Vault;
const owner = { email: 'editor@example.com', password: 'correct horse battery staple' };
const device = () => new Sealscribe({ server: server.url, retries: 0 });
beforeAll(async () => {
  real = await startServer();
  server = await startLyingServer(real.url);
  vault = await device().signUp(owner);
});
afterAll(async () => {
  await server.stop();
  await real.stop();
});
afterEach(() => void (server.lie = undefined));

/** Three revisions: as transcribed, with a correction, with another title. */
async function threeRevisions() {
  const first = transcriptOf('ask knot what');
  const second = renameSpeaker(setText(first, 0, 'ask not what'), 'SPEAKER_00', 'Kennedy');
  const { id } = await vault.save(first, { title: 'Draft', tags: ['speech'] });
  await vault.update(id, { transcript: second }, { revision: 1 });
  await vault.update(id, { title: 'Inaugural' }, { revision: 2 });
  return { id, first, second };
}

test('each revision is listed and opens as it was, on every device', async () => {
  const { id, first, second } = await threeRevisions();
  const other = await device().unlock(owner);
  const history = await other.history(id);
  expect(history.map(({ revision, title, speakers }) => [revision, title, speakers])).toEqual([
    [3, 'Inaugural', ['Kennedy']],
    [2, 'Draft', ['Kennedy']],
    [1, 'Draft', ['SPEAKER_00']],
  ]);
  expect(await other.openRevision(id, 1)).toEqual({ ...history[2], transcript: first });
  expect(await other.openRevision(id, 2)).toEqual({ ...history[1], transcript: second });
  expect(await other.openRevision(id, 3)).toEqual(await other.open(id));
  await expect(other.openRevision(id, 4)).rejects.toMatchObject({ code: 'not_found' });
  await expect(other.openRevision(id, 0)).rejects.toBeInstanceOf(RangeError);
});

test('restoring makes a new revision, loses nothing, and sees who was faster', async () => {
  const { id, first } = await threeRevisions();
  await expect(vault.restore(id, 1, { revision: 2 })).rejects.toMatchObject({ code: 'conflict' });
  expect(await vault.restore(id, 1, { revision: 3 })).toEqual({ id, revision: 4 });
  expect(await vault.open(id)).toMatchObject({
    revision: 4,
    title: 'Draft',
    tags: ['speech'],
    transcript: first,
  });
  expect((await vault.history(id)).map(({ revision }) => revision)).toEqual([4, 3, 2, 1]);
});

test('forgotten revisions are gone, the present one stays; a deleted transcript has none', async () => {
  const { id, second } = await threeRevisions();
  await vault.forgetHistory(id);
  expect(await vault.history(id)).toHaveLength(1);
  await expect(vault.openRevision(id, 1)).rejects.toMatchObject({ code: 'not_found' });
  await expect(vault.restore(id, 1)).rejects.toMatchObject({ code: 'not_found' });
  expect((await vault.open(id)).transcript).toEqual(second);
  await vault.delete(id);
  await expect(vault.history(id)).rejects.toMatchObject({ code: 'not_found' });
});

describe('a server that lies about the past', () => {
  type Revision = { revision: number; card: string; transcript: string; words: string };
  const answering = (path: RegExp, change: (answer: Revision & { revisions: Revision[] }) => unknown) => {
    server.lie = async (asked, ask) =>
      path.test(asked.path) ? withJson(await ask(asked), change as (json: unknown) => unknown) : undefined;
  };
  const failure = async (work: Promise<unknown>) =>
    (await work.then(
      () => undefined,
      (error: unknown) => error,
    )) as IntegrityError;

  test('another revision under this number does not open', async () => {
    const { id } = await threeRevisions();
    let other: Revision | undefined;
    answering(/revisions\/2$/, (answer) => (other = answer));
    await vault.openRevision(id, 2);
    answering(/revisions\/1$/, () => ({ ...other, revision: 1 }));
    for (const work of [vault.openRevision(id, 1), vault.restore(id, 1)])
      expect(await failure(work)).toMatchObject({ code: 'authentication_failed', id });
    answering(/revisions\/1$/, () => other);
    expect(await failure(vault.openRevision(id, 1))).toMatchObject({ code: 'bad_answer' });
    server.lie = undefined;
    expect((await vault.open(id)).revision).toBe(3);
  });

  test('a part of another revision does not pass', async () => {
    const { id } = await threeRevisions();
    let second: Revision | undefined;
    answering(/revisions\/2$/, (answer) => (second = answer));
    await vault.openRevision(id, 2);
    for (const part of ['transcript', 'words'] as const) {
      answering(/revisions\/1$/, (answer) => ({ ...answer, [part]: second?.[part] }));
      expect(await failure(vault.openRevision(id, 1))).toMatchObject({ code: 'authentication_failed' });
    }
  });

  test('an earlier revision as the present one is a rollback', async () => {
    const { id } = await threeRevisions();
    let past: Revision[] = [];
    answering(/revisions$/, (answer) => {
      past = answer.revisions;
      return answer;
    });
    await vault.history(id);
    server.lie = async (asked, ask) =>
      asked.path.endsWith(id)
        ? withJson(await ask(asked), (info: object) => ({ ...info, ...past[0] }))
        : undefined;
    expect(await failure(vault.open(id))).toMatchObject({ code: 'rollback', id });
    expect(await failure((await device().unlock(owner)).open(id))).toMatchObject({ code: 'rollback', id });
  });

  test('a list that is out of order, twice the same, or not this transcript is refused', async () => {
    const { id } = await threeRevisions();
    const { id: foreign } = await threeRevisions();
    for (const change of [
      (revisions: Revision[]) => [...revisions].reverse(),
      ([revision]: Revision[]) => [revision, revision],
      ([revision]: Revision[]) => [{ ...revision, revision: 3 }],
    ]) {
      answering(/revisions$/, (answer) => ({ revisions: change(answer.revisions) }));
      expect(await failure(vault.history(id))).toMatchObject({ code: 'bad_answer' });
    }
    let other: Revision[] = [];
    answering(/revisions$/, (answer) => ({ revisions: (other = answer.revisions) }));
    await vault.history(foreign);
    answering(/revisions$/, () => ({ revisions: other }));
    expect(await failure(vault.history(id))).toMatchObject({ code: 'authentication_failed', id });
  });
});
