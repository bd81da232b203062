/**
 * What a person does once with a client: sign up, transcribe, save, edit, search, share, export. Every secret of theirs is random and has
 * a mark in it that all of them share; what stands between client and server keeps every request.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Sealscribe } from '@sealscribe/sdk-node';
import { openAccountKey } from '../../scripts/demo/auditor.mjs';
import { tellingPieces } from '../../scripts/demo/search.mjs';
import { startLyingServer, type LyingServer } from '../e2e/sdk-lying-server.js';
import { JFK_TEXT } from '../e2e/server-requests.js';
import { startServer, type RunningServer } from '../e2e/server-process.js';
import type { Secret } from './places.js';
import { ownRequest } from './scene.js';

/** A client between which and its server everything is kept. */
export interface Journey {
  server: RunningServer;
  line: LyingServer;
  owner: { email: string; password: string };
  /** What the person types and names, each with the mark in it. */
  said: Record<'title' | 'file' | 'tag' | 'text' | 'query' | 'speaker' | 'linkPassword', string>;
  /** Stands in every one of `said` and in the password. */
  mark: string;
  /** Fragments of links and such, which the journey finds out. */
  more: Secret[];
  stop(): Promise<void>;
}

/** Starts a server, and what keeps its requests. */
export async function startJourney(args: readonly string[]): Promise<Journey> {
  const server = await startServer({ args: ['--log-level', 'trace', ...args] });
  // Its certificate too, so that clients pin the one that they know.
  const pem = readFileSync(join(server.dataFolder, 'tls', 'identity.pem'));
  const line = await startLyingServer(server.url, { key: pem, cert: pem });
  const mark = `q${randomBytes(8).toString('hex')}`;
  const secret = (what: string) => `${what}${mark}${randomBytes(4).toString('hex')}`;
  return {
    ...{ server, line, mark, more: [] },
    owner: { email: `who${randomBytes(6).toString('hex')}@example.com`, password: secret('password') },
    said: {
      ...{ title: secret('title'), file: `${secret('file')}.wav`, tag: secret('tag'), text: secret('text') },
      ...{ query: secret('query'), speaker: secret('speaker'), linkPassword: secret('link') },
    },
    async stop() {
      await line.stop();
      await server.stop();
    },
  };
}

/** Remembers a link: its fragment and what is in it are nobody's but the clients'. */
export function noteLink({ more }: Journey, link: string): void {
  const fragment = new URL(link).hash.slice(1);
  if (fragment.length < 20) throw new Error('the link has no key in it');
  more.push({ what: 'fragment of the link', value: fragment });
  more.push({ what: 'secret of the link', value: Buffer.from(fragment, 'base64url').subarray(2) });
}

/** What may be nowhere but in the client, and what only who transcribes may know. */
export const plaintextOf = ({ said }: Journey): Secret[] =>
  Object.entries(said)
    .filter(([what]) => what !== 'linkPassword')
    .map(([what, value]) => ({ what, value }));
export const SPOKEN: readonly Secret[] = tellingPieces(JFK_TEXT).runs;

/** Passwords and raw keys of the person, made anew out of the key record that the server has. */
export async function keysOf({ server, line, owner, said, more }: Journey): Promise<Secret[]> {
  const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
  await client.signIn(owner);
  const answer = await line.ask(ownRequest(client, 'GET', '/v1/account/keys'));
  await client.close();
  const record = JSON.parse(answer.body.toString()) as Parameters<typeof openAccountKey>[1];
  const { root, accountKey } = openAccountKey(owner, record);
  return [
    { what: 'password', value: owner.password },
    { what: 'password of the link', value: said.linkPassword },
    { what: 'root key', value: root },
    { what: 'account key', value: accountKey },
    ...more,
  ];
}
