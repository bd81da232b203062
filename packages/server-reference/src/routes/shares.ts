/**
 * Sharing by link: the owner stores a sealed snapshot, lists and revokes links; anybody who has a link fetches its bytes with a token
 * derived from it. The key stands behind the `#` and never comes here.
 */
import { createShareRequestSchema, routes, type ShareInfo, type ShareList } from '@sealscribe/protocol';
import { accessHashOf, ShareGuesses } from '../auth/share-access.js';
import {
  createShare,
  deleteShare,
  listShares,
  readShare,
  sweepShares,
  viewShare,
  type ShareRow,
} from '../store/shares.js';
import { perMinute, PUBLIC_PER_MINUTE } from './rate-limit.js';
import { sweepRegularly } from './sweep.js';
import { base64urlOf, idOf, validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** What stands around the document in the JSON that makes a link. */
const AROUND = 1024;

/** Put, list, get and delete for owners, opening for everybody, and the end of expired links. */
export function registerShares(context: VaultContext): void {
  const { store, limits, clock } = context;
  const guesses = new ShareGuesses(store, clock);

  vaultRoute(
    context,
    routes.putShare,
    async (request, reply) => {
      const { link, document, expiresIn, views, accessHash } = validate(
        createShareRequestSchema,
        request.body,
      );
      const now = clock();
      const row = await createShare(store, {
        id: idOf(request, 'shareId'),
        account_id: request.accountId,
        transcript_id: idOf(request),
        access_hash: accessHash,
        created_at: new Date(now).toISOString(),
        expires_at: expiresIn === undefined ? null : new Date(now + expiresIn * 1000).toISOString(),
        max_views: views ?? null,
        link: Buffer.from(link, 'base64url'),
        document: Buffer.from(document, 'base64url'),
        bound: limits.accountBytes,
      });
      reply.code(201);
      return infoOf(row);
    },
    { bodyLimit: Math.ceil((limits.shareBytes * 4) / 3) + AROUND },
  );

  vaultRoute(context, routes.listShares, async (request): Promise<ShareList> => {
    const rows = await listShares(store.db, request.accountId, new Date(clock()));
    return { shares: rows.map(infoOf) };
  });

  vaultRoute(context, routes.getShare, async (request) =>
    infoOf(await readShare(store.db, request.accountId, idOf(request), new Date(clock()).toISOString())),
  );

  vaultRoute(context, routes.deleteShare, async (request, reply) => {
    await deleteShare(store, request.accountId, idOf(request));
    return reply.code(204).send();
  });

  vaultRoute(
    context,
    routes.openShare,
    async (request, reply) => {
      const id = idOf(request);
      const accessHash = accessHashOf(request);
      const document = await viewShare(store, id, accessHash, {
        now: new Date(clock()),
        judge: (isRight) => guesses.judge(id, request.ip, isRight),
      });
      return reply.type('application/octet-stream').send(document);
    },
    perMinute(limits.signInsPerMinute),
  );

  sweepRegularly(context, (now) => sweepShares(store, now), 'expired links could not be deleted');
}

/** The plain page that a browser lands on at a server without a web app. */
export function registerSharePage(context: VaultContext): void {
  vaultRoute(
    context,
    routes.sharePage,
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send(PAGE),
    perMinute(PUBLIC_PER_MINUTE),
  );
}

/** The same for every id, whether there is a share or not: the key behind the `#` stays in the browser. */
const PAGE = `This is a link to a transcript that somebody shared with you. It is sealed: its key stands behind the # of the
link, and your browser has not sent it here.

This server has no page that opens it. To read it, give the whole link to the command line tool:

    sealscribe open 'LINK'
`;

function infoOf(row: ShareRow): ShareInfo {
  return {
    id: row.id,
    transcriptId: row.transcript_id,
    accessHash: row.access_hash,
    link: base64urlOf(row.link),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    views: row.views,
    maxViews: row.max_views,
  };
}
