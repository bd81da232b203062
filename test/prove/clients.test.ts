/** The command line and the web app, used by somebody: what they tell the server, and what they leave in places that others can read. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe } from 'vitest';
import { hasBoth } from '../e2e/cli-command.js';
import { canRun } from '../e2e/web-app-browser.js';
import { call } from '../e2e/server-requests.js';
import { hasProc } from '../e2e/behaviour-processes.js';
import { playBrowser, type BrowserJourney } from './browser-journey.js';
import { claim, type Look } from './claim.js';
import { playCommandLine, type CliJourney } from './cli-journey.js';
import { heapHolds } from './browser-heap.js';
import { SPOKEN, keysOf, plaintextOf, type Journey } from './journey.js';
import {
  asFiles,
  family,
  removePlaces,
  requestsAsFiles,
  searchIn,
  searchMemory,
  together,
  type Secret,
} from './places.js';
import { toStore } from './scene.js';

const logOf = ({ server }: Journey) => asFiles(server.stdout(), server.stderr());

/** Everything that the server stored, logged and was asked to store. */
function atServer(journey: Journey, secrets: readonly Secret[]): Look {
  const { server, line } = journey;
  const asked = line.asked.filter(toStore);
  if (asked.length < 10) throw new Error('the client asked the server for nothing: nothing was kept');
  return together(
    searchIn(server.dataFolder, secrets, 'the data folder'),
    searchIn(logOf(journey), secrets, 'the log'),
    searchIn(requestsAsFiles(asked), secrets, `${asked.length} requests`),
  );
}

/** The same look at the requests of a client that sends each of them, in one way or another; it counts only if none is missed. */
async function byCareless({ line }: Journey, secrets: readonly Secret[]): Promise<Look> {
  const before = line.asked.length;
  // They come as far as the line, and not into the server's memory, which is another claim.
  line.lie = () => ({ status: 404, headers: {}, body: Buffer.alloc(0) });
  for (const { value } of secrets) {
    const text = Buffer.from(value).toString('base64url');
    // What the line answers to these is no answer of a server.
    await call(`${line.url}/v1/transcripts?said=${text}`).catch(() => undefined);
    await call(`${line.url}/v1/blobs/${text}`, { method: 'PUT', body: Buffer.from(value) }).catch(
      () => undefined,
    );
  }
  line.lie = undefined;
  const look = searchIn(requestsAsFiles(line.asked.splice(before)), secrets, 'requests');
  const missed = secrets.filter(({ what }) => !look.found.some((hit) => hit.startsWith(`${what} as`)));
  return { tried: 'a client that sends each of them', found: missed.length > 0 ? [] : look.found };
}

/** The memory of the server's processes: what has the mark in it never came so far. */
const inServer = ({ server, mark }: Journey): Look => searchMemory(family(server.pid), mark, 'the server');

/** The same look at a process that was given a secret. */
async function inOther({ mark }: Journey): Promise<Look> {
  const child = spawn('sleep', ['600'], { env: { SECRET: `some${mark}thing` } });
  await once(child, 'spawn');
  const look = searchMemory([child.pid ?? 0], mark, 'a process that was given one');
  child.kill();
  return { ...look, tried: 'the memory of a process that was given one' };
}

/** The same three claims for each client; `others` are further places that must hold no password or key. */
function claimsOf<Played extends Journey>(
  client: string,
  whose: string,
  unless: string | undefined,
  play: () => Promise<Played>,
  others: (journey: Played) => Look[],
): () => Played {
  let journey: Played;
  let keys: Secret[];
  beforeAll(async () => {
    if (unless !== undefined) return;
    journey = await play();
    keys = await keysOf(journey);
  }, 300_000);
  afterAll(async () => {
    await journey?.stop();
    removePlaces();
  });

  claim(`${client}-plaintext-stays-here`, {
    says: `of what somebody says, types and names ${whose}, nothing is stored, logged or sent to be stored`,
    unless,
    product: () => atServer(journey, [...plaintextOf(journey), ...SPOKEN]),
    control: () => byCareless(journey, [...plaintextOf(journey), ...SPOKEN]),
  });

  claim(`${client}-keys-stay-here`, {
    says: `passwords and keys used ${whose} are in no request, no file and no log, nor kept where others can read`,
    unless,
    product: () => {
      const requests = requestsAsFiles(journey.line.asked);
      const everywhere = searchIn(requests, keys, `all ${journey.line.asked.length} requests`);
      return together(atServer(journey, keys), everywhere, ...others(journey));
    },
    control: () => byCareless(journey, keys),
  });

  claim(`${client}-leaves-nothing-in-server-memory`, {
    says: `no name, title, edit, search or password given ${whose} comes into the memory of the server`,
    unless: unless ?? (hasProc ? undefined : 'this system does not show memory'),
    product: () => inServer(journey),
    control: () => inOther(journey),
  });
  return () => journey;
}

describe('the command line', () => {
  let keys: Secret[] | undefined;
  claimsOf<CliJourney>(
    'cli',
    'at the command line',
    hasBoth ? undefined : 'the command is not built',
    playCommandLine,
    (journey) => {
      // Its files are its owner's alone, and hold neither.
      keys ??= [{ what: 'password', value: journey.owner.password }, ...journey.more];
      return [
        searchIn(journey.home, keys, 'the folder of the command'),
        searchIn(asFiles(journey.errors()), keys, 'what it said'),
      ];
    },
  );
});

describe('the web app', () => {
  const unless = canRun ? undefined : 'there is no browser, or no built web app';
  const journey = claimsOf<BrowserJourney>('browser', 'in the web app', unless, playBrowser, (played) => [
    searchIn(
      asFiles(played.kept),
      [{ what: 'password', value: played.owner.password }, ...played.more],
      'what the browser keeps',
    ),
  ]);

  claim('browser-forgets-keys', {
    says: 'once it is locked, no string and no buffer of the page holds a password, a key or a word of the text',
    unless,
    product: async () => {
      const played = journey();
      await played.page.getByRole('button', { name: 'Lock' }).click();
      await played.page.getByLabel('Password').waitFor();
      return heapHolds(played, await keysOf(played));
    },
    control: async () => {
      const played = journey();
      const keys = await keysOf(played);
      await played.page.evaluate(
        (values) => Object.assign(globalThis, { kept: values.map((value) => Uint8Array.from(value)) }),
        keys.map(({ value }) => [...Buffer.from(value)]),
      );
      await played.page.evaluate(
        (text) => Object.assign(globalThis, { said: { text } }),
        `${played.mark} as a page keeps it`,
      );
      const look = await heapHolds(played, keys);
      return { ...look, tried: 'the same page after it was given them to keep' };
    },
  });
});
