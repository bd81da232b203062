/**
 * How the vault's routes are registered: method, path and the need of a session come from the protocol's table, so that a
 * route can neither differ from it nor forget its guard. The session is checked before any of the body is read.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import type { Route } from '@sealscribe/protocol';
import type { SendEmail } from '../auth/email-hook.js';
import type { Credentials } from '../auth/credentials.js';
import { requireSession } from '../auth/session.js';
import type { Store } from '../store/index.js';

/** What an account and a request may use. */
export interface VaultLimits {
  /** Bytes of one blob. */
  blobBytes: number;
  /** Bytes of one sealed part of a transcript, or of the index. */
  partBytes: number;
  /** Bytes of one sealed card. */
  cardBytes: number;
  /** Bytes of one sealed snapshot behind a link. */
  shareBytes: number;
  /** Seconds between two looks for links that have expired. */
  sweepSeconds: number;
  /** Sealed bytes that an account may hold in all. */
  accountBytes: number;
  /** Days from sign-in to the end of a session. */
  sessionDays: number;
  /** Requests per minute and address to each of sign-up, prelogin, sign-in and opening links. */
  signInsPerMinute: number;
  /** Changes of an email per minute and address, and likewise codes that are tried. */
  emailsPerMinute: number;
}

/** What every route works with. */
export interface VaultContext {
  app: FastifyInstance;
  store: Store;
  credentials: Credentials;
  limits: VaultLimits;
  /** Without it, codes come from the operator: see ../email-codes.ts. */
  sendEmail: SendEmail | undefined;
  /** Lets the other half forget what it holds of an account whose data is deleted. */
  onDeletion: ((accountId: string) => void) | undefined;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** Answers a request; what it returns is sent as JSON, or as bytes when it is a Uint8Array. */
type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** JSON bodies are small: the largest is a key record. */
const JSON_BYTES = 16 * 1024;

/** Registers one route of the protocol's table. */
export function vaultRoute(
  { app, store, clock }: VaultContext,
  { method, path, auth, sessionOnly }: Route,
  handler: Handler,
  options: RouteShorthandOptions = {},
): void {
  app.route({
    bodyLimit: JSON_BYTES,
    ...options,
    method,
    url: path,
    handler,
    ...(auth && { onRequest: requireSession(store, clock, sessionOnly) }),
  });
}
