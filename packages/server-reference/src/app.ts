/**
 * The HTTP application: protocol and limits, headers, errors, and the two halves, each registered in a scope of its own.
 * What a route does stands in routes/.
 */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import { routes } from '@sealscribe/protocol';
import { emailHook } from './auth/email-hook.js';
import { requireSession } from './auth/session.js';
import { streamTokensOf } from './auth/stream-tokens.js';
import type { Config } from './config.js';
import { allowOrigins } from './cross-origin.js';
import { handleError } from './error-handler.js';
import { HttpError } from './http-error.js';
import { logRequests, type Logger } from './log.js';
import type { RequestMeter } from './metrics/request-meter.js';
import type { Quotas } from './quotas.js';
import { answerUnparsed, refuseDoubtful } from './refused-requests.js';
import { registerAudioTranscriptions } from './routes/audio-transcriptions.js';
import { registerCompare } from './routes/compare.js';
import { installRateLimit } from './routes/rate-limit.js';
import { registerFacts } from './routes/facts.js';
import { registerJobs } from './routes/jobs.js';
import { registerStream } from './routes/stream.js';
import { registerSummaries } from './routes/summaries.js';
import { registerTranscribe } from './routes/transcribe.js';
import { acceptUploads } from './routes/recording-form.js';
import { registerUploads } from './routes/uploads.js';
import { registerUsage } from './routes/usage.js';
import { registerVaultRoutes } from './routes/vault.js';
import { registerWeb } from './routes/web.js';
import { limitPatience } from './slow-clients.js';
import { readAllowedHosts } from './remote/hosts.js';
import type { Store } from './store/index.js';
import type { Identity } from './tls.js';
import { SECURITY_HEADERS, sendSecurityHeaders } from './security-headers.js';
import type { Jobs } from './transcription/jobs.js';
import type { StreamPlaces } from './transcription/stream-places.js';
import type { Transcriber } from './transcription/transcriber.js';
import { readTrustedProxies, refuseUnclearAddresses } from './trusted-proxies.js';
import { letGoOfBodies } from './unread-body.js';
import type { WebFile } from './web-folder.js';

/** What an app is built from. */
export interface AppParts {
  readonly config: Pick<
    Config,
    'allowOrigin' | 'emailHook' | 'fetchFrom' | 'patience' | 'streamIdle' | 'trustProxy' | 'webhookTo'
  >;
  readonly store: Store;
  readonly transcriber: Transcriber;
  readonly quotas: Quotas;
  readonly jobs: Jobs;
  /** Lets what is still to be delivered of an account go. */
  readonly onDeletion: (account: string) => void;
  readonly streams: StreamPlaces;
  /** Counts requests. */
  readonly meter?: RequestMeter | undefined;
  readonly log: Logger;
  readonly version: string;
  /** Without it the app speaks plain HTTP. */
  readonly identity?: Identity;
  /** The web app that it serves. */
  readonly web?: ReadonlyMap<string, WebFile>;
  /** Whether the server is stopping. */
  readonly draining?: () => boolean;
}

const MIB = 1024 ** 2;
/** A TLS handshake takes milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

/** Builds the app; `listen` starts it. */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const {
    config,
    store,
    transcriber,
    quotas,
    jobs,
    log,
    version,
    web,
    streams: places,
    meter,
    draining = () => false,
  } = parts;
  const app = createServer(parts);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAt(request.url);
    if (allowed.length === 0) return handleError(new HttpError('not_found'), request, reply);
    void reply.header('allow', allowed.join(', '));
    return handleError(new HttpError('method_not_allowed'), request, reply);
  });
  logRequests(app, log);
  meter?.watch(app);
  letGoOfBodies(app);
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  await sendSecurityHeaders(app);
  refuseDoubtful(app, log);
  if (config.trustProxy.length > 0) refuseUnclearAddresses(app);
  limitPatience(app, config.patience);
  if (config.allowOrigin.length > 0) allowOrigins(app, config.allowOrigin);

  const signedIn = requireSession(store);
  const allowed = quotas.guard(signedIn);
  const hosts = readAllowedHosts(config.fetchFrom);
  await app.register(async (scope) => {
    scope.decorateRequest('accountId', '');
    scope.decorateRequest('sessionHash', '');
    scope.decorateRequest('allowance');
    await installRateLimit(scope, store);
    acceptUploads(scope);
    registerFacts(scope, { transcriber, signedIn, version, draining });
    registerTranscribe(scope, { transcriber, allowed, hosts });
    registerAudioTranscriptions(scope, { transcriber, allowed });
    registerJobs(scope, { jobs, transcriber, signedIn, allowed, hosts });
    registerUsage(scope, { quotas, transcriber, signedIn });
    registerCompare(scope, { transcriber, allowed });
    registerSummaries(scope, { signedIn });
    registerUploads(scope, { uploads: transcriber.uploads, signedIn, allowed });
    const { allowOrigin, streamIdle } = config;
    const tokens = streamTokensOf(store);
    await registerStream(scope, {
      ...{ transcriber, signedIn, quotas, draining, allowOrigin, streamIdle, places, tokens },
    });
  });
  const { emailHook: program } = config;
  registerVaultRoutes(app, {
    store,
    sendEmail: program === undefined ? undefined : emailHook(program),
    onDeletion: (account) => {
      transcriber.uploads.removeAllOf(account);
      jobs.removeAllOf(account);
      parts.onDeletion(account);
    },
    webhookTo: readAllowedHosts(config.webhookTo, '--webhook-to'),
    sharePage: web === undefined,
  });
  if (web)
    await app.register(async (scope) => {
      await installRateLimit(scope, store);
      registerWeb(scope, web);
    });
  await app.ready();
  return app;
}

function createServer({ identity, log, config, meter }: AppParts): FastifyInstance {
  const refusals: object = {
    clientErrorHandler: answerUnparsed(log, (status) => meter?.refused(status)),
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
      handleError(error, request, reply);
    },
  };
  const options = {
    ...refusals,
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: MIB,
    forceCloseConnections: true,
    trustProxy: readTrustedProxies(config.trustProxy) ?? false,
    routerOptions: { maxParamLength: 64 },
  } satisfies FastifyServerOptions<Server>;
  if (identity === undefined) return fastify(options);
  const secure = fastify({
    ...options,
    http2: true,
    http2SessionTimeout: 2000 * config.patience,
    https: {
      allowHTTP1: true,
      handshakeTimeout: HANDSHAKE_TIMEOUT,
      key: identity.key,
      cert: identity.cert,
      minVersion: 'TLSv1.3',
      settings: { maxConcurrentStreams: 100, initialWindowSize: MIB, maxHeaderListSize: 16 * 1024 },
      maxSessionMemory: 32,
    },
  });
  // Both kinds of server have the same routes, hooks and answers; only their types differ.
  return secure as unknown as FastifyInstance;
}

/** The methods that the protocol knows for a path. */
function methodsAt(url: string): string[] {
  const [path = ''] = url.split('?');
  const matches = (pattern: string) => new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path);
  return Object.values(routes)
    .filter((route) => matches(route.path))
    .map((route) => route.method);
}
