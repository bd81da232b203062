/**
 * A workspace as the server has it now, verified, with its key. What was accepted last is remembered twice: by this device, and
 * sealed on the server for the account's other devices; the later of the two counts.
 */
import {
  decodeBase64url,
  encodeBase64url,
  openMembership,
  openWorkspaceCard,
  importWorkspaceKey,
  sealMembership,
  type Mark,
} from '@sealscribe/crypto';
import { routes, workspaceSchema, type StoredWorkspace } from '@sealscribe/protocol';
import { ApiError, IntegrityError } from '../errors.js';
import { RosterFreshness, type FreshnessStore } from '../freshness.js';
import { badAnswer, type Http } from '../http.js';
import { verified } from '../integrity.js';
import { followRosters, type Followed, type Start } from './follow-rosters.js';
import type { OpenIdentity, UnlockedAccount } from './identity.js';

/** What stands sealed about a workspace itself. */
export interface WorkspaceCard {
  name: string;
  /** By account: how whoever brought them in knows them. */
  emails: Record<string, string>;
}

/** A workspace, verified. `keyBytes` are to be overwritten after use. */
export interface ReadWorkspace extends Followed {
  id: string;
  key: CryptoKey;
  card: WorkspaceCard;
  stored: StoredWorkspace;
}

/** Whose workspaces, on which server and device. */
export interface Reader {
  http: Http;
  freshness: FreshnessStore;
  account: UnlockedAccount;
  identity: OpenIdentity;
}

/** A workspace as the server has it, nothing verified. */
export async function getWorkspace(http: Http, id: string): Promise<StoredWorkspace> {
  const stored = await http.json(routes.getWorkspace, workspaceSchema, { workspaceId: id });
  if (stored.id !== id) throw badAnswer();
  return stored;
}

/**
 * Reads a workspace, and takes note of its roster.
 *
 * @param ownerFingerprint For the first time: the fingerprint, in its short form, that a person confirmed.
 * @throws IntegrityError as followRosters; "unconfirmed" where nothing was accepted and nobody confirmed
 */
export async function readWorkspace(
  reader: Reader,
  id: string,
  ownerFingerprint?: string,
): Promise<ReadWorkspace> {
  const { http, account, identity } = reader;
  const stored = await getWorkspace(http, id);
  const marks = new RosterFreshness(reader.freshness, account.accountId, id);
  const sealedMark = await sealedAcceptance(account, stored);
  const deviceMark = await marks.known();
  const accepted = later(deviceMark, sealedMark);
  const start: Start | undefined = accepted
    ? { accepted }
    : ownerFingerprint === undefined
      ? undefined
      : { ownerFingerprint };
  if (!start)
    throw new IntegrityError(
      'unconfirmed',
      'This workspace was not accepted yet: compare fingerprints with its owner, then accept it.',
    );
  const { roster, keyBytes } = await followRosters(identity, stored, start);
  await marks.see(roster.mark);
  const key = await importWorkspaceKey(keyBytes);
  const at = { workspaceId: id, epoch: roster.mark.revision };
  const card = await verified(() => openWorkspaceCard(key, at, decodeBase64url(stored.card)));
  if (sealedMark?.revision !== roster.mark.revision)
    await accept(reader, id, roster.mark).catch((failure: unknown) => {
      // An API key may read on; the account's next session takes note.
      if (!sealedMark || !(failure instanceof ApiError && failure.code === 'forbidden')) throw failure;
    });
  return { id, roster, keyBytes, key, card: checkCard(card), stored };
}

async function sealedAcceptance(
  account: UnlockedAccount,
  { id, membership }: StoredWorkspace,
): Promise<Mark | undefined> {
  if (membership === null) return undefined;
  const { accountId } = account;
  const sealed = decodeBase64url(membership);
  return verified(() => openMembership(account.accountKey(), { accountId, workspaceId: id }, sealed));
}

/** What is remembered and what is sealed cannot both be of one epoch and differ. */
function later(device: Mark | undefined, sealed: Mark | undefined): Mark | undefined {
  if (!device || !sealed) return device ?? sealed;
  if (device.revision === sealed.revision && device.sha256 !== sealed.sha256)
    throw new IntegrityError('fork', 'The account accepted another roster than this device has seen.');
  return device.revision >= sealed.revision ? device : sealed;
}

/** What an account keeps on the server of the roster that it accepted. */
export async function sealAcceptance(account: UnlockedAccount, id: string, mark: Mark): Promise<string> {
  const { accountId } = account;
  return encodeBase64url(
    await verified(() => sealMembership(account.accountKey(), { accountId, workspaceId: id }, mark)),
  );
}

async function accept({ http, account }: Reader, id: string, mark: Mark): Promise<void> {
  const json = { epoch: mark.revision, membership: await sealAcceptance(account, id, mark) };
  await http.done(routes.acceptWorkspace, { workspaceId: id, json });
}

function checkCard({ name, emails, ...others }: Record<string, unknown>): WorkspaceCard {
  if (typeof name === 'string' && isTexts(emails) && Object.keys(others).length === 0)
    return { name, emails };
  throw new IntegrityError('invalid_document', 'The data opened, but is not a valid document.');
}

const isTexts = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((text) => typeof text === 'string');
