/**
 * bind(): the one way in which this package puts several values into one byte string (docs/formats.md, section 0).
 *
 *     bind(label, f1 … fn) = ASCII(label) || 0x00 || for each field: uint32 big-endian length || bytes
 *
 * Every context, salt and info of the vault is listed below, with its fixed fields; no other one exists. Two different
 * lists of values never give the same bytes, and two labels never meet.
 */
import { concat, decodeBase64url, encodeBase64url, type Bytes } from './bytes.js';
import { encodeText } from './text.js';
import { randomBytes } from './webcrypto.js';

/** A field: bytes as they are, text as UTF-8, numbers as 8 bytes unsigned big-endian. */
type Field = Uint8Array | string | number;

const ID_TEXT = /^[A-Za-z0-9_-]{21}[AQgw]$/;

function fieldBytes(field: Field): Uint8Array {
  if (typeof field === 'string') return encodeText(field, 'field');
  if (typeof field !== 'number') return field;
  if (!Number.isSafeInteger(field) || field < 0)
    throw new RangeError('a number must be a safe integer of at least 0');
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(field));
  return bytes;
}

/** Encodes a label and its fields without ambiguity. */
export function bind(label: string, ...fields: Field[]): Bytes {
  const parts: Uint8Array[] = [encodeText(label, 'label'), Uint8Array.of(0)];
  for (const field of fields) {
    const bytes = fieldBytes(field);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, bytes.length);
    parts.push(length, bytes);
  }
  return concat(...parts);
}

/** A new id: 16 random bytes as 22 characters of base64url. The client makes ids before it seals. */
export function newId(): string {
  return encodeBase64url(randomBytes(16));
}

/** Whether a value is an id in its one canonical text form. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID_TEXT.test(value);
}

/**
 * The 16 bytes of an id in text form.
 * @throws TypeError naming the argument when it is not an id.
 */
export function idBytes(id: string, argument: string): Bytes {
  if (typeof id !== 'string' || !ID_TEXT.test(id))
    throw new TypeError(`${argument} must be an id: 22 characters of base64url`);
  return decodeBase64url(id);
}

const account = (id: string) => idBytes(id, 'accountId');
const transcript = (id: string) => idBytes(id, 'transcriptId');
const share = (id: string) => idBytes(id, 'shareId');
const workspace = (id: string) => idBytes(id, 'workspaceId');

/** Whose key seals: an account's, or a workspace's of this number. */
export type KeyOwner = { accountId: string } | { workspaceId: string; keyNumber: number };

/** The same thing of an account (`sealscribe/NAME/v1`) or of a workspace under a key (`sealscribe/workspace-NAME/v1`). */
const bindOwned = (name: string, owner: KeyOwner, ...fields: Field[]) =>
  'workspaceId' in owner
    ? bind(`sealscribe/workspace-${name}/v1`, workspace(owner.workspaceId), owner.keyNumber, ...fields)
    : bind(`sealscribe/${name}/v1`, account(owner.accountId), ...fields);

/** Every context of the vault, by what it binds. */
export const contexts = {
  accountSalt: (salt: Uint8Array, email: string) => bind('sealscribe/account/v1', salt, email),
  auth: () => bind('sealscribe/auth/v1'),
  accountKey: (accountId: string, keyVersion: number, iterations: number, salt: Uint8Array) =>
    bind('sealscribe/account-key/v1', account(accountId), keyVersion, iterations, salt),
  recoveryAuth: () => bind('sealscribe/recovery-auth/v1'),
  recoveryKey: (accountId: string) => bind('sealscribe/recovery-key/v1', account(accountId)),
  deviceKey: (accountId: string) => bind('sealscribe/device-key/v1', account(accountId)),
  transcriptKey: (owner: KeyOwner, transcriptId: string) =>
    bindOwned('transcript-key', owner, transcript(transcriptId)),
  card: (transcriptId: string, revision: number) =>
    bind('sealscribe/card/v1', transcript(transcriptId), revision),
  transcript: (transcriptId: string, revision: number) =>
    bind('sealscribe/transcript/v1', transcript(transcriptId), revision),
  words: (transcriptId: string, revision: number) =>
    bind('sealscribe/words/v1', transcript(transcriptId), revision),
  recording: (transcriptId: string, recordingId: string) =>
    bind('sealscribe/recording/v1', transcript(transcriptId), idBytes(recordingId, 'recordingId')),
  index: (owner: KeyOwner, indexRevision: number) => bindOwned('index', owner, indexRevision),
  searchEntry: (owner: KeyOwner, transcriptId: string, revision: number, cardHash: Uint8Array) =>
    bindOwned('search-entry', owner, transcript(transcriptId), revision, cardHash),
  privateKey: (accountId: string, publicKey: Uint8Array) =>
    bind('sealscribe/private-key/v1', account(accountId), publicKey),
  identity: (accountId: string, publicKey: Uint8Array) =>
    bind('sealscribe/identity/v1', account(accountId), publicKey),
  member: (accountId: string, role: string, fingerprint: Uint8Array) =>
    bind('member', account(accountId), role, fingerprint),
  roster: (
    workspaceId: string,
    epoch: number,
    keyNumber: number,
    previous: Uint8Array,
    members: Uint8Array,
  ) => bind('sealscribe/roster/v1', workspace(workspaceId), epoch, keyNumber, previous, members),
  workspaceKey: (
    workspaceId: string,
    epoch: number,
    keyNumber: number,
    sender: string,
    recipient: string,
    rosterHash: Uint8Array,
  ) =>
    bind(
      'sealscribe/workspace-key/v1',
      workspace(workspaceId),
      epoch,
      keyNumber,
      idBytes(sender, 'sender'),
      idBytes(recipient, 'recipient'),
      rosterHash,
    ),
  workspaceCard: (workspaceId: string, epoch: number) =>
    bind('sealscribe/workspace-card/v1', workspace(workspaceId), epoch),
  membership: (accountId: string, workspaceId: string) =>
    bind('sealscribe/membership/v1', account(accountId), workspace(workspaceId)),
  sharePassword: (shareId: string) => bind('sealscribe/share-password/v1', share(shareId)),
  shareKey: (shareId: string, mode: number) =>
    bind('sealscribe/share/v1', share(shareId), Uint8Array.of(mode)),
  shareAccess: (shareId: string, mode: number) =>
    bind('sealscribe/share-access/v1', share(shareId), Uint8Array.of(mode)),
  shareDocument: (shareId: string) => bind('sealscribe/share-document/v1', share(shareId)),
  shareLink: (shareId: string) => bind('sealscribe/share-link/v1', share(shareId)),
} as const;
