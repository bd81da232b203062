/**
 * The blob store: opaque bytes under ids that the client made, for apps that seal with the baseline.
 */
import { routes } from '@sealscribe/protocol';
import { createBlob, deleteBlob, listBlobs, readBlob, replaceBlob } from '../store/blobs.js';
import { pageOf } from './page-query.js';
import { etagOf, intentOf, replacedRevision } from './revisions.js';
import { bytesOf, idOf } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** List, put, get and delete of blobs. */
export function registerBlobs(context: VaultContext): void {
  const { store, limits, clock } = context;

  vaultRoute(context, routes.listBlobs, async (request) =>
    listBlobs(store, request.accountId, pageOf(request)),
  );

  vaultRoute(
    context,
    routes.putBlob,
    async (request, reply) => {
      const id = idOf(request);
      const intent = intentOf(request) ?? 'create';
      const bytes = bytesOf(request);
      const place = { accountId: request.accountId, id, bound: limits.accountBytes };
      const now = new Date(clock());
      let revision = 1;
      if (intent === 'create') await createBlob(store, place, bytes, now);
      else revision = await replaceBlob(store, place, intent.replaces, bytes, now);
      reply.code(intent === 'create' ? 201 : 200).header('etag', etagOf(revision));
      return { id, revision };
    },
    { bodyLimit: limits.blobBytes },
  );

  vaultRoute(context, routes.getBlob, async (request, reply) => {
    const { revision, bytes } = await readBlob(store, request.accountId, idOf(request));
    return reply.header('etag', etagOf(revision)).type('application/octet-stream').send(bytes);
  });

  vaultRoute(context, routes.deleteBlob, async (request, reply) => {
    const revision = request.headers['if-match'] === undefined ? undefined : replacedRevision(request);
    await deleteBlob(store, request.accountId, idOf(request), revision);
    return reply.code(204).send();
  });
}
