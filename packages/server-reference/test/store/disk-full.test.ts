/**
 * What happens when there is no room: first by SQLite's own bound on pages, which runs everywhere, then on a real file system
 * of a few megabytes, which only root can mount.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/index.js';
import { openStore } from '../../src/store/open.js';
import { bytesOf, creating, newId, newParts, Person, replacing, startVault } from '../routes/vault-app.js';
import { filesWith } from './raw-files.js';

const codeOf = (answer: { statusCode: number; body: string }) => [
  answer.statusCode,
  JSON.parse(answer.body).error?.code,
];

test('a store that may not grow answers 507, keeps what it has and goes on', async () => {
  const vault = await startVault();
  try {
    const person = await Person.signUp(vault);
    const kept = { id: newId(), bytes: bytesOf(20_000) };
    await person.putBlob(kept.id, kept.bytes);
    await vault.store.scrub();
    await vault.store.db.executeQuery(CompiledQuery.raw('pragma max_page_count = 40'));
    expect(codeOf(await person.putBlob(newId(), bytesOf(500_000)))).toEqual([507, 'storage_full']);
    expect(
      codeOf(await person.putTranscript(newId(), { ...newParts(), words: bytesOf(500_000) }, creating(0))),
    ).toEqual([507, 'storage_full']);
    expect((await person.send('GET', '/v1/vault/index')).statusCode).toBe(404);
    expect((await person.send('GET', `/v1/blobs/${kept.id}`)).rawPayload.equals(kept.bytes)).toBe(true);
    expect((await person.send('DELETE', `/v1/blobs/${kept.id}`)).statusCode).toBe(204);
    expect((await person.putBlob(newId(), kept.bytes)).statusCode).toBe(201);
  } finally {
    await vault.close();
  }
});

const folder = mkdtempSync(join(tmpdir(), 'sealscribe-full-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]).status === 0;
afterAll(() => {
  // Lazily: libsql lets go of its files only when its statements are collected.
  if (mounted) spawnSync('umount', ['--lazy', folder]);
  rmSync(folder, { recursive: true });
});

describe.skipIf(!mounted)('on a full disk', () => {
  let vault: Awaited<ReturnType<typeof startVault>>;
  let person: Person;
  let transcript: string;
  const blobs: { id: string; bytes: Buffer }[] = [];
  beforeAll(async () => {
    vault = await startVault({}, join(folder, 'data'));
    person = await Person.signUp(vault);
    transcript = newId();
    await person.putTranscript(transcript, newParts(), creating(0));
    for (const size of [200_000, 5_000, 60])
      for (;;) {
        const blob = { id: newId(), bytes: bytesOf(size) };
        const answer = await person.putBlob(blob.id, blob.bytes);
        if (answer.statusCode !== 201) {
          expect(codeOf(answer)).toEqual([507, 'storage_full']);
          break;
        }
        blobs.push(blob);
      }
  });
  afterAll(() => vault.close());

  test('everything that was acknowledged is there', async () => {
    expect(blobs.length).toBeGreaterThan(10);
    for (const { id, bytes } of blobs)
      expect((await person.send('GET', `/v1/blobs/${id}`)).rawPayload.equals(bytes)).toBe(true);
  });

  test('signing in still works', async () => {
    const { email, authKey } = person.keys;
    for (let round = 0; round < 3; round++) {
      const answer = await vault.app.inject({
        method: 'POST',
        url: '/v1/sessions',
        payload: { email, authKey },
      });
      expect(answer.statusCode).toBe(200);
    }
  });

  test('deletion still works, leaves no bytes, and makes room', async () => {
    const first = blobs.splice(0, 1)[0];
    expect((await person.send('DELETE', `/v1/blobs/${first.id}`)).statusCode).toBe(204);
    expect(filesWith(join(folder, 'data'), first.bytes.subarray(100, 130))).toEqual([]);
    expect((await person.putBlob(newId(), bytesOf(100_000))).statusCode).toBe(201);
    const removed = await person.send('DELETE', `/v1/transcripts/${transcript}`, {
      payload: bytesOf(600),
      headers: replacing(1, 1),
    });
    expect(removed.statusCode).toBe(200);
  });

  test('a whole account can be deleted', async () => {
    expect((await person.send('DELETE', '/v1/account')).statusCode).toBe(204);
    for (const { bytes } of blobs)
      expect(filesWith(join(folder, 'data'), bytes.subarray(10, 40))).toEqual([]);
    expect((await (await Person.signUp(vault)).putBlob(newId(), bytesOf(1_000_000))).statusCode).toBe(201);
  });
});

test('the reserve is taken again at the next start', async () => {
  const place = mkdtempSync(join(tmpdir(), 'sealscribe-reserve-'));
  let store: Store | undefined;
  try {
    store = await openStore(place, { reserve: 1_000_000 });
    await store.close();
    rmSync(join(place, 'reserve'));
    store = await openStore(place, { reserve: 1_000_000 });
    expect(filesWith(place, Buffer.alloc(1_000_000))).toContain('reserve');
  } finally {
    await store?.close();
    rmSync(place, { recursive: true });
  }
});
