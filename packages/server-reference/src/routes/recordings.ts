/**
 * Sealed recordings of transcripts: piece by piece, so that neither side holds more of one in memory. Which of them a transcript has is
 * told by the write that names it: transcripts.ts.
 */
import { RECORDING_PIECE_BYTES } from '@sealscribe/protocol';
import type { FastifyRequest } from 'fastify';
import { HttpError } from '../http-error.js';
import { giveUpRecording, putPiece, readPiece, sweepRecordings } from '../store/recordings.js';
import { sweepRegularly } from './sweep.js';
import type { TranscriptSpace } from './transcript-space.js';
import { bytesOf, idOf } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** Put and get of pieces, and giving up a recording that was not taken up. */
export function registerRecordings(context: VaultContext, space: TranscriptSpace): void {
  const { limits, clock } = context;
  const { routes, store } = space;
  const placeOf = async (request: FastifyRequest, access: 'read' | 'write') => ({
    accountId: await space.ownerOf(request, access),
    id: idOf(request),
    recordingId: idOf(request, 'recordingId'),
  });

  vaultRoute(
    context,
    routes.putPiece,
    async (request, reply) => {
      const place = { ...(await placeOf(request, 'write')), bound: limits.accountBytes };
      const piece = { number: pieceOf(request), bytes: bytesOf(request) };
      await putPiece(store, place, piece, new Date(clock()));
      return reply.code(204).send();
    },
    { bodyLimit: RECORDING_PIECE_BYTES },
  );

  vaultRoute(context, routes.piece, async (request, reply) => {
    const bytes = await readPiece(store, await placeOf(request, 'read'), pieceOf(request));
    return reply.type('application/octet-stream').send(bytes);
  });

  vaultRoute(context, routes.deleteRecording, async (request, reply) => {
    await giveUpRecording(store, await placeOf(request, 'write'));
    return reply.code(204).send();
  });

  sweepRegularly(
    context,
    (now) => sweepRecordings(store, now),
    'recordings that nobody took up could not be deleted',
  );
}

function pieceOf(request: FastifyRequest): number {
  const { piece } = request.params as { piece?: unknown };
  if (typeof piece !== 'string' || !/^(0|[1-9]\d{0,5})$/.test(piece))
    throw new HttpError('bad_request', 'A piece is a whole number from 0.');
  return Number(piece);
}
