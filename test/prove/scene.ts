/**
 * Somebody uses everything once: transcribes a real recording, seals it, edits, searches, shares by link, works with others, exports, in
 * private mode too. Every secret in it is random, and every request is kept, so that it can be looked for anywhere afterwards.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShare, Sealscribe, setText, type Share } from '@sealscribe/sdk-node';
import type { Transcript } from '@sealscribe/protocol';
import { baselineKey, openAccountKey } from '../../scripts/demo/auditor.mjs';
import { tellingPieces } from '../../scripts/demo/search.mjs';
import { startLyingServer, type Asked, type LyingServer } from '../e2e/sdk-lying-server.js';
import { JFK } from '../e2e/server-requests.js';
import type { RunningServer } from '../e2e/server-process.js';
import { startWith, type Leak } from './leaky-server.js';
import type { Secret } from './places.js';

const random = (what: string) => `${what}${randomBytes(6).toString('hex')}`;

/** What was used, said and kept. */
export interface Scene {
  server: RunningServer;
  /** What stands between client and server, and keeps every request. */
  line: LyingServer;
  client: Sealscribe;
  owner: { email: string; password: string };
  /** Texts and names that only the clients may know. */
  plaintext: Secret[];
  /** What only the server may know while it transcribes. */
  spoken: Secret[];
  /** Passwords, raw keys, secrets of links: nobody's but the clients'. */
  keys: Secret[];
  share: Share;
}

/** Requests to the half of the server that stores. */
export const toStore = ({ path }: Asked): boolean =>
  !/^\/(health|v1\/(transcribe|compare|stream|stream-tokens|uploads|models|languages))\b/.test(path);

/** Plays it on a new server. */
export async function playScene(leak?: Leak): Promise<Scene> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sealscribe-prove-'));
  const server = await startWith(leak, { dataFolder, args: ['--log-level', 'trace'] });
  const line = await startLyingServer(server.url);
  const secret = {
    ...{ title: random('title'), fileName: `${random('file')}.wav`, speaker: random('speaker') },
    ...{ tag: random('tag'), text: random('text'), edited: random('edited'), query: random('query') },
    ...{ workspace: random('workspace'), linkPassword: random('link') },
  };
  const owner = { email: `${random('owner')}@example.com`, password: random('password') };
  const client = new Sealscribe({ server: line.url, retries: 0 });
  const vault = await client.signUp(owner);
  const heard = await client.transcribe({ data: readFileSync(JFK), name: secret.fileName });
  const transcript = withSecrets(heard, secret);
  const labels = { title: secret.title, fileName: secret.fileName, tags: [secret.tag] };
  const { id, revision } = await vault.save(transcript, labels);
  await vault.update(id, { transcript: setText(transcript, 0, secret.edited) }, { revision });
  await vault.search(secret.query);
  const share = await vault.share(id, { password: secret.linkPassword });
  await openShare(share.link, { password: secret.linkPassword });
  const workspace = await vault.workspaces.create(secret.workspace);
  await workspace.save(transcript, labels);
  const privateMode = await client.privateMode(owner);
  await privateMode.save(transcript, labels);
  await client.signOut();
  await client.unlock(owner);

  const record = JSON.parse(
    (await line.ask(ownRequest(client, 'GET', '/v1/account/keys'))).body.toString(),
  ) as Parameters<typeof openAccountKey>[1];
  const { root, accountKey } = openAccountKey(owner, record);
  const fragment = share.link.split('#')[1] ?? '';
  return {
    ...{ server, line, client, owner, share },
    plaintext: Object.entries(secret)
      .filter(([what]) => what !== 'linkPassword')
      .map(([what, value]) => ({ what, value })),
    spoken: tellingPieces(heard.text).runs,
    keys: [
      { what: 'password', value: owner.password },
      { what: 'password of the link', value: secret.linkPassword },
      { what: 'fragment of the link', value: fragment },
      { what: 'secret of the link', value: Buffer.from(fragment, 'base64url').subarray(2) },
      { what: 'root key', value: root },
      { what: 'account key', value: accountKey },
      { what: 'key of private mode', value: baselineKey(owner) },
    ],
  };
}

/** A request as the owner's client would send it. */
export const ownRequest = (client: Sealscribe, method: string, path: string): Asked => ({
  ...{ method, path, body: Buffer.alloc(0) },
  headers: { authorization: `Bearer ${client.session?.token ?? ''}` },
});

/** Ends it. */
export async function endScene(scene: Scene | undefined): Promise<void> {
  if (scene === undefined) return;
  await scene.client.close();
  await scene.line.stop();
  if (scene.server.running()) await scene.server.stop();
  rmSync(scene.server.dataFolder, { recursive: true, force: true });
}

function withSecrets(heard: Transcript, { speaker, text }: { speaker: string; text: string }): Transcript {
  const segments = heard.segments.map((segment) => ({
    ...segment,
    speaker,
    text: `${segment.text} ${text}`,
    words: [],
  }));
  return { ...heard, segments, speakers: [speaker], text: segments.map((each) => each.text).join(' ') };
}
