/**
 * The real server application for the upload benchmark, without a model: TLS, routes, sign-in, admission, the parser and the
 * wiping are those of packages/server-reference; only the recogniser is one that answers at once. scripts/bench/upload.mjs
 * bundles this file and forks it with a data folder as its argument.
 */
import type { AddressInfo } from 'node:net';
import { buildApp } from '../../packages/server-reference/src/app.js';
import { createLog } from '../../packages/server-reference/src/log.js';
import { checkMedia } from '../../packages/server-reference/src/media/decode.js';
import { Quotas } from '../../packages/server-reference/src/quotas.js';
import { openStore } from '../../packages/server-reference/src/store/open.js';
import { loadIdentity } from '../../packages/server-reference/src/tls.js';
import { Admission, type Ticket } from '../../packages/server-reference/src/transcription/admission.js';
import { Jobs } from '../../packages/server-reference/src/transcription/jobs.js';
import { StreamPlaces } from '../../packages/server-reference/src/transcription/stream-places.js';
import type { Transcriber } from '../../packages/server-reference/src/transcription/transcriber.js';

const [data = '.'] = process.argv.slice(2);
const MAX_UPLOAD = 256_000_000;

const admission = new Admission({ running: 16, waiting: 256, upload: MAX_UPLOAD, memory: 2 * MAX_UPLOAD });
const transcriber = {
  maxUpload: MAX_UPLOAD,
  admit: (account: string, announced: number) => admission.admit(account, announced),
  checkWishes: () => 'en',
  checkUpload: ({ upload }: Ticket) =>
    checkMedia(upload.views(), { kind: 'builtin', sandbox: { limits: () => [], noNetwork: [] }, script: '' }),
  // What has arrived is answered, so that a byte lost on the way is seen.
  transcribe: async ({ upload }: Ticket) => ({
    text: String(upload.length),
    language: 'en',
    duration: 0,
    model: 'none',
    segments: [],
  }),
} as unknown as Transcriber;

const store = await openStore(data);
const log = createLog('info');
const app = await buildApp({
  config: { allowOrigin: [], fetchFrom: [], trustProxy: [], patience: 60, streamIdle: 60, webhookTo: [] },
  store,
  transcriber,
  streams: new StreamPlaces(0),
  quotas: new Quotas(store, { minutes: undefined, concurrent: undefined, fileBytes: undefined }, log),
  jobs: new Jobs({ budget: admission.budget, lifetime: 60, secret: store.secret, onEnd: () => undefined }),
  onDeletion: () => undefined,
  log,
  version: '0.0.0',
  identity: await loadIdentity({ data }),
});
await app.listen({ host: '127.0.0.1', port: 0 });
process.on('message', () => process.send?.({ peak: process.resourceUsage().maxRSS * 1024 }));
process.on('disconnect', () => process.exit());
process.send?.({ port: (app.server.address() as AddressInfo).port });
