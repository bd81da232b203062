/**
 * Whose transcripts the routes of transcripts and their history are about: an account's own, or a workspace's. Both are kept in the
 * same way; they differ in their paths, their tables, and in who may do what.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { vaultTranscriptRoutes, type TranscriptRoutes } from '@sealscribe/protocol';
import type { Store } from '../store/index.js';

/** One kind of set of transcripts. */
export interface TranscriptSpace {
  routes: TranscriptRoutes;
  store: Store;
  /**
   * Under whose id the transcripts of a request are kept.
   *
   * @throws HttpError `not_found` where the one who asks has no place, `forbidden` where the place does not allow it
   */
  ownerOf(request: FastifyRequest, access: 'read' | 'write'): Promise<string>;
  /** Says on an answer what the client has to know to open it; called once its bytes are read. */
  mark(reply: FastifyReply, ownerId: string): Promise<void>;
}

/** The vaults of accounts: everybody may do everything in their own. */
export const vaultTranscripts = (store: Store): TranscriptSpace => ({
  routes: vaultTranscriptRoutes,
  store,
  ownerOf: async (request) => request.accountId,
  mark: async () => undefined,
});
