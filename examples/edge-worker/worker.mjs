// A fetch handler for edge runtimes (Cloudflare Workers, Deno Deploy and their like): a recording in, its sealed transcript out. It needs
// fetch, FormData and Web Crypto, and nothing of Node.
//
//   SEALSCRIBE_SERVER   address of the server that transcribes
//   SEALSCRIBE_KEY      an API key of an account there (it can transcribe, and open nothing)
//   SEALING_KEY         32 random bytes as base64: a secret of the runtime. Who has it opens what comes out
import { decodeBase64, encrypt, importKey } from '@sealscribe/crypto';

/**
 * @param {Request} request `POST` with a recording as its body.
 * @param {{ SEALSCRIBE_SERVER: string, SEALSCRIBE_KEY: string, SEALING_KEY: string }} env
 * @returns {Promise<Response>} The transcript as JSON in a blob of baseline-v1; what went wrong otherwise.
 */
async function seal(request, env) {
  if (request.method !== 'POST') return new Response('Send a recording.', { status: 405 });
  const form = new FormData();
  form.append('file', await request.blob(), 'recording');
  const answer = await fetch(`${env.SEALSCRIBE_SERVER}/v1/transcribe`, {
    method: 'POST',
    headers: { authorization: `Bearer ${env.SEALSCRIBE_KEY}` },
    body: form,
  });
  // An error says nothing of the recording: it may be passed on.
  if (!answer.ok) return new Response(answer.body, { status: answer.status, headers: answer.headers });
  const key = await importKey(decodeBase64(env.SEALING_KEY));
  const sealed = await encrypt(key, new Uint8Array(await answer.arrayBuffer()));
  return new Response(sealed, { headers: { 'content-type': 'application/octet-stream' } });
}

export default { fetch: seal };
