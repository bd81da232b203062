/**
 * Earlier revisions of a transcript: their sealed cards, one of them whole, and forgetting them all.
 */
import { routes, type EarlierRevision, type RevisionList } from '@sealscribe/protocol';
import { forgetRevisions, listRevisions, readRevision } from '../store/earlier-revisions.js';
import { base64urlOf, idOf, revisionOf } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** List, get and delete of earlier revisions. */
export function registerHistory(context: VaultContext): void {
  const { store } = context;

  vaultRoute(context, routes.listRevisions, async (request): Promise<RevisionList> => {
    const found = await listRevisions(store, { accountId: request.accountId, id: idOf(request) });
    return { revisions: found.map(({ revision, card }) => ({ revision, card: base64urlOf(card) })) };
  });

  vaultRoute(context, routes.getRevision, async (request): Promise<EarlierRevision> => {
    const revision = revisionOf(request);
    const owner = { accountId: request.accountId, id: idOf(request) };
    const { card, transcript, words } = await readRevision(store, owner, revision);
    return {
      revision,
      card: base64urlOf(card),
      transcript: base64urlOf(transcript),
      words: base64urlOf(words),
    };
  });

  vaultRoute(context, routes.deleteRevisions, async (request, reply) => {
    await forgetRevisions(store, { accountId: request.accountId, id: idOf(request) });
    reply.code(204);
  });
}
