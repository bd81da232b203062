/** What was said, named and typed: in the clear only where it must be. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { filesOf } from '../../scripts/demo/search.mjs';
import { claim } from './claim.js';
import { asFiles, planted, removePlaces, requestsAsFiles, searchIn } from './places.js';
import { endScene, ownRequest, playScene, toStore, type Scene } from './scene.js';

let scene: Scene;
/** The same with a server that writes every answer down, and into its log. */
let storing: Scene;
let logging: Scene;
beforeAll(async () => {
  [scene, storing, logging] = [await playScene(), await playScene('store'), await playScene('log')];
}, 300_000);
afterAll(async () => {
  for (const each of [scene, storing, logging]) await endScene(each);
  removePlaces();
});

const requestsOf = ({ line }: Scene, chosen: (asked: (typeof line.asked)[number]) => boolean) =>
  requestsAsFiles(line.asked.filter(chosen));
const logOf = ({ server }: Scene) => asFiles(server.stdout(), server.stderr());

describe('plaintext', () => {
  claim('plaintext-never-stored', {
    says: 'no text, title, file name, speaker, tag or name of a workspace is in any file of the server',
    product: () =>
      searchIn(scene.server.dataFolder, [...scene.plaintext, ...scene.spoken], 'the data folder'),
    control: () => searchIn(storing.server.dataFolder, storing.spoken, 'a server that writes answers down'),
  });

  claim('plaintext-never-logged', {
    says: 'nor in its log, at the most talkative level',
    product: () => searchIn(logOf(scene), [...scene.plaintext, ...scene.spoken], 'the log'),
    control: () => searchIn(logOf(logging), logging.spoken, 'a server that logs answers'),
  });

  claim('plaintext-never-sent-to-the-store', {
    says: 'nor in any request to the half of the server that stores',
    product: () => searchIn(requestsOf(scene, toStore), [...scene.plaintext, ...scene.spoken], 'requests'),
    control: async () => {
      const [title] = scene.plaintext;
      const before = scene.line.asked.length;
      const path = `/v1/transcripts?title=${encodeURIComponent(String(title.value))}`;
      await fetch(scene.line.url + path, {
        headers: { authorization: ownRequest(scene.client, 'GET', path).headers.authorization ?? '' },
      });
      const sent = scene.line.asked.splice(before);
      return searchIn(
        requestsOf({ ...scene, line: { ...scene.line, asked: sent } }, toStore),
        [title],
        'a client that sends a title',
      );
    },
  });

  claim('search-stays-here', {
    says: 'what somebody searches for is in no request at all',
    product: () =>
      searchIn(
        requestsOf(scene, () => true),
        scene.plaintext.filter(({ what }) => what === 'query'),
        'requests',
      ),
    control: () => planted(scene.plaintext.filter(({ what }) => what === 'query')),
  });
});

describe('keys', () => {
  claim('keys-never-sent', {
    says: 'no password, raw key or secret of a link is in any request to the server',
    product: () =>
      searchIn(
        requestsOf(scene, () => true),
        scene.keys,
        'requests',
      ),
    control: () => planted(scene.keys),
  });

  claim('keys-never-stored', {
    says: 'nor in any file of the server, nor in its log',
    product: () => {
      const stored = searchIn(scene.server.dataFolder, scene.keys, 'the data folder');
      return { ...stored, found: [...stored.found, ...searchIn(logOf(scene), scene.keys, 'the log').found] };
    },
    control: () => planted(scene.keys),
  });
});

describe('deletion', () => {
  claim('deleted-is-gone', {
    says: 'after the account is deleted, no piece of what was sealed is in any file of the server',
    product: async () => {
      const pieces = piecesOf(scene);
      await scene.client.deleteAccount(scene.owner);
      await scene.server.stop();
      return {
        ...searchRaw(scene.server.dataFolder, pieces),
        tried: `${pieces.length} pieces of sealed bytes`,
      };
    },
    control: () => {
      const pieces = piecesOf(storing);
      return {
        ...searchRaw(storing.server.dataFolder, pieces),
        tried: 'the same before an account is deleted',
      };
    },
  });
});

/** A piece out of the middle of everything large that was sent to be stored. */
const piecesOf = ({ line }: Scene): Buffer[] =>
  line.asked
    .filter((asked) => toStore(asked) && asked.method === 'PUT' && asked.body.length > 1000)
    .map(({ body }) => body.subarray(body.length >> 1, (body.length >> 1) + 24));

const searchRaw = (place: string, pieces: Buffer[]) => ({
  found: filesOf(place).flatMap((file) =>
    pieces.filter((piece) => readFileSync(file).includes(piece)).map(() => 'a piece of sealed bytes'),
  ),
});
