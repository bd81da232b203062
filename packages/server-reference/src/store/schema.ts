/**
 * The tables of the store, as kysely sees them. No column here could hold a transcript's plaintext: what a client stores is
 * sealed bytes, beside it stand ids, revisions, sizes and times. Times are ISO 8601 in UTC, which sort as text; text that the
 * protocol already carries as base64url (salts, wraps, hashes) stays in that form.
 */
import type { ServiceSchema } from './service-schema.js';
import type { SharedSchema } from './shared-schema.js';
import type { WorkspaceSchema } from './workspace-schema.js';

/** One account and its key record: docs/formats.md, account-v1. */
export interface AccountsTable {
  id: string;
  /** Normalised as the client does: NFC(lower(NFC(trim))). */
  email: string;
  salt: string;
  iterations: number;
  key_version: number;
  /** A slow hash of the auth key: see auth/auth-key.ts. */
  auth_hash: string;
  /** The account key, sealed under the password's root key. */
  wrap_password: string;
  /** A slow hash of what proves the recovery key, and the account key sealed under that key; both null where there is none. */
  recovery_auth_hash: string | null;
  wrap_recovery: string | null;
  /** Sealed bytes that the account holds in blobs, transcripts and index. */
  stored_bytes: number;
  created_at: string;
  updated_at: string;
}

/** A change of an account's email that waits for its code: the complete key record for the new address. */
export interface PendingEmailsTable {
  account_id: string;
  email: string;
  salt: string;
  iterations: number;
  key_version: number;
  auth_hash: string;
  wrap_password: string;
  expires_at: string;
}

/** A signed-in client; the token itself is never stored. */
export interface SessionsTable {
  /** SHA-256 of the token, base64url. */
  token_hash: string;
  account_id: string;
  created_at: string;
  expires_at: string;
}

/** A key for scripts; the key itself is never stored. */
export interface ApiKeysTable {
  id: string;
  account_id: string;
  /** SHA-256 of the key, base64url. */
  key_hash: string;
  created_at: string;
  expires_at: string | null;
}

/** Opaque bytes for apps that use the baseline alone. */
export interface BlobsTable {
  account_id: string;
  id: string;
  revision: number;
  created_at: string;
  updated_at: string;
  size: number;
  bytes: Uint8Array;
}

/** A transcript's sealed parts: docs/formats.md, sealed-v1. */
export interface TranscriptsTable {
  account_id: string;
  id: string;
  revision: number;
  created_at: string;
  updated_at: string;
  /** The transcript's key, sealed under the account key. */
  key: Uint8Array;
  card: Uint8Array;
  transcript: Uint8Array;
  /** The transcript's revision at which this part was stored. */
  transcript_revision: number;
  words: Uint8Array;
  words_revision: number;
}

/** The card of a revision that was replaced, and which of the other parts belonged to it. */
export interface EarlierCardsTable {
  account_id: string;
  id: string;
  revision: number;
  card: Uint8Array;
  /** The revisions at which its parts were stored; their bytes are in `earlier_parts`, or still in use. */
  transcript_revision: number;
  words_revision: number;
}

/** A part that was replaced, kept as long as a card of {@link EarlierCardsTable} needs it. */
export interface EarlierPartsTable {
  account_id: string;
  id: string;
  part: 'transcript' | 'words';
  /** The transcript's revision at which this part was stored. */
  revision: number;
  bytes: Uint8Array;
}

/** A snapshot behind a link: docs/formats.md, share-v1. The row goes with its last view, its expiry or its revocation. */
export interface SharesTable {
  id: string;
  account_id: string;
  transcript_id: string;
  /** SHA-256 of the link's access token, base64url. */
  access_hash: string;
  created_at: string;
  expires_at: string | null;
  views: number;
  max_views: number | null;
  /** Bytes of link and document. */
  size: number;
  /** The link's secret, sealed under the account key. */
  link: Uint8Array;
  document: Uint8Array;
}

/** A sealed recording, whole or on its way. */
export interface RecordingsTable {
  account_id: string;
  transcript_id: string;
  id: string;
  /** When it goes unless a write of the transcript takes it up; null once one has. */
  expires_at: string | null;
}

/** A piece of a sealed recording. */
export interface RecordingPiecesTable {
  account_id: string;
  transcript_id: string;
  recording_id: string;
  /** From 0. */
  number: number;
  bytes: Uint8Array;
}

/** The sealed index of an account's vault. */
export interface VaultIndexesTable {
  account_id: string;
  revision: number;
  sealed: Uint8Array;
}

/** Keys of the server itself, such as the one behind the salts that prelogin answers for unknown emails. */
export interface ServerSecretsTable {
  name: string;
  value: Uint8Array;
}

/** All tables by name. */
export interface Schema extends WorkspaceSchema, SharedSchema, ServiceSchema {
  accounts: AccountsTable;
  pending_emails: PendingEmailsTable;
  sessions: SessionsTable;
  api_keys: ApiKeysTable;
  blobs: BlobsTable;
  transcripts: TranscriptsTable;
  earlier_cards: EarlierCardsTable;
  earlier_parts: EarlierPartsTable;
  shares: SharesTable;
  recordings: RecordingsTable;
  recording_pieces: RecordingPiecesTable;
  vault_indexes: VaultIndexesTable;
  server_secrets: ServerSecretsTable;
}
