/**
 * Every route of the server, once: the server registers them from here, the client builds its URLs from here, and the
 * authorisation tests walk this table. The two halves never mix: `transcription` sees audio and text in memory and stores
 * nothing, `vault` stores bytes and can read none of them.
 */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly path: string;
  readonly half: 'transcription' | 'vault';
  /** Whether the route needs `Authorization: Bearer <session token or API key>`. */
  readonly auth: boolean;
  /** Whether only a session will do: an API key may transcribe and move sealed bytes, and nothing that touches the account. */
  readonly sessionOnly: boolean;
  /** Whether clients of OpenAI's service ask it: errors have the shape that they read. */
  readonly openai?: true;
}

const route = (
  method: Route['method'],
  path: string,
  half: Route['half'],
  auth: boolean | 'session' = true,
): Route => ({ method, path, half, auth: auth !== false, sessionOnly: auth === 'session' });

export const routes = {
  health: route('GET', '/health', 'transcription', false),
  models: route('GET', '/v1/models', 'transcription'),
  model: { ...route('GET', '/v1/models/:id', 'transcription'), openai: true },
  languages: route('GET', '/v1/languages', 'transcription'),
  transcribe: route('POST', '/v1/transcribe', 'transcription'),
  audioTranscriptions: { ...route('POST', '/v1/audio/transcriptions', 'transcription'), openai: true },
  /** The same as a job (jobs-api.ts). */
  createJob: route('POST', '/v1/transcriptions', 'transcription'),
  getJob: route('GET', '/v1/transcriptions/:id', 'transcription'),
  followJob: route('GET', '/v1/transcriptions/:id/events', 'transcription'),
  getJobResult: route('GET', '/v1/transcriptions/:id/result', 'transcription'),
  deleteJob: route('DELETE', '/v1/transcriptions/:id', 'transcription'),
  usage: route('GET', '/v1/usage', 'transcription'),
  compare: route('POST', '/v1/compare', 'transcription'),
  /** Is told where that is done: the server reads no transcripts. */
  summarize: route('POST', '/v1/summarize', 'transcription'),
  /** A WebSocket (stream.ts). The session may also be told by a token in the query string. */
  stream: route('GET', '/v1/stream', 'transcription'),
  streamTokens: route('POST', '/v1/stream-tokens', 'transcription'),
  /** Resumable uploads (uploads-api.ts). */
  uploadFacts: route('OPTIONS', '/v1/uploads', 'transcription', false),
  createUpload: route('POST', '/v1/uploads', 'transcription'),
  getUpload: route('HEAD', '/v1/uploads/:id', 'transcription'),
  continueUpload: route('PATCH', '/v1/uploads/:id', 'transcription'),
  deleteUpload: route('DELETE', '/v1/uploads/:id', 'transcription'),
  /** `PATCH` or `DELETE`, as `X-HTTP-Method-Override` says, for who can send neither. */
  overrideUpload: route('POST', '/v1/uploads/:id', 'transcription'),

  signUp: route('POST', '/v1/accounts', 'vault', false),
  prelogin: route('POST', '/v1/accounts/prelogin', 'vault', false),
  recover: route('POST', '/v1/accounts/recovery', 'vault', false),
  putKeysByRecovery: route('PUT', '/v1/accounts/recovery', 'vault', false),
  signIn: route('POST', '/v1/sessions', 'vault', false),
  signOut: route('DELETE', '/v1/sessions/current', 'vault', 'session'),
  listSessions: route('GET', '/v1/sessions', 'vault', 'session'),
  endSession: route('DELETE', '/v1/sessions/:id', 'vault', 'session'),
  listApiKeys: route('GET', '/v1/api-keys', 'vault', 'session'),
  createApiKey: route('POST', '/v1/api-keys', 'vault', 'session'),
  deleteApiKey: route('DELETE', '/v1/api-keys/:id', 'vault', 'session'),
  listWebhooks: route('GET', '/v1/webhooks', 'vault', 'session'),
  createWebhook: route('POST', '/v1/webhooks', 'vault', 'session'),
  deleteWebhook: route('DELETE', '/v1/webhooks/:id', 'vault', 'session'),
  testWebhook: route('POST', '/v1/webhooks/:id/test', 'vault', 'session'),
  getKeys: route('GET', '/v1/account/keys', 'vault'),
  putKeys: route('PUT', '/v1/account/keys', 'vault', 'session'),
  rotateKeys: route('POST', '/v1/account/rotation', 'vault', 'session'),
  exportAccount: route('GET', '/v1/account/export', 'vault'),
  changeEmail: route('PUT', '/v1/account/email', 'vault', 'session'),
  getPendingEmail: route('GET', '/v1/account/email', 'vault', 'session'),
  cancelEmail: route('DELETE', '/v1/account/email', 'vault', 'session'),
  confirmEmail: route('POST', '/v1/account/email/confirmation', 'vault', 'session'),
  deleteData: route('DELETE', '/v1/account/data', 'vault', 'session'),
  deleteAccount: route('DELETE', '/v1/account', 'vault', 'session'),

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
  listRevisions: route('GET', '/v1/transcripts/:id/revisions', 'vault'),
  getRevision: route('GET', '/v1/transcripts/:id/revisions/:revision', 'vault'),
  deleteRevisions: route('DELETE', '/v1/transcripts/:id/revisions', 'vault'),
  putRecordingPiece: route('PUT', '/v1/transcripts/:id/recordings/:recordingId/:piece', 'vault'),
  getRecordingPiece: route('GET', '/v1/transcripts/:id/recordings/:recordingId/:piece', 'vault'),
  deleteRecording: route('DELETE', '/v1/transcripts/:id/recordings/:recordingId', 'vault'),
  getIndex: route('GET', '/v1/vault/index', 'vault'),

  getIdentity: route('GET', '/v1/account/identity', 'vault'),
  putIdentity: route('PUT', '/v1/account/identity', 'vault', 'session'),
  listWorkspaces: route('GET', '/v1/workspaces', 'vault'),
  getWorkspace: route('GET', '/v1/workspaces/:workspaceId', 'vault'),
  putWorkspace: route('PUT', '/v1/workspaces/:workspaceId', 'vault', 'session'),
  deleteWorkspace: route('DELETE', '/v1/workspaces/:workspaceId', 'vault', 'session'),
  acceptWorkspace: route('PUT', '/v1/workspaces/:workspaceId/membership', 'vault', 'session'),
  leaveWorkspace: route('DELETE', '/v1/workspaces/:workspaceId/membership', 'vault', 'session'),
  invite: route('POST', '/v1/workspaces/:workspaceId/invitations', 'vault', 'session'),
  uninvite: route('DELETE', '/v1/workspaces/:workspaceId/invitations/:id', 'vault', 'session'),
  listSharedTranscripts: route('GET', '/v1/workspaces/:workspaceId/transcripts', 'vault'),
  putSharedTranscript: route('PUT', '/v1/workspaces/:workspaceId/transcripts/:id', 'vault'),
  getSharedCard: route('GET', '/v1/workspaces/:workspaceId/transcripts/:id', 'vault'),
  getSharedTranscriptPart: route('GET', '/v1/workspaces/:workspaceId/transcripts/:id/transcript', 'vault'),
  getSharedWordsPart: route('GET', '/v1/workspaces/:workspaceId/transcripts/:id/words', 'vault'),
  deleteSharedTranscript: route('DELETE', '/v1/workspaces/:workspaceId/transcripts/:id', 'vault'),
  listSharedRevisions: route('GET', '/v1/workspaces/:workspaceId/transcripts/:id/revisions', 'vault'),
  getSharedRevision: route('GET', '/v1/workspaces/:workspaceId/transcripts/:id/revisions/:revision', 'vault'),
  deleteSharedRevisions: route('DELETE', '/v1/workspaces/:workspaceId/transcripts/:id/revisions', 'vault'),
  putSharedRecordingPiece: route(
    'PUT',
    '/v1/workspaces/:workspaceId/transcripts/:id/recordings/:recordingId/:piece',
    'vault',
  ),
  getSharedRecordingPiece: route(
    'GET',
    '/v1/workspaces/:workspaceId/transcripts/:id/recordings/:recordingId/:piece',
    'vault',
  ),
  deleteSharedRecording: route(
    'DELETE',
    '/v1/workspaces/:workspaceId/transcripts/:id/recordings/:recordingId',
    'vault',
  ),
  getSharedIndex: route('GET', '/v1/workspaces/:workspaceId/index', 'vault'),

  putShare: route('PUT', '/v1/transcripts/:id/shares/:shareId', 'vault'),
  listShares: route('GET', '/v1/shares', 'vault'),
  getShare: route('GET', '/v1/shares/:id', 'vault'),
  deleteShare: route('DELETE', '/v1/shares/:id', 'vault'),
  /** Needs no account: `Authorization: Bearer` carries the access token of the link. */
  openShare: route('GET', '/v1/shared/:id', 'vault', false),
  /** Where a link leads in a browser. */
  sharePage: route('GET', '/s/:id', 'vault', false),
} as const satisfies Record<string, Route>;

/** The name of a route in {@link routes}. */
export type RouteName = keyof typeof routes;

/** The path of a route with its parameters filled in, in their order (ids are base64url and need no escaping). */
export function pathOf(route: Route, ...values: readonly (string | number | undefined)[]): string {
  const left = values.filter((value) => value !== undefined);
  return route.path.replace(/:\w+/g, (name) => String(left.shift() ?? name));
}

/** Request header of the vault's writes: the revision of the index that the write replaces, quoted; "0" where there is none. */
export const INDEX_MATCH_HEADER = 'sealscribe-index-match';
/** Response header on what a workspace's key seals: the number of that key. */
export const KEY_NUMBER_HEADER = 'sealscribe-key-number';
/** Response header on a part: the transcript revision at which this part was stored. */
export const PART_REVISION_HEADER = 'sealscribe-part-revision';
