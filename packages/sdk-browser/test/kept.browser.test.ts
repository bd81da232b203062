/** What stays in a real browser between visits: sealed transcripts of a search, and the key of a person who asked to stay signed in. */
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { IndexedDbCache, IndexedDbStay, Sealscribe, type Transcript } from '../src/index.js';

const server = inject('server');
const CACHE = 'test-cache';
const STAY = 'test-stay';

let people = 0;
const someone = () => ({
  email: `kept${Date.now()}-${people++}@example.com`,
  password: 'correct horse battery',
});
const page = () =>
  new Sealscribe({ server: server!.url, cache: new IndexedDbCache(CACHE), stay: new IndexedDbStay(STAY) });
const transcriptOf = (text: string): Transcript => ({
  ...{ text, language: 'en', duration: 2, model: 'm', speakers: [] },
  segments: [{ id: 0, start: 0, end: 2, text, speaker: null, confidence: null, words: [] }],
});

const done = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
/** Everything in a database, read as any script of the page could. */
async function contents(name: string): Promise<{ key: string; value: unknown }[]> {
  const database = await done(indexedDB.open(name));
  try {
    const found = [...database.objectStoreNames].map(async (each) => {
      const store = database.transaction(each).objectStore(each);
      const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      return keys.map((key, i) => ({ key: key as string, value: values[i] as unknown }));
    });
    return (await Promise.all(found)).flat();
  } finally {
    database.close();
  }
}

/** The paths that were asked of the server since the last call. */
let asked: string[] = [];
beforeEach(() => {
  localStorage.clear();
  const send = fetch;
  vi.stubGlobal('fetch', (input: string | URL, init?: RequestInit) => {
    asked.push(new URL(input).pathname);
    return send(input, init);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

describe.skipIf(!server)('with a server', () => {
  test('a search keeps sealed bytes, finds them again after the page was opened anew, and fetches only what is new', async () => {
    const credentials = someone();
    const client = page();
    const vault = await client.signUp(credentials);
    const { id } = await vault.save(transcriptOf('a xylophone in the attic'), { title: 'Quagmire' });
    await vault.save(transcriptOf('a zeppelin over the sea'));
    expect(await vault.search('xylophone')).toMatchObject([{ id, title: 'Quagmire' }]);

    const mine = async () => (await contents(CACHE)).filter(({ key }) => key.startsWith(vault.accountId));
    const kept = await mine();
    expect(kept.length, 'one entry for each transcript').toBe(2);
    const text = kept
      .map(({ key, value }) => key + new TextDecoder('latin1').decode(value as Uint8Array))
      .join();
    expect(text).not.toMatch(/xylophone|zeppelin|Quagmire|attic|segments|kept\d/);

    const again = await page().unlock(credentials);
    asked = [];
    expect(await again.search('zeppelin')).toHaveLength(1);
    expect(asked).toEqual(['/v1/vault/index']);

    vault.lock();
    await expect(vault.search('xylophone')).rejects.toMatchObject({ code: 'locked' });

    await again.delete(id);
    expect((await mine()).map(({ key }) => key).join()).not.toContain(id);
    expect(await again.search('xylophone')).toEqual([]);
    await client.deleteData();
    expect(await mine()).toEqual([]);
  });

  test('bytes that somebody changed in the browser are not believed, and fetched again', async () => {
    const credentials = someone();
    const vault = await page().signUp(credentials);
    await vault.save(transcriptOf('as it was written'));
    await vault.search('written');
    const cache = new IndexedDbCache(CACHE);
    const names = await cache.names(`${vault.accountId}.`);
    for (const name of names) await cache.put(name, new Uint8Array(200));
    const again = await page().unlock(credentials);
    expect(await again.search('written')).toHaveLength(1);
    for (const name of names) expect((await cache.get(name))?.some((byte) => byte !== 0)).toBe(true);
  });

  test('a person who asked for it stays signed in, by a key that no script reads out, until they sign out', async () => {
    const credentials = someone();
    const client = page();
    await (await client.signUp(credentials)).save(transcriptOf('still open'));
    expect(await page().resume()).toBeUndefined();
    await client.unlock(credentials, { stay: true });

    const resumed = await page().resume();
    const [{ id = '' } = {}] = (await resumed?.list()) ?? [];
    expect((await resumed?.open(id))?.transcript.text).toBe('still open');

    const [kept] = await contents(STAY);
    const { accountKey } = kept.value as { accountKey: CryptoKey };
    expect(accountKey).toBeInstanceOf(CryptoKey);
    expect(accountKey.extractable).toBe(false);
    for (const format of ['raw', 'jwk'] as const)
      await expect(crypto.subtle.exportKey(format, accountKey)).rejects.toThrow();
    expect(JSON.stringify(kept)).not.toMatch(/horse|kept\d/);

    await client.signOut();
    expect(await contents(STAY)).toEqual([]);
    expect(await page().resume()).toBeUndefined();
  });
});
