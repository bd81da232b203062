// @ts-check
// The server's own view: plain HTTPS requests for the bytes it keeps, without the SDK.
import { request } from 'node:https';

/**
 * Fetches a path of the server as bytes.
 * @param {{url: string, fingerprint: string}} server Its certificate must have this fingerprint.
 * @param {string} token Of the owner's session.
 * @param {string} path
 * @returns {Promise<Buffer>}
 */
export function fetchBytes(server, token, path) {
  const plain = (/** @type {string | undefined} */ fingerprint) =>
    (fingerprint ?? '').replaceAll(':', '').toLowerCase();
  return new Promise((resolve, reject) => {
    const options = {
      rejectUnauthorized: false,
      agent: false,
      headers: { authorization: `Bearer ${token}` },
    };
    const sent = request(new URL(path, server.url), options, (answer) => {
      /** @type {Buffer[]} */
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () =>
        answer.statusCode === 200
          ? resolve(Buffer.concat(chunks))
          : reject(new Error(`GET ${path} was answered ${answer.statusCode}`)),
      );
      answer.on('error', reject);
    });
    // The certificate is self-signed: what is checked is that it is the one this server announced.
    sent.on('socket', (socket) =>
      socket.on('secureConnect', () => {
        const certificate = /** @type {import('node:tls').TLSSocket} */ (socket).getPeerCertificate();
        if (plain(certificate.fingerprint256) !== plain(server.fingerprint))
          sent.destroy(new Error('The server showed another certificate.'));
      }),
    );
    sent.on('error', reject);
    sent.end();
  });
}
