// A program that uses the SDK and keeps nothing itself: asked over its channel, it signs up, saves and searches, then locks and signs out.
// --expose-gc lets it show what is left when everything that nobody holds is gone. With `keep` it holds on to what it should not.
import { getHeapSnapshot } from 'node:v8';
import { Sealscribe } from '@sealscribe/sdk-node';

let client;
let vault;
/** What a careless program keeps. */
const kept = [];

const doing = {
  async use({ server, fingerprint, owner, transcript, keep }) {
    client = new Sealscribe({ server, fingerprint });
    vault = await client.signUp(owner);
    await vault.save(transcript, {});
    await vault.search('country');
    await client.unlock(owner);
    if (keep) kept.push(owner.password);
    return client.session;
  },
  async end() {
    vault.lock();
    await client.signOut();
    await client.close();
    vault = client = undefined;
  },
  /** The strings of the heap, as the snapshot has them. */
  async heap() {
    let json = '';
    for await (const chunk of getHeapSnapshot()) json += chunk;
    return json.slice(json.lastIndexOf('"strings":['));
  },
};

process.on('message', async ({ ask, ...about }) => {
  const answer = await doing[ask](about);
  for (let round = 0; round < 5; round++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.send({ answer });
});
