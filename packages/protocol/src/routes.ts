/**
 * Every route of the server, once: the server registers them from here, the client builds its URLs from here, and the
 * authorisation tests walk this table. The two halves never mix: `transcription` sees audio and text in memory and stores
 * nothing, `vault` stores bytes and can read none of them.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly half: 'transcription' | 'vault';
  /** Whether the route needs `Authorization: Bearer <session token>`. */
  readonly auth: boolean;
}

const route = (method: Route['method'], path: string, half: Route['half'], auth = true): Route => ({
  method,
  path,
  half,
  auth,
});

export const routes = {
  health: route('GET', '/health', 'transcription', false),
  models: route('GET', '/v1/models', 'transcription'),
  languages: route('GET', '/v1/languages', 'transcription'),
  transcribe: route('POST', '/v1/transcribe', 'transcription'),

  signUp: route('POST', '/v1/accounts', 'vault', false),
  prelogin: route('POST', '/v1/accounts/prelogin', 'vault', false),
  signIn: route('POST', '/v1/sessions', 'vault', false),
  signOut: route('DELETE', '/v1/sessions/current', 'vault'),
  getKeys: route('GET', '/v1/account/keys', 'vault'),
  putKeys: route('PUT', '/v1/account/keys', 'vault'),
  deleteData: route('DELETE', '/v1/account/data', 'vault'),
  deleteAccount: route('DELETE', '/v1/account', 'vault'),

  listBlobs: route('GET', '/v1/blobs', 'vault'),
  putBlob: route('PUT', '/v1/blobs/:id', 'vault'),
  getBlob: route('GET', '/v1/blobs/:id', 'vault'),
  deleteBlob: route('DELETE', '/v1/blobs/:id', 'vault'),

  listTranscripts: route('GET', '/v1/transcripts', 'vault'),
  putTranscript: route('PUT', '/v1/transcripts/:id', 'vault'),
  getCard: route('GET', '/v1/transcripts/:id', 'vault'),
  getTranscriptPart: route('GET', '/v1/transcripts/:id/transcript', 'vault'),
  getWordsPart: route('GET', '/v1/transcripts/:id/words', 'vault'),
  deleteTranscript: route('DELETE', '/v1/transcripts/:id', 'vault'),
  getIndex: route('GET', '/v1/vault/index', 'vault'),
} as const satisfies Record<string, Route>;

/** The name of a route in {@link routes}. */
export type RouteName = keyof typeof routes;

/** The path of a route with its `:id` and `:revision` filled in (ids are base64url and need no escaping). */
export function pathOf(route: Route, id?: string, revision?: number): string {
  const path = id === undefined ? route.path : route.path.replace(':id', id);
  return revision === undefined ? path : path.replace(':revision', String(revision));
}

/** Request header of the vault's writes: the revision of the index that the write replaces, quoted; "0" where there is none. */
export const INDEX_MATCH_HEADER = 'sealscribe-index-match';
  listRevisions: route('GET', '/v1/transcripts/:id/revisions', 'vault'),
  getRevision: route('GET', '/v1/transcripts/:id/revisions/:revision', 'vault'),
  deleteRevisions: route('DELETE', '/v1/transcripts/:id/revisions', 'vault'),
/** Response header on a part: the transcript revision at which this part was stored. */
export const PART_REVISION_HEADER = 'sealscribe-part-revision';
