// @ts-check
/* global Response */
// The vault's half of a server in memory, as a platform for the client: what is measured over it is the client alone.
import { errorStatus, INDEX_MATCH_HEADER } from '@sealscribe/protocol';

const base64url = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('base64url');

/** A platform whose `fetch` keeps what it is sent. @returns {import('@sealscribe/sdk-core').Platform} */
export function memoryServer() {
  /** @type {any} */
  let keys;
  /** @type {{revision: number, sealed: Uint8Array}} */
  let index = { revision: 0, sealed: new Uint8Array() };
  /** @type {Map<string, {info: object, parts: Record<string, Uint8Array>}>} */
  const transcripts = new Map();
  const json = (/** @type {unknown} */ value, status = 200) => Response.json(value, { status });
  const notFound = () =>
    json({ error: { code: 'not_found', message: '', requestId: 'none' } }, errorStatus.not_found);
  const session = () => ({
    token: base64url(new Uint8Array(32)),
    accountId: keys.accountId,
    expiresAt: '2999-01-01T00:00:00.000Z',
  });

  /** @param {string} url @param {import('@sealscribe/sdk-core').PlatformRequest} request */
  async function fetch(url, { method, headers, body }) {
    const path = new URL(url).pathname.split('/').slice(2);
    const sent = () => JSON.parse(Buffer.from(/** @type {Uint8Array} */ (body)).toString());
    switch (`${method} ${path[0]}/${path[1] ?? ''}`) {
      case 'POST accounts/': {
        const { accountId, keys: record } = sent();
        keys = { ...record, accountId, recovery: false };
        delete keys.authKey;
        return json(session());
      }
      case 'POST accounts/prelogin':
        return json({ salt: keys.salt, iterations: keys.iterations });
      case 'POST sessions/':
        return json(session());
      case 'GET account/keys':
        return json(keys);
      case 'GET vault/index':
        if (index.revision === 0) return notFound();
        return new Response(Buffer.from(index.sealed), { headers: { etag: `"${index.revision}"` } });
      case 'GET transcripts/': {
        const query = new URL(url).searchParams;
        const all = [...transcripts.keys()].sort().filter((id) => id > (query.get('after') ?? ''));
        const page = all.slice(0, 200).map((id) => transcripts.get(id)?.info);
        return json({ transcripts: page, next: all.length > 200 ? all[199] : null });
      }
    }
    const [, id = '', part] = path;
    if (method === 'GET') {
      const found = transcripts.get(id);
      if (!found) return notFound();
      return part ? new Response(Buffer.from(found.parts[part] ?? [])) : json(found.info);
    }
    const form = await new Response(/** @type {any} */ (body), { headers }).formData();
    /** @type {Record<string, Uint8Array>} */
    const parts = {};
    for (const [name, file] of form)
      parts[name] = new Uint8Array(await /** @type {File} */ (file).arrayBuffer());
    const now = new Date(0).toISOString();
    const { key = new Uint8Array(), card = new Uint8Array(), index: sealed = new Uint8Array() } = parts;
    const info = {
      id,
      revision: 1,
      key: base64url(key),
      card: base64url(card),
      createdAt: now,
      updatedAt: now,
    };
    transcripts.set(id, { info, parts });
    index = { revision: Number(headers[INDEX_MATCH_HEADER]?.replaceAll('"', '')) + 1, sealed };
    return json({ id, revision: 1, indexRevision: index.revision }, 201);
  }

  return {
    fetch,
    streamsUploads: true,
    openAudio: () => Promise.reject(new Error('There are no recordings here.')),
    openSocket: () => {
      throw new Error('There are no streams here.');
    },
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    now: Date.now,
  };
}
