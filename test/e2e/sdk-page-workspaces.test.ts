/** A workspace in the vault's worker, in Chromium: sealed, opened and searched there, with the key that is in force. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as Sdk from '@sealscribe/sdk-browser';
import { Sealscribe, type Vault } from '@sealscribe/sdk-node';
import { hasBrowser, openBrowser, servePage, type SdkPage } from './sdk-page.js';
import { transcriptOf } from './sdk-transcript.js';

/** What the page has. */
declare const sdk: typeof Sdk;
declare const kept: { vault: Sdk.Vault; workspace: Sdk.Workspace; id: string };

const password = 'correct horse battery staple';
const ann = { email: 'ann@example.com', password };

describe.skipIf(!hasBrowser('Chromium'))('a workspace in the worker', () => {
  let web: SdkPage;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let ben: Vault;
  let cleo: Vault;
  let workspaceId: string;
  beforeAll(async () => {
    web = await servePage();
    browser = await openBrowser('Chromium');
    const server = `http://127.0.0.1:${web.port}`;
    ben = await new Sealscribe({ server }).signUp({ email: 'ben@example.com', password });
    cleo = await new Sealscribe({ server }).signUp({ email: 'cleo@example.com', password });
    await browser.page.goto(`${server}/`);
  });
  afterAll(async () => {
    await browser?.close();
    await web?.stop();
  });

  const fingerprintOf = async (vault: Vault) => (await vault.workspaces.identity()).fingerprint;

  test('is sealed, opened, changed and searched there; the key that goes over cannot be read out', async () => {
    await expect.poll(() => browser.page.evaluate(() => 'sdk' in globalThis, undefined)).toBe(true);
    const text = 'ask not what your country can do';
    const seen = await browser.page.evaluate(
      async ({ ann, transcript }) => {
        const told: { kind: string; name?: string; workspace?: { key: CryptoKey } }[] = [];
        globalThis.Worker = class extends Worker {
          override postMessage(message: (typeof told)[number]) {
            told.push(message);
            super.postMessage(message);
          }
        };
        const client = new sdk.Sealscribe({ server: location.origin, worker: true });
        const vault = await client.signUp(ann);
        const workspace = await vault.workspaces.create('Newsroom');
        const { id } = await workspace.save(transcript, { title: 'Speech' });
        await workspace.update(id, { title: 'Address' });
        const opened = await workspace.open(id);
        const hits = await workspace.search('COUNTRY');
        Object.assign(globalThis, { kept: { vault, workspace, id } });
        const calls = told.filter(({ kind }) => kind === 'call');
        return {
          workspaceId: workspace.id,
          title: opened.title,
          transcript: opened.transcript,
          hits: hits.map((hit) => [hit.title, hit.text]),
          own: (await vault.search('country')).length,
          calls: calls.map(({ name }) => name),
          keys: calls.map((call) => call.workspace && !call.workspace.key.extractable),
        };
      },
      { ann, transcript: transcriptOf(text) },
    );
    ({ workspaceId } = seen);
    expect(seen).toMatchObject({
      ...{ title: 'Address', transcript: transcriptOf(text), hits: [['Address', text]], own: 0 },
      calls: ['save', 'update', 'open', 'search'],
      keys: [true, true, true, true],
    });
  });

  test('follows a change of the key that another owner made', async () => {
    const [bens, cleos] = [await fingerprintOf(ben), await fingerprintOf(cleo)];
    const annes = await browser.page.evaluate(
      async ({ workspaceId, fingerprint }) => {
        const { workspaces } = kept.vault;
        await workspaces.invite(workspaceId, 'ben@example.com');
        await workspaces.confirm(workspaceId, 'ben@example.com', { fingerprint, role: 'owner' });
        return (await workspaces.identity()).fingerprint;
      },
      { workspaceId, fingerprint: bens },
    );
    const his = await ben.workspaces.accept(workspaceId, { fingerprint: annes });
    await ben.workspaces.invite(workspaceId, 'cleo@example.com');
    await ben.workspaces.confirm(workspaceId, 'cleo@example.com', { fingerprint: cleos });
    await cleo.workspaces.accept(workspaceId, { fingerprint: bens });
    await ben.workspaces.remove(workspaceId, 'cleo@example.com');
    await his.save(transcriptOf('sealed under the new key'), { title: 'Later' });

    const seen = await browser.page.evaluate(async (transcript) => {
      const [hit] = await kept.workspace.search('new key');
      await kept.workspace.save(transcript, { title: 'From the page' });
      await kept.workspace.update(kept.id, { title: 'Renewed' });
      return { found: hit?.title, titles: (await kept.workspace.list()).map(({ title }) => title).sort() };
    }, transcriptOf('as well'));
    expect(seen).toEqual({ found: 'Later', titles: ['From the page', 'Later', 'Renewed'] });
    expect((await his.search('as well')).map(({ title }) => title)).toEqual(['From the page']);
  });

  test('is refused, and never done in the page, where the worker does not start', async () => {
    const codes = await browser.page.evaluate(
      async ({ ann, workspaceId }) => {
        const client = new sdk.Sealscribe({ server: location.origin, worker: '/not-there.js' });
        const workspace = await (await client.unlock(ann)).workspaces.open(workspaceId);
        const codeOf = (work: Promise<unknown>) => work.catch(({ code }: { code: string }) => code);
        return [await codeOf(workspace.search('country')), (await workspace.list()).length];
      },
      { ann, workspaceId },
    );
    expect(codes).toEqual(['worker_failed', 3]);
  });

  test('is closed when it is left, and with the vault', async () => {
    const codes = await browser.page.evaluate(
      async ({ workspaceId }) => {
        const codeOf = (work: Promise<unknown>) => work.catch(({ code }: { code: string }) => code);
        const other = await kept.vault.workspaces.create('Another');
        const before = (await other.search('anything')).length;
        const searching = codeOf(kept.workspace.search('country'));
        await kept.vault.workspaces.leave(workspaceId);
        await searching;
        const left = await codeOf(kept.workspace.search('country'));
        const cut = codeOf(other.search('country'));
        kept.vault.lock();
        return [before, left, await cut, await codeOf(other.search('country'))];
      },
      { workspaceId },
    );
    expect(codes).toEqual([0, 'locked', 'locked', 'locked']);
  });
});
