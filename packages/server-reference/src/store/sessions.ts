/**
 * Rows of signed-in clients. Only a hash of each token is here, so a copy of the database signs nobody in.
 */
import type { Store } from './index.js';

/** Stores a session and, since somebody is here, clears away the expired ones of everybody. */
export async function insertSession(
  store: Store,
  session: { tokenHash: string; accountId: string; createdAt: Date; expiresAt: Date },
): Promise<void> {
  const now = session.createdAt.toISOString();
  const row = {
    token_hash: session.tokenHash,
    account_id: session.accountId,
    created_at: now,
    expires_at: session.expiresAt.toISOString(),
  };
  await store.free(async () => {
    await store.db.deleteFrom('sessions').where('expires_at', '<=', now).execute();
    await store.db.insertInto('sessions').values(row).execute();
  });
}

/** The account of an unexpired session, if there is such a session. */
export async function findSession(store: Store, tokenHash: string, now: Date): Promise<string | undefined> {
  const session = await store.db
    .selectFrom('sessions')
    .select('account_id')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now.toISOString())
    .executeTakeFirst();
  return session?.account_id;
}

/** Ends one session. */
export async function deleteSession(store: Store, tokenHash: string): Promise<void> {
  await store.db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
}

/** The unexpired sessions of an account, oldest first. */
export async function listSessions(
  store: Store,
  accountId: string,
  now: Date,
): Promise<{ token_hash: string; created_at: string; expires_at: string }[]> {
  return store.db
    .selectFrom('sessions')
    .select(['token_hash', 'created_at', 'expires_at'])
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now.toISOString())
    .orderBy('created_at')
    .execute();
}
