/** The browser SDK's published files in a page of their own, in real browsers, under a strict policy with Trusted Types. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as Sdk from '@sealscribe/sdk-browser';
import {
  hasBrowser,
  INSECURE_HOST,
  openBrowser,
  servePage,
  type BrowserName,
  type Driven,
  type SdkPage,
} from './sdk-page.js';

const CANARY = 'canary';
const PASSWORD = `${CANARY} pass phrase of mine`;
const TITLE = `${CANARY} title`;
const SAID = /ask not what your country can do for you/i;

/** What the page has. */
declare const sdk: typeof Sdk;
declare const refused: string[];
interface Kept {
  client: Sdk.Sealscribe;
  vault: Sdk.Vault;
  id: string;
}
declare const kept: Kept;

let web: SdkPage;
beforeAll(async () => {
  if (hasBrowser('Chromium') || hasBrowser('Firefox')) web = await servePage();
});
afterAll(async () => web?.stop());

describe.each(['Chromium', 'Firefox'] as const satisfies BrowserName[])('in %s', (name) => {
  const test_ = test.skipIf(!hasBrowser(name));
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let page: Driven;
  beforeAll(async () => {
    if (!hasBrowser(name)) return;
    browser = await openBrowser(name);
    page = browser.page;
  });
  afterAll(async () => browser?.close());

  /** Opens the page and waits for the SDK. */
  const visit = async (path = '/', host = '127.0.0.1') => {
    await page.goto(`http://${host}:${web.port}${path}`);
    await expect.poll(() => page.evaluate(() => 'sdk' in globalThis, undefined)).toBe(true);
  };

  test_('signs up, transcribes, seals, opens and searches, with the vault in a worker', async () => {
    await visit();
    const seen = await page.evaluate(
      async ({ email, password, title }) => {
        const told: { account?: { accountKey: CryptoKey } }[] = [];
        globalThis.Worker = class extends Worker {
          override postMessage(message: object) {
            told.push(message);
            super.postMessage(message);
          }
        };
        const client = new sdk.Sealscribe({
          ...{ server: location.origin, worker: true },
          cache: new sdk.IndexedDbCache(),
        });
        const recoveryWords = await sdk.newRecoveryWords();
        const vault = await client.signUp({ email, password }, { recoveryWords });
        const data = await (await fetch('/jfk.wav')).blob();
        const transcript = await client.transcribe({ data, name: `${title}.wav` });
        const { id } = await vault.save(transcript, { title });
        const opened = await vault.open(id);
        const hits = await vault.search('COUNTRY ask');
        Object.assign(globalThis, { kept: { client, vault, id } });
        return {
          ...{ recoveryWords, title: opened.title, text: opened.transcript.text },
          isSame: JSON.stringify(opened.transcript) === JSON.stringify(transcript),
          hits: hits.map((hit) => hit.id === id && hit.text),
          keys: told
            .flatMap(({ account }) => (account ? [account.accountKey] : []))
            .map((key) => key instanceof CryptoKey && !key.extractable),
          bytes: told.filter((message) => Object.values(message).some((value) => ArrayBuffer.isView(value)))
            .length,
        };
      },
      { email: `${name}@example.com`, password: PASSWORD, title: TITLE },
    );
    expect(seen).toMatchObject({ title: TITLE, isSame: true, keys: [true], bytes: 0 });
    expect(seen.text).toMatch(SAID);
    expect(seen.hits.join()).toMatch(/country/);
    expect(web.files.filter((path) => path.endsWith('worker.js'))).toContain('/sdk/vault-worker.js');
    expect(await page.evaluate(() => refused, undefined)).toEqual([]);

    const words = seen.recoveryWords.split(' ').slice(0, 3).join(' ');
    const secrets = [CANARY, words, 'country'];
    for (const { url, headers, body } of web.sent)
      for (const secret of secrets) expect(`${url}\n${headers}\n${body}`).not.toContain(secret);
    const here = await page.evaluate(readEverythingKept, undefined);
    for (const secret of secrets) expect(here).not.toContain(secret);
    for (const key of Object.keys(JSON.parse(here.split('\n')[0] ?? '') as object))
      expect(key).toMatch(/^sealscribe:(keys|vault):/);
  });

  test_('what goes wrong in the worker arrives as what it is', async () => {
    const found = await page.evaluate(async () => {
      const { vault, id } = kept;
      const tell = async (work: Promise<unknown>) => {
        const failure: unknown = await work.catch((reason: unknown) => reason);
        const { name, code, message } = failure as { name: string; code: unknown; message: string };
        return { failure, told: { name, code, said: message.length > 5 } };
      };
      const opened = await vault.open(id);
      await vault.update(id, { title: 'another' }, { revision: opened.revision });
      const absent = await tell(vault.open('AAAAAAAAAAAAAAAAAAAAAA'));
      const conflict = await tell(vault.update(id, { title: 'late' }, { revision: opened.revision }));
      const nothing = await tell(vault.search(' '));
      const many = await tell(vault.search('a', { limit: 0 }));
      const function_ = await tell(vault.save({ ...opened.transcript, say: () => 1 } as never));
      const reason = new Error('mine');
      const aborted = await tell(vault.search('ask', { signal: AbortSignal.abort(reason) }));
      const controller = new AbortController();
      const searching = vault.search('country', { signal: controller.signal });
      controller.abort(reason);
      const abortedLater = await tell(searching);
      const hits = await vault.search('country');
      return {
        told: [absent, conflict, nothing, many, function_].map(({ told }) => told),
        classes: [
          absent.failure instanceof sdk.ApiError && absent.failure.status,
          absent.failure instanceof sdk.SealscribeError && absent.failure instanceof Error,
          conflict.failure instanceof sdk.ConflictError && conflict.failure.current?.title,
          nothing.failure instanceof TypeError,
          many.failure instanceof RangeError,
          function_.failure instanceof TypeError,
          aborted.failure === reason && abortedLater.failure === reason,
          hits.length,
        ],
      };
    }, undefined);
    expect(found.told).toEqual([
      { name: 'ApiError', code: 'not_found', said: true },
      { name: 'ConflictError', code: 'conflict', said: true },
      { name: 'TypeError', code: undefined, said: true },
      { name: 'RangeError', code: undefined, said: true },
      { name: 'TypeError', code: undefined, said: true },
    ]);
    expect(found.classes).toEqual([404, true, 'another', true, true, true, true, 1]);
  });

  test_('locking ends the worker, and what it was doing', async () => {
    const codes = await page.evaluate(async () => {
      const codeOf = (work: Promise<unknown>) => work.catch(({ code }: { code: string }) => code);
      const searching = codeOf(kept.vault.search('country'));
      kept.vault.lock();
      return Promise.all([searching, codeOf(kept.vault.search('country')), codeOf(kept.vault.open(kept.id))]);
    }, undefined);
    expect(codes).toEqual(['locked', 'locked', 'locked']);
  });

  test_(
    'a worker that does not start is an error with a code, and nothing falls back to the page',
    async () => {
      const codes = await page.evaluate(
        async ({ email, password }) => {
          const found: unknown[] = [];
          for (const worker of ['/not-there.js', () => new Worker('data:text/javascript,1')]) {
            const client = new sdk.Sealscribe({ server: location.origin, worker });
            const vault = await client.unlock({ email, password });
            found.push(await vault.search('x').catch(({ code }: { code: string }) => code));
          }
          return found;
        },
        { email: `${name}@example.com`, password: PASSWORD },
      );
      expect(codes).toEqual(['worker_failed', 'worker_failed']);
      await visit('/no-policy');
      const { hasTypes, code } = await page.evaluate(
        async ({ email, password }) => {
          const client = new sdk.Sealscribe({ server: location.origin, worker: true });
          const vault = await client.unlock({ email, password });
          const hits = await vault.search('country').catch(({ code }: { code: string }) => code);
          return { hasTypes: 'trustedTypes' in globalThis, code: typeof hits === 'string' ? hits : 'found' };
        },
        { email: `${name}@example.com`, password: PASSWORD },
      );
      expect(code).toBe(hasTypes ? 'worker_failed' : 'found');
    },
  );

  test_('a microphone that is not allowed, and what a browser lacks, are told by a code', async () => {
    await visit();
    const codes = await page.evaluate(async () => {
      const codeOf = async (work: () => unknown) => {
        try {
          return (await work()) as string;
        } catch (failure) {
          return failure instanceof sdk.SealscribeError ? failure.code : String(failure);
        }
      };
      const lacking = async (name: string, work: () => unknown) => {
        const had = Object.getOwnPropertyDescriptor(globalThis, name);
        Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
        const code = await codeOf(work);
        if (had) Object.defineProperty(globalThis, name, had);
        else Reflect.deleteProperty(globalThis, name);
        return code;
      };
      const client = () => new sdk.Sealscribe({ server: location.origin });
      const stay = () => new sdk.IndexedDbStay().load(location.origin);
      return {
        denied: await codeOf(sdk.openMicrophone),
        worklet: await lacking('AudioWorkletNode', sdk.openMicrophone),
        crypto: await lacking('SubtleCrypto', client),
        database: await lacking('indexedDB', stay),
        there: [
          await codeOf(() => client() && 'made'),
          await codeOf(async () => ((await stay()) ? 'kept' : 'none')),
        ],
      };
    }, undefined);
    expect(codes).toEqual({
      ...{ denied: 'microphone_denied', worklet: 'feature_missing', crypto: 'feature_missing' },
      ...{ database: 'feature_missing', there: ['made', 'none'] },
    });
  });

  test_('one file is enough for the whole API', async () => {
    await visit('/one-file');
    const before = web.files.length;
    const seen = await page.evaluate(
      async ({ email, password, title }) => {
        const client = new sdk.Sealscribe({ server: location.origin });
        const recoveryWords = await sdk.newRecoveryWords();
        const vault = await client.signUp({ email, password }, { recoveryWords });
        const segment = { id: 0, start: 0, end: 1, text: title, speaker: null, confidence: null, words: [] };
        const about = { language: 'en', duration: 1, speakers: [], model: 'none' };
        const { id } = await vault.save({ text: title, segments: [segment], ...about });
        const workspace = await vault.workspaces.create('of one');
        await vault.workspaces.add(workspace.id, id);
        const hits = [await vault.search(title), await workspace.search(title)];
        const exported = await new Response(client.exportArchive() as BodyInit).blob();
        const archive = await sdk.openArchive(exported, { recoveryWords });
        const [kept] = await archive.vault.list();
        await client.changeKeys({ email, password }, { password: 'another canary' });
        const signal = AbortSignal.abort('not now');
        const streaming = await client.stream({ signal }).catch((reason: unknown) => reason);
        const recovered = await new sdk.Sealscribe({ server: location.origin }).recover({
          ...{ email, recoveryWords, newPassword: password },
          newRecoveryWords: await sdk.newRecoveryWords(),
        });
        return [
          ...hits.flat().map((hit) => hit.text),
          kept?.id === id,
          streaming,
          (await recovered.list()).length,
        ];
      },
      { email: `one-file-${name}@example.com`, password: PASSWORD, title: TITLE },
    );
    expect(seen).toEqual([TITLE, TITLE, true, 'not now', 1]);
    // Data, not code: the list of common passwords.
    expect(web.files.slice(before)).toEqual(['/sdk/sealscribe-new-password.js']);
    expect(web.files).toContain('/sdk/sealscribe.js');
    expect(await page.evaluate(() => refused, undefined)).toEqual([]);
  });

  test_('a page that is not secure is told so by everything that needs it', async () => {
    await visit('/', INSECURE_HOST);
    const codes = await page.evaluate(async () => {
      const codeOf = async (work: () => unknown) => {
        try {
          return await work();
        } catch (failure) {
          return failure instanceof sdk.SealscribeError ? failure.code : String(failure);
        }
      };
      return [
        isSecureContext,
        await codeOf(() => new sdk.Sealscribe({ server: location.origin })),
        await codeOf(() => sdk.openMicrophone()),
        await codeOf(async () => sdk.openShare(`${location.origin}/s/x#y`)),
      ];
    }, undefined);
    expect(codes).toEqual([false, 'insecure_context', 'insecure_context', 'insecure_context']);
  });
});

/** Everything that the page's origin keeps, as text; local storage is the first line. Runs in the page. */
async function readEverythingKept(): Promise<string> {
  const found = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
  found.push(document.cookie, location.href, JSON.stringify(history.state));
  for (const { name: database = '' } of await indexedDB.databases()) {
    const opening = indexedDB.open(database);
    const opened = await new Promise<IDBDatabase>((resolve) => {
      opening.onsuccess = () => resolve(opening.result);
    });
    for (const store of opened.objectStoreNames) {
      const all = opened.transaction(store).objectStore(store).getAll();
      const values = await new Promise<unknown[]>((resolve) => {
        all.onsuccess = () => resolve(all.result);
      });
      for (const value of values)
        found.push(
          value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : JSON.stringify(value),
        );
    }
    opened.close();
  }
  return found.join('\n');
}
