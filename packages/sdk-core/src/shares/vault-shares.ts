/**
 * The links of a vault (docs/formats.md, share-v1): made, listed and taken back by their owner. The secret of each is kept on the server,
 * sealed under the account key, so that its owner can be shown the link again.
 */
import {
  decodeBase64url,
  deriveShare,
  encodeBase64url,
  newId,
  newLinkSecret,
  openLinkSecret,
  sealLinkSecret,
  sealShare,
  sha256,
  type ShareMode,
} from '@sealscribe/crypto';
import {
  MAX_SHARE_VIEWS,
  routes,
  shareInfoSchema,
  shareListSchema,
  type CreateShareRequest,
  type ShareDocument,
  type ShareInfo,
} from '@sealscribe/protocol';
import { badAnswer, type Http } from '../http.js';
import { verified } from '../integrity.js';
import { toSeconds } from './expiry.js';
import { makeLink } from './link.js';
import { checkSnapshotOptions, type SnapshotOptions } from './snapshot.js';

export { toSnapshot } from './snapshot.js';

/** What is shared, with whom and for how long. Expiry and views are the server's promise: whoever opened a link has the text. */
export interface ShareOptions extends SnapshotOptions {
  /** Needed to open besides the link; it enters the key. Tell it by another way than the link. */
  password?: string;
  /** Seconds, or a time such as "30m", "1h", "7d" or "2w"; without it the link is good until it is taken back. */
  expires?: number | string;
  /** How often it can be opened; without it there is no limit. */
  views?: number;
}

/** A link, as its owner sees it. */
export interface Share {
  /** 22 characters of base64url; not the transcript's. */
  readonly id: string;
  readonly transcriptId: string;
  /** The whole link, with the key behind its `#`: whoever has it, and the password where there is one, can read. */
  readonly link: string;
  readonly hasPassword: boolean;
  /** ISO 8601, by the server's clock. */
  readonly createdAt: string;
  /** ISO 8601, by the server's clock; null when it does not expire. */
  readonly expiresAt: string | null;
  /** How often it was opened, as the server counted. */
  readonly views: number;
  /** Null without a limit. */
  readonly maxViews: number | null;
}

/** @throws RangeError or TypeError naming the option that is wrong */
export function checkShareOptions({ expires, views, password, ...snapshot }: ShareOptions): void {
  checkSnapshotOptions(snapshot);
  if (expires !== undefined) toSeconds(expires);
  if (views !== undefined && !(Number.isSafeInteger(views) && views >= 1 && views <= MAX_SHARE_VIEWS))
    throw new RangeError(`views must be a whole number from 1 to ${MAX_SHARE_VIEWS}`);
  if (password !== undefined && (typeof password !== 'string' || password === ''))
    throw new TypeError('password must be a string that is not empty');
}

/** Seals a document for a new link and stores it. */
export async function createShare(
  http: Http,
  accountKey: CryptoKey,
  transcriptId: string,
  document: ShareDocument,
  { password, expires, views }: ShareOptions,
): Promise<Share> {
  const shareId = newId();
  const mode: ShareMode = password === undefined ? 0 : 1;
  const linkSecret = newLinkSecret();
  const { shareKey, accessToken } = await verified(() =>
    deriveShare(shareId, { mode, linkSecret }, password),
  );
  const accessHash = await sha256(accessToken);
  const request: CreateShareRequest = {
    accessHash,
    link: encodeBase64url(await sealLinkSecret(accountKey, shareId, linkSecret)),
    document: encodeBase64url(await sealShare(shareKey, shareId, document)),
    ...(expires === undefined ? {} : { expiresIn: toSeconds(expires) }),
    ...(views === undefined ? {} : { views }),
  };
  const info = await http.json(routes.putShare, shareInfoSchema, {
    id: transcriptId,
    subId: shareId,
    json: request,
  });
  if (info.id !== shareId || info.transcriptId !== transcriptId || info.accessHash !== accessHash)
    throw badAnswer();
  return toShare(info, makeLink({ server: http.server, shareId, mode, linkSecret }), mode);
}

/**
 * Every link that has not ended, oldest first.
 * @throws IntegrityError when one was not made by this account
 */
export async function listShares(http: Http, accountKey: CryptoKey): Promise<Share[]> {
  const { shares } = await http.json(routes.listShares, shareListSchema);
  return Promise.all(
    shares.map((info) =>
      verified(async () => {
        const { id: shareId } = info;
        const linkSecret = await openLinkSecret(accountKey, shareId, decodeBase64url(info.link));
        const mode = await modeOf(info, linkSecret);
        return toShare(info, makeLink({ server: http.server, shareId, mode, linkSecret }), mode);
      }, info.transcriptId),
    ),
  );
}

/**
 * The secret of every link by its id, sealed under another account key.
 * @throws IntegrityError when one was not made by this account
 */
export async function rewrapLinks(
  http: Http,
  from: { accountKey: CryptoKey },
  to: { accountKey: CryptoKey },
): Promise<Record<string, string>> {
  const { shares } = await http.json(routes.listShares, shareListSchema);
  const links: Record<string, string> = {};
  for (const { id, transcriptId, link } of shares) {
    const linkSecret = await verified(
      () => openLinkSecret(from.accountKey, id, decodeBase64url(link)),
      transcriptId,
    );
    links[id] = encodeBase64url(await sealLinkSecret(to.accountKey, id, linkSecret));
    linkSecret.fill(0);
  }
  return links;
}

/** Which mode a link has: the server is not told, but what it holds fits one without a password or it does not. */
async function modeOf({ id, accessHash }: ShareInfo, linkSecret: Uint8Array): Promise<ShareMode> {
  const { accessToken } = await deriveShare(id, { mode: 0, linkSecret });
  return (await sha256(accessToken)) === accessHash ? 0 : 1;
}

function toShare(info: ShareInfo, link: string, mode: ShareMode): Share {
  const { id, transcriptId, createdAt, expiresAt, views, maxViews } = info;
  return { id, transcriptId, link, hasPassword: mode === 1, createdAt, expiresAt, views, maxViews };
}
