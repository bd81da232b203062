/**
 * The Sealscribe client without a runtime: sdk-node and sdk-browser pass theirs in and re-export everything here.
 *
 * @packageDocumentation
 */
export type { Access } from './access.js';
export type { KeyChange, Recovery } from './account-keys.js';
export type { Credentials } from './account.js';
export type { ImportOptions } from './archive/import-archive.js';
export type { Imported, ImportResult } from './archive/imported.js';
export type {
  Archive,
  ArchivedPrivateMode,
  ArchivedTranscripts,
  ArchivedVault,
  ArchiveKey,
} from './archive/open-archive.js';
export type { ArchiveSource } from './archive/read-tar.js';
export { Sealscribe, type SealscribeOptions } from './client.js';
export type { Jobs } from './jobs/jobs.js';
export type { JobListener } from './jobs/follow-job.js';
export type { JobOptions } from './jobs/submit-job.js';
export type { CompareOptions } from './compare.js';
export * from './errors.js';
export {
  askModel,
  newRecoveryWords,
  newWebhookKeys,
  openArchive,
  openDeviceStream,
  openShare,
  openWebhook,
  toDocx,
  toPdf,
  verifyWebhook,
} from './large-parts.js';
export { DOCX_TYPE } from './export/docx-type.js';
export { MemoryFreshness, type FreshnessStore } from './freshness.js';
export type { AudioSource, OpenAudio } from './audio-source.js';
export type { Platform, PlatformRequest, PlatformSocket } from './platform.js';
export type { PrivateMode } from './private-mode.js';
export { openKeptAccount, type KeepableAccount, type KeptAccount, type StayStore } from './stay.js';
export type { DeviceListener, OpenDeviceListener } from './device-stream.js';
export type { StreamEvent, StreamOptions, StreamPartial, TranscriptStream } from './live-stream.js';
export { chatModel, type ChatModelOptions, type LanguageModel } from './summary/chat-model.js';
export { summarize, type SummarySentence } from './summary/extractive.js';
export type { AskOptions } from './summary/with-model.js';
export {
  openTranscripts,
  type OpenThread,
  type SignedIn,
  type ThreadAccount,
  type ThreadCalls,
  type ThreadHome,
  type VaultThread,
  type WorkingVault,
} from './thread.js';
export type { TranscribeOptions } from './transcription.js';
export type { TranscriptionWishes } from './transcription-wishes.js';
export { MemoryCache, type CacheStore } from './search/cache.js';
export type { SearchHit, SearchOptions } from './search/vault-search.js';
export type { Transcripts } from './transcripts.js';
export type { OpenShareOptions, SharedTranscript } from './shares/open-share.js';
export { serverOfLink } from './shares/link.js';
export type { SnapshotOptions } from './shares/snapshot.js';
export type { Share, ShareOptions } from './shares/vault-shares.js';
export type { Vault } from './vault.js';
export type { Delivery, WebhookHeaders } from './webhooks/receive.js';
export type { Webhooks } from './webhooks/webhooks.js';
export type { Workspace } from './workspaces/workspace.js';
export type { KeySource, NumberedKey } from './workspaces/workspace-space.js';
export type { Workspaces } from './workspaces/workspaces.js';
export type { HttpLimits } from './http.js';
export type * from './workspaces/workspace-types.js';
export type * from './vault-types.js';
export { EditHistory } from './edit/edit-history.js';
export { mergeSegments, setText, shiftTimes, splitSegment } from './edit/segments.js';
export { mergeSpeakers, renameSpeaker, setSpeaker } from './edit/speakers.js';
export { toCsv } from './export/csv.js';
export { toJson } from './export/json.js';
export { toMarkdown } from './export/markdown.js';
export type { PdfFont, PdfOptions } from './export/pdf.js';
export type { DocumentOptions } from './export/turns.js';
export { toSrt, toTxt, toVtt } from '@sealscribe/protocol';
export type {
  ApiKeyCreated,
  ApiKeyInfo,
  BlobInfo,
  CreateWebhookRequest,
  Comparison,
  ErrorCode,
  Health,
  LanguageList,
  ModelInfo,
  PendingEmail,
  Progress,
  Role,
  Segment,
  PrivateDocument,
  Session,
  SessionInfo,
  Transcript,
  TranscriptionJob,
  Usage,
  WebhookCreated,
  WebhookEvent,
  WebhookInfo,
  WebhookTest,
  Word,
} from '@sealscribe/protocol';
// The baseline as it stands alone, for tools that work offline.
export {
  CryptoError,
  decodeBase64,
  decodeText,
  decrypt,
  deriveKey,
  encodeBase64,
  encrypt,
  importKey,
  normalizeEmail,
} from '@sealscribe/crypto';
