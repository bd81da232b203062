// @ts-check
// Ends with 0 when the server beside it answers and is not stopping, also while its Triton is away: what is stored is served, and a
// new server would not bring Triton back. The certificate is the server's own, so it is not checked here.
const plain = /^(1|true|yes|on)$/i.test(process.env['SEALSCRIBE_SERVER_INSECURE_HTTP'] ?? '');
const { get } = await import(plain ? 'node:http' : 'node:https');
const port = process.env['SEALSCRIBE_SERVER_PORT'] || '8443';

const request = get(
  `${plain ? 'http' : 'https'}://127.0.0.1:${port}/health`,
  { rejectUnauthorized: false, timeout: 4_000 },
  async (/** @type {import('node:http').IncomingMessage} */ response) => {
    let text = '';
    for await (const chunk of response) text += chunk;
    process.exitCode = response.statusCode === 200 && JSON.parse(text).status !== 'draining' ? 0 : 1;
  },
);
request.on('timeout', () => request.destroy());
request.on('error', () => (process.exitCode = 1));
