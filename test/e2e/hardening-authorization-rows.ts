/** What each route of the protocol's table is expected to ask for, written down a second time, by hand: a change of the table is seen here. */
import type { RouteName } from '@sealscribe/protocol';

/** Who may use a route: everybody, who has a link, who has a session or an API key, who has a session. */
type Need = 'nothing' | 'link' | 'key' | 'session';
/** What others find under the owner's ids: nothing, or what is theirs (routes without ids, and new things under a free id). */
type Others = 'nothing' | 'theirs';
/** What the owner's own request answers: the status, or any that is not about permission. */
type Owner = number | 'passes';

/** By route: what it needs, what others find under the owner's ids, what the owner is answered. */
// prettier-ignore
export const rows: Record<RouteName, [Need, Others, Owner]> = {
  health: ['nothing', 'theirs', 200], models: ['key', 'theirs', 200],
  model: ['key', 'theirs', 200], languages: ['key', 'theirs', 200],
  transcribe: ['key', 'theirs', 415], audioTranscriptions: ['key', 'theirs', 415],
  compare: ['key', 'theirs', 415], summarize: ['key', 'theirs', 415], stream: ['key', 'theirs', 400],
  streamTokens: ['key', 'theirs', 201], usage: ['key', 'theirs', 200],
  createJob: ['key', 'theirs', 415], getJob: ['key', 'nothing', 200], followJob: ['key', 'nothing', 200],
  getJobResult: ['key', 'nothing', 'passes'], deleteJob: ['key', 'nothing', 204],
  uploadFacts: ['nothing', 'theirs', 204], createUpload: ['key', 'theirs', 'passes'], getUpload: ['key', 'nothing', 200],
  continueUpload: ['key', 'nothing', 'passes'], deleteUpload: ['key', 'nothing', 204],
  overrideUpload: ['key', 'nothing', 'passes'],

  signUp: ['nothing', 'theirs', 400], prelogin: ['nothing', 'theirs', 400], recover: ['nothing', 'theirs', 400],
  putKeysByRecovery: ['nothing', 'theirs', 400], signIn: ['nothing', 'theirs', 400],
  signOut: ['session', 'theirs', 204], listSessions: ['session', 'theirs', 200], endSession: ['session', 'nothing', 204],
  listApiKeys: ['session', 'theirs', 200], createApiKey: ['session', 'theirs', 201],
  deleteApiKey: ['session', 'nothing', 204],
  listWebhooks: ['session', 'theirs', 200], createWebhook: ['session', 'theirs', 'passes'],
  deleteWebhook: ['session', 'nothing', 204], testWebhook: ['session', 'nothing', 200],
  getKeys: ['key', 'theirs', 200], putKeys: ['session', 'theirs', 'passes'], rotateKeys: ['session', 'theirs', 'passes'],
  exportAccount: ['key', 'theirs', 200], changeEmail: ['session', 'theirs', 'passes'],
  getPendingEmail: ['session', 'theirs', 'passes'], cancelEmail: ['session', 'theirs', 'passes'],
  confirmEmail: ['session', 'theirs', 'passes'], deleteData: ['session', 'theirs', 204],
  deleteAccount: ['session', 'theirs', 204],

  listBlobs: ['key', 'theirs', 200], putBlob: ['key', 'nothing', 'passes'], getBlob: ['key', 'nothing', 200],
  deleteBlob: ['key', 'nothing', 'passes'],
  listTranscripts: ['key', 'theirs', 200], putTranscript: ['key', 'nothing', 'passes'], getCard: ['key', 'nothing', 200],
  getTranscriptPart: ['key', 'nothing', 200], getWordsPart: ['key', 'nothing', 200],
  deleteTranscript: ['key', 'nothing', 'passes'], listRevisions: ['key', 'nothing', 200],
  getRevision: ['key', 'nothing', 200], deleteRevisions: ['key', 'nothing', 204], getIndex: ['key', 'theirs', 200],
  putRecordingPiece: ['key', 'theirs', 'passes'], getRecordingPiece: ['key', 'nothing', 200],
  deleteRecording: ['key', 'nothing', 'passes'],

  getIdentity: ['key', 'theirs', 200], putIdentity: ['session', 'theirs', 'passes'],
  listWorkspaces: ['key', 'theirs', 200], getWorkspace: ['key', 'nothing', 200],
  putWorkspace: ['session', 'nothing', 'passes'], deleteWorkspace: ['session', 'nothing', 'passes'],
  acceptWorkspace: ['session', 'nothing', 'passes'], leaveWorkspace: ['session', 'nothing', 'passes'],
  invite: ['session', 'nothing', 'passes'], uninvite: ['session', 'nothing', 'passes'],
  listSharedTranscripts: ['key', 'nothing', 200], putSharedTranscript: ['key', 'nothing', 'passes'],
  getSharedCard: ['key', 'nothing', 200], getSharedTranscriptPart: ['key', 'nothing', 200],
  getSharedWordsPart: ['key', 'nothing', 200], deleteSharedTranscript: ['key', 'nothing', 'passes'],
  listSharedRevisions: ['key', 'nothing', 200], getSharedRevision: ['key', 'nothing', 200],
  deleteSharedRevisions: ['key', 'nothing', 'passes'], getSharedIndex: ['key', 'nothing', 200],
  putSharedRecordingPiece: ['key', 'nothing', 'passes'], getSharedRecordingPiece: ['key', 'nothing', 200],
  deleteSharedRecording: ['key', 'nothing', 'passes'],

  putShare: ['key', 'nothing', 201], listShares: ['key', 'theirs', 200], getShare: ['key', 'nothing', 200],
  deleteShare: ['key', 'nothing', 204], openShare: ['link', 'theirs', 401], sharePage: ['nothing', 'theirs', 200],
};
