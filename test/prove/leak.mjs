// A server that leaks on purpose, for the controls: loaded into the built server with node --import, so that nothing of it is in what
// is shipped. SEALSCRIBE_PROVE_LEAK says what it does with every recording, or with every answer.
import { appendFileSync } from 'node:fs';
import { Server } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const leak = process.env.SEALSCRIBE_PROVE_LEAK;
const [, program = ''] = process.argv;
const data = process.argv[process.argv.indexOf('--data') + 1];
globalThis.kept = [];

/** @type {Record<string, {request?: (bytes: Buffer) => void, answer?: (bytes: Buffer) => void}>} */
const leaks = {
  // A temporary file, as an upload middleware makes it.
  disk: { request: (bytes) => appendFileSync(join(tmpdir(), 'upload.tmp'), bytes) },
  memory: { request: (bytes) => globalThis.kept.push(Buffer.from(bytes)) },
  log: { request: (bytes) => process.stderr.write(bytes), answer: (bytes) => process.stderr.write(bytes) },
  store: { answer: (bytes) => appendFileSync(join(data, 'notes.txt'), bytes) },
};

const chosen = leak === undefined ? undefined : leaks[leak];
if (chosen && program.endsWith('main.js')) {
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (event, ...args) {
    if (event === 'request') {
      const [request, response] = args;
      const push = request.push;
      request.push = (chunk, ...rest) => {
        if (chunk) chosen.request?.(chunk);
        return push.call(request, chunk, ...rest);
      };
      for (const name of ['write', 'end']) {
        const write = response[name];
        response[name] = (chunk, ...rest) => {
          if (typeof chunk === 'string' || chunk instanceof Uint8Array) chosen.answer?.(Buffer.from(chunk));
          return write.call(response, chunk, ...rest);
        };
      }
    }
    return emit.call(this, event, ...args);
  };
}
