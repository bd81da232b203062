import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sealscribe-store-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => openStore(folder, { reserve: 1000 });
const modeOf = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);

test('folder and files are for the owner alone, even where they were not before', async () => {
  chmodSync(folder, 0o755);
  const store = await open();
  expect(modeOf('.')).toBe('700');
  for (const name of ['sealscribe.db', 'sealscribe.db-wal', 'sealscribe.db-shm', 'reserve'])
    expect([name, modeOf(name)]).toEqual([name, '600']);
  await store.close();
});

test('a commit waits for the disk, deleted bytes are overwritten, references hold', async () => {
  const store = await open();
  const pragma = async (name: string) =>
    Object.values(
      (
        await store.db.executeQuery<Record<string, unknown>>(
          CompiledQuery.raw(`pragma ${name}`) as CompiledQuery<Record<string, unknown>>,
        )
      ).rows[0] ?? {},
    )[0];
  expect(await pragma('synchronous')).toBe(2);
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('secure_delete')).toBe(1);
  expect(await pragma('foreign_keys')).toBe(1);
  expect(await pragma('auto_vacuum')).toBe(2);
  await store.close();
});

test("the server's secret is made once", async () => {
  const first = await open();
  expect(first.secret).toHaveLength(32);
  await first.close();
  const second = await open();
  expect(Buffer.from(second.secret).equals(first.secret)).toBe(true);
  await second.close();
});

test('no table has a column for anything but ids, times, sizes, keys, sealed bytes, limits, and where webhooks go', async () => {
  const store = await open();
  const tables = await store.db.introspection.getTables();
  const columns = tables.map(({ name, columns }) => [name, columns.map((column) => column.name).sort()]);
  expect(Object.fromEntries(columns)).toEqual({
    accounts: [
      'auth_hash',
      'created_at',
      'email',
      'id',
      'iterations',
      'key_version',
      'recovery_auth_hash',
      'salt',
      'stored_bytes',
      'updated_at',
      'wrap_password',
      'wrap_recovery',
    ],
    api_keys: ['account_id', 'created_at', 'expires_at', 'id', 'key_hash'],
    blobs: ['account_id', 'bytes', 'created_at', 'id', 'revision', 'size', 'updated_at'],
    earlier_cards: ['account_id', 'card', 'id', 'revision', 'transcript_revision', 'words_revision'],
    earlier_parts: ['account_id', 'bytes', 'id', 'part', 'revision'],
    identities: ['account_id', 'private_key', 'public_key'],
    pending_emails: [
      'account_id',
      'auth_hash',
      'email',
      'expires_at',
      'iterations',
      'key_version',
      'salt',
      'wrap_password',
    ],
    quotas: ['account_id', 'concurrent', 'file_bytes', 'minutes'],
    recording_pieces: ['account_id', 'bytes', 'number', 'recording_id', 'transcript_id'],
    recordings: ['account_id', 'expires_at', 'id', 'transcript_id'],
    server_secrets: ['name', 'value'],
    sessions: ['account_id', 'created_at', 'expires_at', 'token_hash'],
    shares: [
      'access_hash',
      'account_id',
      'created_at',
      'document',
      'expires_at',
      'id',
      'link',
      'max_views',
      'size',
      'transcript_id',
      'views',
    ],
    transcripts: [
      'account_id',
      'card',
      'created_at',
      'id',
      'key',
      'revision',
      'transcript',
      'transcript_revision',
      'updated_at',
      'words',
      'words_revision',
    ],
    usage_months: ['account_id', 'month', 'seconds'],
    vault_indexes: ['account_id', 'revision', 'sealed'],
    webhook_deliveries: [
      'attempts',
      'created_at',
      'error_code',
      'id',
      'job_id',
      'next_at',
      'server',
      'type',
      'webhook_id',
    ],
    webhooks: ['account_id', 'created_at', 'id', 'public_key', 'secret', 'url'],
    workspace_deliveries: ['account_id', 'delivery', 'epoch', 'workspace_id'],
    workspace_earlier_cards: [
      'card',
      'id',
      'revision',
      'transcript_revision',
      'words_revision',
      'workspace_id',
    ],
    workspace_earlier_parts: ['bytes', 'id', 'part', 'revision', 'workspace_id'],
    workspace_epochs: ['epoch', 'roster', 'sender', 'workspace_id'],
    workspace_indexes: ['revision', 'sealed', 'workspace_id'],
    workspace_invitations: [
      'account_id',
      'created_at',
      'invited_id',
      'inviter_id',
      'public_key',
      'workspace_id',
    ],
    workspace_members: ['account_id', 'epoch', 'membership', 'role', 'workspace_id'],
    workspace_recording_pieces: ['bytes', 'number', 'recording_id', 'transcript_id', 'workspace_id'],
    workspace_recordings: ['expires_at', 'id', 'transcript_id', 'workspace_id'],
    workspace_transcripts: [
      'card',
      'created_at',
      'id',
      'key',
      'revision',
      'transcript',
      'transcript_revision',
      'updated_at',
      'words',
      'words_revision',
      'workspace_id',
    ],
    workspaces: ['card', 'created_at', 'epoch', 'id', 'key_number', 'stored_bytes'],
  });
  await store.close();
});

test('a file that is no database is refused, and left as it was', async () => {
  const path = join(folder, 'sealscribe.db');
  writeFileSync(path, "This is somebody else's file, and longer than a page header. ".repeat(100));
  const before = statSync(path).size;
  await expect(open()).rejects.toThrow();
  expect(statSync(path).size).toBe(before);
});

test('a database of a newer server is refused by name of the reason', async () => {
  const store = await open();
  await store.db.executeQuery(
    CompiledQuery.raw("insert into kysely_migration (name, timestamp) values ('9999-later', '2100')"),
  );
  await store.close();
  await expect(open()).rejects.toThrow('could not be brought to the present schema');
});
