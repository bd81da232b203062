/**
 * Sealed transcripts and the vault's index. One write carries card, changed parts and index, and names the revisions of
 * transcript and index that it replaces; both must still hold.
 */
import { PART_REVISION_HEADER, routes, type TranscriptInfo } from '@sealscribe/protocol';
import { HttpError } from '../http-error.js';
import { listCards, readCard, readPart, type StoredCard } from '../store/transcript-reads.js';
import { createTranscript, deleteTranscript, replaceTranscript } from '../store/transcripts.js';
import { readIndex } from '../store/vault-index.js';
import { pageOf } from './page-query.js';
import { etagOf, intentOf, replacedIndex, replacedRevision } from './revisions.js';
import { readParts, requireParts } from './sealed-parts.js';
import { base64urlOf, bytesOf, idOf } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** List, put, get and delete of transcripts, and the index. */
export function registerTranscripts(context: VaultContext): void {
  const { store, limits, clock } = context;

  vaultRoute(context, routes.listTranscripts, async (request) => {
    const { rows, next } = await listCards(store, request.accountId, pageOf(request));
    return { transcripts: rows.map(infoOf), next };
  });

  vaultRoute(context, routes.putTranscript, async (request, reply) => {
    const id = idOf(request);
    const intent = intentOf(request);
    const replaces = replacedIndex(request);
    if (intent === undefined)
      throw new HttpError('bad_request', 'Send If-None-Match: * to create or If-Match to replace.');
    const { index, ...parts } = requireParts(await readParts(request, limits), ['card', 'index']);
    const place = {
      accountId: request.accountId,
      id,
      index: { replaces, sealed: index },
      bound: limits.accountBytes,
    };
    const now = new Date(clock());
    const written =
      intent === 'create'
        ? await createTranscript(
            store,
            place,
            requireParts(parts, ['key', 'card', 'transcript', 'words']),
            now,
          )
        : await replaceTranscript(store, place, intent.replaces, parts, now);
    reply.code(intent === 'create' ? 201 : 200).header('etag', etagOf(written.revision));
    return { id, ...written };
  });

  vaultRoute(context, routes.getCard, async (request, reply) => {
    const card = await readCard(store, request.accountId, idOf(request));
    reply.header('etag', etagOf(card.revision));
    return infoOf(card);
  });

  for (const [route, part] of [
    [routes.getTranscriptPart, 'transcript'],
    [routes.getWordsPart, 'words'],
  ] as const)
    vaultRoute(context, route, async (request, reply) => {
      const found = await readPart(store, request.accountId, idOf(request), part);
      return reply
        .header('etag', etagOf(found.revision))
        .header(PART_REVISION_HEADER, String(found.partRevision))
        .type('application/octet-stream')
        .send(found.bytes);
    });

  vaultRoute(
    context,
    routes.deleteTranscript,
    async (request) => {
      const id = idOf(request);
      const place = {
        accountId: request.accountId,
        id,
        index: { replaces: replacedIndex(request), sealed: bytesOf(request) },
        bound: limits.accountBytes,
      };
      return { id, ...(await deleteTranscript(store, place, replacedRevision(request))) };
    },
    { bodyLimit: limits.partBytes },
  );

  vaultRoute(context, routes.getIndex, async (request, reply) => {
    const { revision, sealed } = await readIndex(store.db, request.accountId);
    return reply.header('etag', etagOf(revision)).type('application/octet-stream').send(sealed);
  });
}

function infoOf({ key, card, ...rest }: StoredCard): TranscriptInfo {
  return { ...rest, key: base64urlOf(key), card: base64urlOf(card) };
}
