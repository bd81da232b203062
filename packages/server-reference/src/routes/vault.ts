/**
 * The vault: stores bytes and can read none of them. Its routes live in a scope of their own, with their own body parsers
 * (JSON, bytes, multipart), so that nothing of it leaks into the transcription half or the other way.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Credentials } from '../auth/credentials.js';
import type { SendEmail } from '../auth/email-hook.js';
import type { Store } from '../store/index.js';
import { sweepShared } from '../store/shared-tables.js';
import { registerAccounts } from './accounts.js';
import { registerBlobs } from './blobs.js';
import { registerExport } from './export.js';
import { registerEmail } from './email.js';
import { registerHistory } from './history.js';
import { registerIdentities } from './identities.js';
import { registerKeys } from './keys.js';
import { installRateLimit } from './rate-limit.js';
import { registerRecordings } from './recordings.js';
import { installMultipart } from './sealed-parts.js';
import { registerSessions } from './sessions.js';
import { registerSharePage, registerShares } from './shares.js';
import { sweepRegularly } from './sweep.js';
import { vaultTranscripts } from './transcript-space.js';
import { registerTranscripts } from './transcripts.js';
import { registerWebhooks } from './webhooks.js';
import { registerWorkspaces } from './workspaces.js';
import type { AllowedHosts } from '../remote/hosts.js';
import type { VaultContext, VaultLimits } from './vault-route.js';

export type { VaultLimits } from './vault-route.js';

const MIB = 1024 * 1024;

/** Limits of a server that says nothing else. */
const DEFAULT_VAULT_LIMITS: VaultLimits = {
  blobBytes: 8 * MIB,
  partBytes: 8 * MIB,
  cardBytes: 64 * 1024,
  shareBytes: 16 * MIB,
  sweepSeconds: 60,
  accountBytes: 1024 * MIB,
  sessionDays: 30,
  signInsPerMinute: 120,
  emailsPerMinute: 10,
};

/** What the vault's routes need. */
export interface VaultDependencies {
  store: Store;
  /** Milliseconds since the epoch; Date.now unless a test says otherwise. */
  clock?: () => number;
  limits?: Partial<VaultLimits>;
  /** Sends the codes that confirm another email; without it they come from the operator. */
  sendEmail?: SendEmail | undefined;
  /** Lets the other half forget what it holds of an account whose data is deleted. */
  onDeletion?: (accountId: string) => void;
  /** Hosts that webhooks may go to; none when left out. */
  webhookTo?: AllowedHosts;
  /** Whether links to shares lead to a plain page here; true unless there is a web app that answers for them. */
  sharePage?: boolean;
}

/** Registers every route of the vault's half. */
export function registerVaultRoutes(
  app: FastifyInstance,
  {
    store,
    clock = Date.now,
    limits,
    sendEmail,
    onDeletion,
    webhookTo = new Map(),
    sharePage = true,
  }: VaultDependencies,
): void {
  void app.register(async (scope) => {
    const context: VaultContext = {
      app: scope,
      store,
      clock,
      credentials: new Credentials(store, clock),
      limits: { ...DEFAULT_VAULT_LIMITS, ...limits },
      sendEmail,
      onDeletion,
    };
    scope.decorateRequest('accountId', '');
    scope.decorateRequest('sessionHash', '');
    scope.removeContentTypeParser('text/plain');
    scope.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => body,
    );
    scope.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'));
    await installRateLimit(scope, store);
    await installMultipart(scope);

    registerAccounts(context);
    registerSessions(context);
    registerKeys(context);
    registerEmail(context);
    registerBlobs(context);
    const own = vaultTranscripts(store);
    registerTranscripts(context, own);
    registerHistory(context, own);
    registerRecordings(context, own);
    registerIdentities(context);
    registerWorkspaces(context);
    registerShares(context);
    if (sharePage) registerSharePage(context);
    registerWebhooks(context, webhookTo);
    registerExport(context);
    sweepRegularly(context, (now) => sweepShared(store, now), 'old counts could not be deleted');
  });
}
