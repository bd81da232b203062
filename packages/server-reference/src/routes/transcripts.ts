/**
 * Sealed transcripts and the vault's index. One write carries card, changed parts and index, and names the revisions of
 * transcript and index that it replaces; both must still hold.
 */
import {
  PART_REVISION_HEADER,
  RECORDING_HEADER,
  parseRecordingHeader,
  type SentRecording,
  type TranscriptInfo,
} from '@sealscribe/protocol';
import type { FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.js';
import { listCards, readCard, readPart, type StoredCard } from '../store/transcript-reads.js';
import { createTranscript, deleteTranscript, replaceTranscript } from '../store/transcripts.js';
import { readIndex } from '../store/vault-index.js';
import { pageOf } from './page-query.js';
import { etagOf, intentOf, replacedIndex, replacedRevision } from './revisions.js';
import { readParts, requireParts } from './sealed-parts.js';
import type { TranscriptSpace } from './transcript-space.js';
import { base64urlOf, bytesOf, idOf } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** List, put, get and delete of transcripts, and the index. */
export function registerTranscripts(context: VaultContext, space: TranscriptSpace): void {
  const { limits, clock } = context;
  const { routes, store } = space;

  vaultRoute(context, routes.list, async (request, reply) => {
    const owner = await space.ownerOf(request, 'read');
    const { rows, next } = await listCards(store, owner, pageOf(request));
    await space.mark(reply, owner);
    return { transcripts: rows.map(infoOf), next };
  });

  vaultRoute(context, routes.put, async (request, reply) => {
    const accountId = await space.ownerOf(request, 'write');
    const id = idOf(request);
    const intent = intentOf(request);
    const replaces = replacedIndex(request);
    if (intent === undefined)
      throw new HttpError('bad_request', 'Send If-None-Match: * to create or If-Match to replace.');
    const { index, ...parts } = requireParts(await readParts(request, limits), ['card', 'index']);
    const place = {
      ...{ accountId, id, index: { replaces, sealed: index }, bound: limits.accountBytes },
      recording: recordingOf(request),
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

  vaultRoute(context, routes.card, async (request, reply) => {
    const owner = await space.ownerOf(request, 'read');
    const card = await readCard(store, owner, idOf(request));
    await space.mark(reply, owner);
    reply.header('etag', etagOf(card.revision));
    return infoOf(card);
  });

  for (const part of ['transcript', 'words'] as const)
    vaultRoute(context, routes[part], async (request, reply) => {
      const found = await readPart(store, await space.ownerOf(request, 'read'), idOf(request), part);
      return reply
        .header('etag', etagOf(found.revision))
        .header(PART_REVISION_HEADER, String(found.partRevision))
        .type('application/octet-stream')
        .send(found.bytes);
    });

  vaultRoute(
    context,
    routes.delete,
    async (request) => {
      const accountId = await space.ownerOf(request, 'write');
      const id = idOf(request);
      const place = {
        ...{ accountId, id },
        index: { replaces: replacedIndex(request), sealed: bytesOf(request) },
        bound: limits.accountBytes,
      };
      return { id, ...(await deleteTranscript(store, place, replacedRevision(request))) };
    },
    { bodyLimit: limits.partBytes },
  );

  vaultRoute(context, routes.index, async (request, reply) => {
    const owner = await space.ownerOf(request, 'read');
    const { revision, sealed } = await readIndex(store.db, owner);
    await space.mark(reply, owner);
    return reply.header('etag', etagOf(revision)).type('application/octet-stream').send(sealed);
  });
}

/** The recording that the card names from now on; undefined where the request does not say. */
function recordingOf(request: FastifyRequest): SentRecording | null | undefined {
  const header = request.headers[RECORDING_HEADER];
  if (header === undefined) return undefined;
  const recording = parseRecordingHeader(header);
  if (recording === undefined)
    throw new HttpError('bad_request', `The header ${RECORDING_HEADER} is malformed.`);
  return recording;
}

function infoOf({ key, card, ...rest }: StoredCard): TranscriptInfo {
  return { ...rest, key: base64urlOf(key), card: base64urlOf(card) };
}
