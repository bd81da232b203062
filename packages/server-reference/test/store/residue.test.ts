/**
 * Thousands of creations, replacements and deletions in random order move cells between pages in every way; afterwards not a
 * piece of anything deleted may be left in the raw files.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { expect, test } from 'vitest';
import { createAccount } from '../../src/store/accounts.js';
import { createBlob, deleteBlob, replaceBlob } from '../../src/store/blobs.js';
import type { Store } from '../../src/store/index.js';
import { openStore } from '../../src/store/open.js';
import { clearGap, sizeOfLog } from '../../src/store/residue.js';
import { newId, newKeys } from '../routes/vault-app.js';

const STEPS = 5000;
const PIECE = 16;

/** Which of these pieces stand anywhere in the folder's files. */
function found(folder: string, pieces: Iterable<string>): number {
  const wanted = new Set(pieces);
  const hits = new Set<string>();
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name)).toString('latin1');
    for (let at = 0; at + PIECE <= text.length; at++) {
      const piece = text.slice(at, at + PIECE);
      if (wanted.has(piece)) hits.add(piece);
    }
  }
  return hits.size;
}
const pieceOf = (bytes: Buffer) => bytes.subarray(0, PIECE).toString('latin1');

async function churn(store: Store): Promise<{ live: Set<string>; dead: Set<string> }> {
  const accountId = newId();
  await createAccount(store, { id: accountId, ...newKeys('a@example.com'), authHash: '' }, new Date());
  const live: { id: string; piece: string; revision: number }[] = [];
  const dead = new Set<string>();
  const make = () => randomBytes(randomInt(20) === 0 ? randomInt(2000, 9000) : randomInt(30, 1500));
  for (let step = 0; step < STEPS; step++) {
    const dice = Math.random();
    if (dice < 0.45 || live.length < 5) {
      const id = newId();
      const bytes = make();
      await createBlob(store, { accountId, id, bound: 1e9 }, bytes, new Date());
      live.push({ id, piece: pieceOf(bytes), revision: 1 });
    } else if (dice < 0.7) {
      const blob = live[randomInt(live.length)];
      const bytes = make();
      dead.add(blob.piece);
      const place = { accountId, id: blob.id, bound: 1e9 };
      blob.revision = await replaceBlob(store, place, blob.revision, bytes, new Date());
      blob.piece = pieceOf(bytes);
    } else {
      const [blob] = live.splice(randomInt(live.length), 1);
      if (blob === undefined) continue;
      dead.add(blob.piece);
      dead.add(blob.id.slice(0, PIECE));
      await deleteBlob(store, accountId, blob.id, undefined);
    }
  }
  return { live: new Set(live.map(({ piece }) => piece)), dead };
}

test('whatever was moved about before it was deleted is gone from every page', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-residue-'));
  const store = await openStore(folder, { reserve: 0 });
  try {
    // Scrubbed once, at the end: the log then empties itself in between, as it does under many creations.
    const { live, dead } = await churn({ ...store, scrub: async () => undefined });
    expect(sizeOfLog(join(folder, 'sealscribe.db-wal'))).toBeLessThan(5 * 1024 * 1024);
    await store.scrub();
    expect(found(folder, live)).toBe(live.size);
    expect(found(folder, dead)).toBe(0);
    const { rows } = await store.db.executeQuery(CompiledQuery.raw('pragma integrity_check'));
    expect(rows).toEqual([{ integrity_check: 'ok' }]);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
});

test('only the gap of a tree page is cleared, and no other page is touched', () => {
  const page = Buffer.alloc(4096, 7);
  page[0] = 0x0d;
  page.writeUInt16BE(3, 3);
  page.writeUInt16BE(4000, 5);
  const expected = Buffer.from(page).fill(0, 14, 4000);
  expect(clearGap(page)).toBe(true);
  expect(page.equals(expected)).toBe(true);
  expect(clearGap(page)).toBe(false);
  for (const type of [0, 1, 3, 7, 255]) {
    const other = Buffer.alloc(4096, 7).fill(type, 0, 1);
    expect(clearGap(other)).toBe(false);
    expect(other.equals(Buffer.alloc(4096, 7).fill(type, 0, 1))).toBe(true);
  }
});
