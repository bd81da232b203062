/**
 * Everything that an account has stored, as the files of an archive (docs/formats.md, "archive-v1"). The list is made in one
 * transaction, with what is small; the big parts are read one at a time while the archive is sent, by the revision at which they
 * were stored, so that a slow reader holds neither the database nor memory. What another client replaces meanwhile is found
 * among the earlier revisions; what it deletes ends the archive.
 */
import { archiveNames, ARCHIVE_MANIFEST, workspaceFolder, type ArchiveManifest } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import { readAccount } from './accounts.js';
import { inMemory, spaceFiles, type ArchiveFile } from './export-space.js';
import { readIdentity } from './identities.js';
import type { Connection, Store } from './index.js';
import { workspaceStore, workspaceTables } from './workspace-tables.js';
import { listWorkspaces, workspaceIn } from './workspaces.js';

/** Files of one archive: their list is in memory while it is sent. */
const MOST_FILES = 250_000;

/**
 * The files of an account's archive, the manifest first.
 *
 * @throws HttpError `unauthorized` when the account was deleted meanwhile, `payload_too_large` for more than `most` files
 */
export async function listArchive(
  store: Store,
  accountId: string,
  now: Date,
  most = MOST_FILES,
): Promise<ArchiveFile[]> {
  return store.transact(async (db) => {
    const files = [asJson(ARCHIVE_MANIFEST, await manifestOf(db, accountId, now), now)];
    const add = (more: ArchiveFile[]) => {
      for (const file of more) files.push(file);
      // The manifest is one of them, so a list that was cut at `most` rows never passes.
      if (files.length > most)
        throw new HttpError(
          'payload_too_large',
          `An archive has at most ${most} files: forget some history first.`,
        );
    };
    add(await spaceFiles({ store, db, id: accountId, folder: '', now, most }));
    add(await blobFiles(store, db, accountId, most));
    await addWorkspaces({ store, db, accountId, now, most }, add);
    return files;
  });
}

const asJson = (name: string, value: unknown, now: Date) =>
  inMemory(name, Buffer.from(`${JSON.stringify(value, null, 2)}\n`), now);

async function manifestOf(db: Connection, accountId: string, now: Date): Promise<ArchiveManifest> {
  const { salt, iterations, keyVersion, wraps, recovery } = await readAccount(db, accountId);
  return {
    format: 'sealscribe-archive',
    version: 1,
    createdAt: now.toISOString(),
    account: {
      ...{ accountId, salt, iterations, keyVersion },
      wraps: { ...wraps, ...(recovery !== null && { recovery: recovery.wrap }) },
    },
  };
}

async function blobFiles(
  store: Store,
  db: Connection,
  accountId: string,
  most: number,
): Promise<ArchiveFile[]> {
  const blobs = await db
    .selectFrom('blobs')
    .select(['id', 'revision', 'size', 'updated_at'])
    .where('account_id', '=', accountId)
    .orderBy('id')
    .limit(most)
    .execute();
  return blobs.map(({ id, revision, size, updated_at }) => ({
    name: archiveNames.blob(id, revision),
    size,
    changedAt: new Date(updated_at),
    read: async () => {
      const found = await store.db
        .selectFrom('blobs')
        .select('bytes')
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .where('revision', '=', revision)
        .executeTakeFirst();
      if (found === undefined) throw new HttpError('not_found');
      return found.bytes;
    },
  }));
}

/** The key pair, and the workspaces whose key the account has accepted: others it could not open. */
async function addWorkspaces(
  {
    store,
    db,
    accountId,
    now,
    most,
  }: { store: Store; db: Connection; accountId: string; now: Date; most: number },
  add: (files: ArchiveFile[]) => void,
): Promise<void> {
  const identity = await readIdentity(db, accountId).catch(() => undefined);
  if (identity === undefined) return;
  const all = await listWorkspaces(db, accountId);
  const workspaces = all.workspaces.filter(({ state }) => state === 'member');
  add([
    asJson(archiveNames.identity, identity, now),
    asJson(archiveNames.workspaces, { workspaces, invitations: [] }, now),
  ]);
  for (const { id } of workspaces) {
    // Who is invited is the workspace's business.
    const workspace = { ...(await workspaceIn(db, { workspaceId: id, accountId })), invitations: [] };
    add([asJson(archiveNames.workspace(id), workspace, now)]);
    const tables = { store: workspaceStore(store), db: workspaceTables(db) };
    add(await spaceFiles({ ...tables, id, folder: workspaceFolder(id), now, most }));
  }
}
