/** Reads the settings, starts the server, says so, and stops it on SIGTERM or SIGINT. Runs as soon as it is imported. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from './config.js';
import { hardenProcess } from './hardening.js';
import { createLog } from './log.js';
import { startServer, VERSION, type Server } from './server.js';
import { explainFailure } from './start-failure.js';

const config = readConfig(process.argv, VERSION);
const log = createLog(config.logLevel);
hardenProcess(log);
for (const name of config.unknown) log.warn({ name }, 'this variable is no setting of the server');
// Node's own report of a fault would print its message, which may hold anything.
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => {
    log.fatal({ err: error }, 'stopped by a fault');
    process.exit(1);
  });

function announce(server: Server): void {
  const { url, fingerprint, device, deviceReason, models, decoder, metrics } = server;
  if (config.json) {
    process.stdout.write(`${JSON.stringify({ url, fingerprint, device, deviceReason, models, metrics })}\n`);
    return;
  }
  process.stdout.write(
    [
      `Sealscribe is ready at ${url}`,
      ...(fingerprint === '' ? [] : [`  certificate  SHA-256 ${fingerprint}`]),
      `  device       ${device} (${deviceReason}), ${config.workers} recognisers`,
      `  models       ${models.join(', ')}`,
      `  decoder      ${decoder === 'ffmpeg' ? 'ffmpeg' : 'built in: WAV, MP3, FLAC, Ogg Vorbis, Opus (install ffmpeg for the rest)'}`,
      ...(metrics === undefined ? [] : [`  metrics      ${metrics}`]),
      `  data         ${config.data}`,
      '',
    ].join('\n'),
  );
}

try {
  const server = await startServer(config, log, dirname(fileURLToPath(import.meta.url)));
  let asked = false;
  const stop = () => {
    if (asked) return;
    asked = true;
    log.info('stopping');
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  announce(server);
} catch (error) {
  // Before the server runs nothing of anybody's content is in the process: the message may be shown.
  process.stderr.write(`sealscribe-server: ${explainFailure(error)}\n`);
  process.exit(1);
}
