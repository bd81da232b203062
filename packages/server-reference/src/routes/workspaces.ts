/**
 * Workspaces: their rosters, who joins and who leaves. Their transcripts have the routes of transcripts.ts and history.ts, each of
 * which asks first what the one who asks may do.
 */
import {
  KEY_NUMBER_HEADER,
  acceptRequestSchema,
  inviteRequestSchema,
  routes,
  workspaceTranscriptRoutes,
  writeEpochRequestSchema,
} from '@sealscribe/protocol';
import type { FastifyRequest } from 'fastify';
import { normalizeEmail } from '../auth/email.js';
import { findInvited } from '../auth/invented-identity.js';
import { deleteWorkspace } from '../store/deletion.js';
import { writeEpoch } from '../store/workspace-epochs.js';
import {
  acceptEpoch,
  deleteInvitation,
  insertInvitation,
  leaveWorkspace,
} from '../store/workspace-members.js';
import { workspaceStore } from '../store/workspace-tables.js';
import {
  listWorkspaces,
  readKeyNumber,
  readWorkspace,
  requireRole,
  type Visit,
} from '../store/workspaces.js';
import { registerHistory } from './history.js';
import { perMinute } from './rate-limit.js';
import { registerRecordings } from './recordings.js';
import { intentOf, replacedIndex } from './revisions.js';
import { registerTranscripts } from './transcripts.js';
import { HttpError } from '../http-error.js';
import type { TranscriptSpace } from './transcript-space.js';
import { idOf, validate } from './validation.js';
import { vaultRoute, type VaultContext } from './vault-route.js';

/** Bytes of an epoch: a delivery for each member and, with another key, the keys of some ten thousand transcripts. */
const EPOCH_BYTES = 16 * 1024 * 1024;

/** Every route of workspaces. */
export function registerWorkspaces(context: VaultContext): void {
  const { store, limits, clock } = context;

  vaultRoute(context, routes.listWorkspaces, async (request) => listWorkspaces(store.db, request.accountId));

  vaultRoute(context, routes.getWorkspace, async (request) => readWorkspace(store, visitOf(request)));

  vaultRoute(
    context,
    routes.putWorkspace,
    async (request, reply) => {
      const intent = intentOf(request);
      if (intent === undefined)
        throw new HttpError('bad_request', 'Send If-None-Match: * to create or If-Match to replace.');
      const body = validate(writeEpochRequestSchema, request.body);
      const replaces = intent === 'create' ? 0 : intent.replaces;
      await writeEpoch(store, {
        ...visitOf(request),
        ...{ request: body, replaces, bound: limits.accountBytes, now: new Date(clock()) },
        replacesIndex: body.rekeyed ? replacedIndex(request) : 0,
      });
      reply.code(intent === 'create' ? 201 : 200);
      return { epoch: body.roster.epoch };
    },
    { bodyLimit: EPOCH_BYTES },
  );

  vaultRoute(context, routes.deleteWorkspace, async (request, reply) => {
    const visit = visitOf(request);
    await requireRole(store.db, visit, 'owner');
    await deleteWorkspace(store, visit.workspaceId);
    reply.code(204);
  });

  vaultRoute(context, routes.acceptWorkspace, async (request, reply) => {
    await acceptEpoch(store, visitOf(request), validate(acceptRequestSchema, request.body));
    reply.code(204);
  });

  vaultRoute(context, routes.leaveWorkspace, async (request, reply) => {
    await leaveWorkspace(store, visitOf(request));
    reply.code(204);
  });

  vaultRoute(
    context,
    routes.invite,
    async (request) => {
      const { email } = validate(inviteRequestSchema, request.body);
      const invited = await findInvited(store, normalizeEmail(email));
      await insertInvitation(store, visitOf(request), invited, new Date(clock()));
      return { accountId: invited.invitedId, publicKey: invited.publicKey };
    },
    perMinute(limits.signInsPerMinute),
  );

  vaultRoute(context, routes.uninvite, async (request, reply) => {
    await deleteInvitation(store, visitOf(request), idOf(request));
    reply.code(204);
  });

  const space: TranscriptSpace = {
    routes: workspaceTranscriptRoutes,
    store: workspaceStore(store),
    ownerOf: async (request, access) => {
      const visit = visitOf(request);
      await requireRole(store.db, visit, ...(access === 'write' ? (['owner', 'editor'] as const) : []));
      return visit.workspaceId;
    },
    // After the bytes were read: a number that is too new makes the client read again, one that is too old would fail it.
    async mark(reply, workspaceId) {
      reply.header(KEY_NUMBER_HEADER, String(await readKeyNumber(store, workspaceId)));
    },
  };
  registerTranscripts(context, space);
  registerHistory(context, space);
  registerRecordings(context, space);
}

const visitOf = (request: FastifyRequest): Visit => ({
  workspaceId: idOf(request, 'workspaceId'),
  accountId: request.accountId,
});
