/**
 * What the cases against a hostile server play on: an account with two transcripts, the first of them corrected once, with
 * the server's answers from before; a stranger's account; and the lying server between clients and the real one.
 */
import { Sealscribe, newRecoveryWords, type NodeOptions, type Vault } from '@sealscribe/sdk-node';
import type { Answered, LyingServer } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';

export const LIST = '/v1/transcripts';
export const INDEX = '/v1/vault/index';
export const KEYS = '/v1/account/keys';
export const card = (id: string) => `/v1/transcripts/${id}`;
export const body = (id: string) => `${card(id)}/transcript`;
export const words = (id: string) => `${card(id)}/words`;
export const revisions = (id: string) => `${card(id)}/revisions`;

export const PASSWORD = 'correct horse battery staple';

export interface Person {
  owner: { email: string; password: string };
  /** A device of theirs that has seen everything. */
  client: Sealscribe;
  vault: Vault;
  /** What the server honestly answers their device, whatever it says to others. */
  honest: (path: string) => Promise<Answered>;
}

export interface Stage extends Person {
  server: LyingServer;
  first: string;
  second: string;
  recoveryWords: string;
  /** From before `first` was corrected. */
  before: Record<'list' | 'index' | 'card' | 'body' | 'words', Answered>;
  stranger: Person & { plant: string };
  nameOf: (id: string) => string;
  /** A device that has seen nothing yet. */
  device: (options?: Partial<NodeOptions>) => Sealscribe;
}

/** What most cases ask of the client. */
export const list = ({ vault }: Stage) => vault.list();
export const open = ({ vault, first }: Stage) => vault.open(first);

let people = 0;

/** An account on the lying server, which is honest for now. */
export async function newPerson(
  server: LyingServer,
  options: { recoveryWords?: string } = {},
): Promise<Person> {
  const owner = { email: `victim${people++}@example.com`, password: PASSWORD };
  const client = new Sealscribe({ server: server.url, retries: 0 });
  const vault = await client.signUp(owner, options);
  const honest = (path: string) =>
    server.ask({
      method: 'GET',
      path,
      headers: { authorization: `Bearer ${client.session?.token}` },
      body: Buffer.alloc(0),
    });
  return { owner, client, vault, honest };
}

/** Sets the stage anew. */
export async function newStage(server: LyingServer, stranger: Stage['stranger']): Promise<Stage> {
  const recoveryWords = await newRecoveryWords();
  const person = await newPerson(server, { recoveryWords });
  const { vault, honest } = person;
  const first = (await vault.save(transcriptOf('the first secret'), { title: 'One' })).id;
  const second = (await vault.save(transcriptOf('the second secret'), { title: 'Two' })).id;
  const before = {
    list: await honest(LIST),
    index: await honest(INDEX),
    card: await honest(card(first)),
    body: await honest(body(first)),
    words: await honest(words(first)),
  };
  await vault.update(first, { title: 'One again', transcript: transcriptOf('the first secret, corrected') });
  const names: Record<string, string> = { [first]: 'first', [second]: 'second', [stranger.plant]: 'plant' };
  const nameOf = (id: string) => names[id] ?? '?';
  const device = (options: Partial<NodeOptions> = {}) =>
    new Sealscribe({ server: server.url, retries: 0, ...options });
  return { ...person, server, first, second, recoveryWords, before, stranger, nameOf, device };
}

/** Somebody else with a transcript, who is the server's friend. */
export async function newStranger(server: LyingServer): Promise<Stage['stranger']> {
  const person = await newPerson(server);
  return { ...person, plant: (await person.vault.save(transcriptOf('a plant'))).id };
}
