// @ts-check
// What the upload benchmark compares with: node:https and nothing else. It keeps the chunks of the body as they come, which is
// the least that a server can do with them. Forked by upload.mjs with the PEM file of key and certificate as its argument.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const pem = readFileSync(process.argv[2] ?? '');

const server = createServer({ key: pem, cert: pem, minVersion: 'TLSv1.3' }, (request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    response.end(JSON.stringify({ text: String(length) }));
  });
});
server.listen(0, '127.0.0.1', () => {
  process.on('message', () => process.send?.({ peak: process.resourceUsage().maxRSS * 1024 }));
  process.on('disconnect', () => process.exit());
  process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });
});
