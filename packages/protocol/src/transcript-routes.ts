/**
 * The routes of a set of sealed transcripts by what they do: server and client work on every such set in the same way.
 */
import { routes, type Route } from './routes.js';

/** What can be asked about the transcripts of one set. */
export interface TranscriptRoutes {
  readonly list: Route;
  readonly put: Route;
  readonly card: Route;
  readonly transcript: Route;
  readonly words: Route;
  readonly delete: Route;
  readonly revisions: Route;
  readonly revision: Route;
  readonly deleteRevisions: Route;
  readonly putPiece: Route;
  readonly piece: Route;
  readonly deleteRecording: Route;
  readonly index: Route;
}

/** Those of an account's own vault. */
export const vaultTranscriptRoutes: TranscriptRoutes = {
  list: routes.listTranscripts,
  put: routes.putTranscript,
  card: routes.getCard,
  transcript: routes.getTranscriptPart,
  words: routes.getWordsPart,
  delete: routes.deleteTranscript,
  revisions: routes.listRevisions,
  revision: routes.getRevision,
  deleteRevisions: routes.deleteRevisions,
  putPiece: routes.putRecordingPiece,
  piece: routes.getRecordingPiece,
  deleteRecording: routes.deleteRecording,
  index: routes.getIndex,
};

/** Those of a workspace. */
export const workspaceTranscriptRoutes: TranscriptRoutes = {
  list: routes.listSharedTranscripts,
  put: routes.putSharedTranscript,
  card: routes.getSharedCard,
  transcript: routes.getSharedTranscriptPart,
  words: routes.getSharedWordsPart,
  delete: routes.deleteSharedTranscript,
  revisions: routes.listSharedRevisions,
  revision: routes.getSharedRevision,
  deleteRevisions: routes.deleteSharedRevisions,
  putPiece: routes.putSharedRecordingPiece,
  piece: routes.getSharedRecordingPiece,
  deleteRecording: routes.deleteSharedRecording,
  index: routes.getSharedIndex,
};
