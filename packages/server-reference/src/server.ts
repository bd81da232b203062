/** A server from its settings: everything opened in order, listening, and closed again in the opposite order. */
import type { AddressInfo, Socket } from 'node:net';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { buildApp } from './app.js';
import { requireProgram } from './auth/email-hook.js';
import type { Config } from './config.js';
import type { Logger } from './log.js';
import { registerFigures } from './metrics/figures.js';
import { serveMetrics, type MetricsServer } from './metrics/metrics-server.js';
import { RequestMeter } from './metrics/request-meter.js';
import { Quotas } from './quotas.js';
import { readAllowedHosts } from './remote/hosts.js';
import { openStore } from './store/open.js';
import { FILE_NAME } from './store/libsql.js';
import { loadIdentity } from './tls.js';
import { readTritonAddress } from './triton/address.js';
import { readTrustedProxies } from './trusted-proxies.js';
import { readWebFolder } from './web-folder.js';
import { Jobs } from './transcription/jobs.js';
import { StreamPlaces } from './transcription/stream-places.js';
import { Transcriber } from './transcription/transcriber.js';
import { Deliveries } from './webhooks/deliveries.js';

/** A server that listens. */
export interface Server {
  readonly url: string;
  /** SHA-256 of the certificate; empty over plain HTTP. */
  readonly fingerprint: string;
  readonly device: string;
  /** Why it is that device. */
  readonly deviceReason: string;
  /** Address of the metrics. */
  readonly metrics: string | undefined;
  readonly models: readonly string[];
  readonly decoder: 'ffmpeg' | 'builtin';
  /** Lets transcriptions finish, then closes everything. */
  stop(): Promise<void>;
}

/** The version of this package. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** Days before its end at which a certificate is worth a warning. */
const ENDING_DAYS = 14;
const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Starts a server.
 *
 * @param scripts folder of the built recognizer-process.js and decoder-process.js
 * @throws {Error} when a certificate, the store, the model or the port cannot be opened.
 */
export async function startServer(config: Config, log: Logger, scripts: string): Promise<Server> {
  readAllowedHosts(config.fetchFrom);
  readTrustedProxies(config.trustProxy);
  const triton = config.triton && {
    address: readTritonAddress(config.triton, config.tritonInsecure),
    ...{ ca: config.tritonCa, timeout: config.tritonTimeout },
  };
  const webhookTo = readAllowedHosts(config.webhookTo, '--webhook-to');
  if (config.emailHook !== undefined) requireProgram(config.emailHook);
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const identity = config.insecureHttp ? undefined : await loadIdentity(config);
  const days = identity && Math.floor((identity.ends - Date.now()) / 86_400_000);
  if (days !== undefined && days < ENDING_DAYS)
    log.warn({ days }, days < 0 ? 'the certificate has run out' : 'the certificate runs out soon');
  if (config.insecureHttp && !loopback.has(config.host))
    log.warn('plain HTTP beyond this machine: put a proxy that terminates TLS 1.3 in front');
  const web = config.web === undefined ? undefined : readWebFolder(config.web);
  const store = await openStore(config.data, { database: config.database });
  let transcriber: Transcriber | undefined;
  const quotas = new Quotas(
    store,
    { minutes: config.quotaMinutes, concurrent: config.quotaConcurrent, fileBytes: config.quotaFileSize },
    log,
  );
  let deliveries: Deliveries | undefined;
  let metrics: MetricsServer | undefined;
  let stopping: Promise<void> | undefined;
  try {
    const started = (transcriber = await Transcriber.start({
      ...config,
      models: config.models ?? join(config.data, 'models'),
      triton: triton || undefined,
      recycling: {
        jobs: config.recycleJobs,
        seconds: config.recycleSeconds,
        bytes: config.recycleMemory,
      },
      spend: (account, seconds) => quotas.spend(account, seconds),
      log,
      scripts,
    }));
    const { budget } = started;
    const delivering = (deliveries = new Deliveries({
      ...{ store, budget, hosts: webhookTo, retry: config.webhookRetry, log },
    }));
    const jobs = new Jobs({
      ...{ budget, lifetime: config.jobLifetime, secret: store.secret },
      onEnd: (end) => delivering.jobEnded(end),
    });
    const streams = new StreamPlaces(config.maxStreams ?? 4 * config.workers);
    const registry = new Registry();
    const app = await buildApp({
      config,
      store,
      transcriber: started,
      quotas,
      jobs,
      onDeletion: (account) => delivering.removeAllOf(account),
      streams,
      meter: config.metrics === undefined ? undefined : new RequestMeter(registry),
      log,
      version: VERSION,
      draining: () => stopping !== undefined,
      ...(identity && { identity }),
      ...(web && { web }),
    });
    const cutOff = trackConnections(app);
    await app.listen({ host: config.host, port: config.port });
    // Where the system gives no more of something, that connection is lost and not the server.
    app.server.on('error', (error) => log.error({ err: error }, 'a connection could not be taken'));
    if (config.metrics !== undefined) {
      const files = ['', '-wal'].map((end) => join(config.data, `${FILE_NAME}${end}`));
      registerFigures(registry, { transcriber: started, streams, jobs, deliveries: delivering, files });
      metrics = await serveMetrics(registry, config.metricsHost, config.metrics);
    }
    const { port } = app.server.address() as AddressInfo;
    const stop = async () => {
      await started.drain(config.drain);
      const closed = app.close();
      const force = setTimeout(cutOff, 2_000);
      await closed;
      metrics?.close();
      clearTimeout(force);
      await started.close();
      await delivering.close();
      await store.close();
    };
    return {
      url: `${identity ? 'https' : 'http'}://${addressOf(config.host)}:${port}`,
      fingerprint: identity?.fingerprint ?? '',
      device: started.device.device,
      deviceReason: started.device.reason,
      metrics: metrics?.url,
      models: started.models.map(({ id }) => id),
      decoder: started.decoder,
      stop: () => (stopping ??= stop()),
    };
  } catch (error) {
    metrics?.close();
    await transcriber?.close();
    await deliveries?.close();
    await store.close();
    throw error;
  }
}

/** A function that ends all connections that are still open. */
function trackConnections(app: FastifyInstance): () => void {
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => sockets.forEach((socket) => socket.destroy());
}

/** The address to show for one to listen on. */
function addressOf(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === 'localhost') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
