/**
 * A killed server has lost nothing that it acknowledged: a child process writes, says after each step that it is done, and is
 * killed without warning at a moment it cannot know.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CompiledQuery } from 'kysely';
import { build } from 'tsup';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount } from '../../src/store/accounts.js';
import { listBlobs, readBlob } from '../../src/store/blobs.js';
import { openStore } from '../../src/store/open.js';
import { newId, newKeys } from '../routes/vault-app.js';

const ROUNDS = 8;
const folder = mkdtempSync(join(tmpdir(), 'sealscribe-killed-'));
const accountId = newId();
// Inside the package, where the child finds the dependencies.
const built = fileURLToPath(new URL('../../node_modules/.cache/durability/', import.meta.url));
const protocol = fileURLToPath(new URL('../../../protocol/src/index.ts', import.meta.url));

beforeAll(async () => {
  const entry = [fileURLToPath(new URL('writer.ts', import.meta.url))];
  await build({
    entry,
    outDir: built,
    format: 'esm',
    target: 'es2022',
    config: false,
    external: ['libsql', 'kysely'],
    esbuildOptions: (options) => void (options.alias = { '@sealscribe/protocol': protocol }),
    silent: true,
    outExtension: () => ({ js: '.mjs' }),
  });
  const store = await openStore(folder, { reserve: 0 });
  await createAccount(store, { id: accountId, ...newKeys('a@example.com'), authHash: '' }, new Date());
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the child said before it was killed, line by line; a last line cut short was not said. */
async function writeAndKill(milliseconds: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(built, 'writer.mjs'), folder, accountId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = text(child.stdout);
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), said]);
  await sleep(milliseconds);
  child.kill('SIGKILL');
  return (await said).split('\n').slice(0, -1);
}

test(`${ROUNDS} times killed in the middle of writing, everything acknowledged is there and whole`, async () => {
  const revisions = new Map<string, { revision: number; hash: string } | 'gone'>();
  for (let round = 0; round < ROUNDS; round++) {
    const lines = await writeAndKill(50 + 97 * round);
    expect(lines.length).toBeGreaterThan(0);
    for (const [verb, id = '', revision, hash = ''] of lines.map((line) => line.split(' ')))
      revisions.set(id, verb === 'gone' ? 'gone' : { revision: Number(revision), hash });

    const store = await openStore(folder, { reserve: 0 });
    try {
      const { rows } = await store.db.executeQuery(CompiledQuery.raw('pragma integrity_check'));
      expect(rows).toEqual([{ integrity_check: 'ok' }]);
      for (const [id, expected] of revisions) {
        const found = await readBlob(store, accountId, id).catch(() => undefined);
        if (expected === 'gone') {
          expect(found).toBeUndefined();
          continue;
        }
        // The step after the last acknowledged one may or may not have happened.
        if (found === undefined || found.revision !== expected.revision) {
          expect(id).toBe(lines.at(-1)?.split(' ')[1]);
          revisions.delete(id);
          continue;
        }
        expect(createHash('sha256').update(found.bytes).digest('hex')).toBe(expected.hash);
      }
      await expectTrueSum(store);
    } finally {
      await store.close();
    }
  }
  expect(revisions.size).toBeGreaterThan(ROUNDS);
});

async function expectTrueSum(store: Awaited<ReturnType<typeof openStore>>): Promise<void> {
  let sum = 0;
  for (let after: string | null = ''; after !== null;) {
    const { blobs, next }: Awaited<ReturnType<typeof listBlobs>> = await listBlobs(store, accountId, {
      after,
      limit: 200,
    });
    for (const { size } of blobs) sum += size;
    after = next;
  }
  const { stored_bytes } = await store.db
    .selectFrom('accounts')
    .select('stored_bytes')
    .executeTakeFirstOrThrow();
  expect(stored_bytes).toBe(sum);
}
