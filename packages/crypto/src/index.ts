/**
 * The encryption of Sealscribe, on Web Crypto alone. Two doors:
 *
 * - **baseline-v1**, the published contract: {@link deriveKey}, {@link encrypt}, {@link decrypt}. Start with baseline.ts.
 * - **the vault**: an account key sealed under a password (account.ts), transcripts sealed in three parts (sealed.ts) and their
 *   sound as a stream (recording.ts), an index against a server that hides or rolls back (vault-index.ts), links that carry
 *   their own key (share.ts), all through one seal (cobblestone.ts).
 *
 * @packageDocumentation
 */
export { deriveKey, importKey, encrypt, decrypt } from './baseline.js';
export { decodeText, normalizeEmail } from './text.js';
export { encodeBase64, decodeBase64, encodeBase64url, decodeBase64url, type Bytes } from './bytes.js';
export { newId, type KeyOwner } from './bind.js';
export {
  DEFAULT_ITERATIONS,
  newSalt,
  deriveRoot,
  deriveAuthKey,
  createAccountKey,
  openAccountKey,
  rewrapAccountKey,
  type AccountKeyWrapper,
  type RootParameters,
  type WrapContext,
} from './account.js';
export { newRecoveryBytes, importRecoveryKey, deriveRecoveryAuthKey, recoverAccountKey } from './recovery.js';
export {
  createTranscriptKey,
  openTranscriptKey,
  rewrapTranscriptKey,
  sealRecord,
  openCard,
  openPart,
  sha256,
  type OwnerKey,
  type PartName,
  type PartRef,
  type Parts,
  type RecordToSeal,
  type SealedRecord,
} from './sealed.js';
export { PIECE_BYTES, sealedLength, sealRecording, openRecording, type RecordingRef } from './recording.js';
export {
  sealIndex,
  openIndex,
  checkFreshness,
  checkListed,
  findVanished,
  type IndexEntry,
  type Mark,
  type VaultIndex,
} from './vault-index.js';
export { sealSearchEntry, openSearchEntry, type SearchEntryContext } from './search-entry.js';
export { importDeviceKey, openKeptAccountKey } from './device.js';
export {
  newLinkSecret,
  encodeFragment,
  decodeFragment,
  deriveShare,
  sealShare,
  openShare,
  sealLinkSecret,
  openLinkSecret,
  type ShareLink,
  type ShareMode,
} from './share.js';
export {
  identityFingerprint,
  createIdentity,
  openIdentity,
  resealIdentity,
  rosterHash,
  deliveryInfo,
  newWorkspaceKeyBytes,
  importWorkspaceKey,
  sealWorkspaceCard,
  openWorkspaceCard,
  sealMembership,
  openMembership,
  type Delivery,
  type IdentityIds,
  type Roster,
  type RosterMember,
} from './workspace.js';
export { seal, open } from './cobblestone.js';
export { sealStream, openStream } from './cobblestone-stream.js';
export { type JsonObject } from './padding.js';
export { CryptoError, type CryptoErrorCode } from './errors.js';
export { useWebCrypto } from './webcrypto.js';
