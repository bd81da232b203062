/**
 * Earlier revisions of a transcript: their sealed cards, one of them whole, and forgetting them all.
 */
import type { EarlierRevision, RevisionList } from '@sealscribe/protocol';
import { forgetRevisions, listRevisions, readRevision } from '../store/earlier-revisions.js';
import type { TranscriptSpace } from './transcript-space.js';
import { base64urlOf, idOf, revisionOf } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** List, get and delete of earlier revisions. */
export function registerHistory(context: VaultContext, space: TranscriptSpace): void {
  const { routes, store } = space;
  vaultRoute(context, routes.revisions, async (request): Promise<RevisionList> => {
    const accountId = await space.ownerOf(request, 'read');
    const found = await listRevisions(store, { accountId, id: idOf(request) });
    return { revisions: found.map(({ revision, card }) => ({ revision, card: base64urlOf(card) })) };
  });

  vaultRoute(context, routes.revision, async (request): Promise<EarlierRevision> => {
    const revision = revisionOf(request);
    const owner = { accountId: await space.ownerOf(request, 'read'), id: idOf(request) };
    const { card, transcript, words } = await readRevision(store, owner, revision);
    return {
      revision,
      card: base64urlOf(card),
      transcript: base64urlOf(transcript),
      words: base64urlOf(words),
    };
  });

  vaultRoute(context, routes.deleteRevisions, async (request, reply) => {
    const accountId = await space.ownerOf(request, 'write');
    await forgetRevisions(store, { accountId, id: idOf(request) });
    reply.code(204);
  });
}
