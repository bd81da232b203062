/** The tables of what several servers have to agree on, as kysely sees them; what they are for is in shared-tables.ts. */

/** Failed attempts by key; times are milliseconds since the epoch. */
export interface AttemptsTable {
  key: string;
  count: number;
  last: number;
  blocked_until: number;
  /** When all is forgotten. */
  forget_at: number;
}

/** Requests by route and address. */
export interface KnocksTable {
  key: string;
  count: number;
  /** When the minute ends. */
  ends_at: number;
}

/** Tokens that open one stream each. */
export interface StreamTokensTable {
  /** SHA-256 of the token, base64url. */
  token_hash: string;
  account_id: string;
  expires_at: number;
}

/** All of them by name. */
export interface SharedSchema {
  shared_attempts: AttemptsTable;
  shared_knocks: KnocksTable;
  shared_stream_tokens: StreamTokensTable;
}
