/** What was said, named and typed: in the clear only where it must be. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe } from 'vitest';
import { filesOf, plantings, searchFolder } from '../../scripts/demo/search.mjs';
import { claim, type Look } from './claim.js';
import { endScene, ownRequest, playScene, toStore, type Scene, type Secret } from './scene.js';

let scene: Scene;
/** The same with a server that writes every answer down, and into its log. */
let storing: Scene;
let logging: Scene;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealscribe-prove-'));
  [scene, storing, logging] = [await playScene(), await playScene('store'), await playScene('log')];
}, 300_000);
afterAll(async () => {
  for (const each of [scene, storing, logging]) await endScene(each);
  rmSync(folder, { recursive: true, force: true });
});

/** Looks for secrets in files, and in what is compressed in them. */
function searchIn(place: string, secrets: Secret[], what: string): Look {
  const hits = [...searchFolder(place, secrets), ...searchFolder(unpack(place), secrets)];
  return {
    tried: `${secrets.length} secrets in 10 encodings, ${filesOf(place).length} files of ${what}`,
    found: hits.map((hit) => `${hit.what} as ${hit.encoding}`),
  };
}

/** What gzip or brotli give back, of each file as a whole and from each gzip header on. */
function unpack(place: string): string {
  const out = mkdtempSync(join(folder, 'unpacked-'));
  let count = 0;
  for (const file of filesOf(place)) {
    const bytes = readFileSync(file);
    const tries: (() => Buffer)[] = [() => brotliDecompressSync(bytes)];
    for (
      let at = bytes.indexOf('\x1f\x8b\x08', 0, 'latin1');
      at >= 0;
      at = bytes.indexOf('\x1f\x8b\x08', at + 1, 'latin1')
    )
      tries.push(() => gunzipSync(bytes.subarray(at), { finishFlush: 2 }));
    for (const attempt of tries)
      try {
        writeFileSync(join(out, String(count++)), attempt());
      } catch {
        // not compressed
      }
  }
  return out;
}

/** Writes texts into files of a folder of their own. */
function asFiles(...texts: (string | Buffer)[]): string {
  const place = mkdtempSync(join(folder, 'texts-'));
  for (const [i, text] of texts.entries()) writeFileSync(join(place, String(i)), text);
  return place;
}

const requestsOf = ({ line }: Scene, chosen: (asked: (typeof line.asked)[number]) => boolean) =>
  asFiles(
    ...line.asked
      .filter(chosen)
      .map(({ method, path, headers, body }) =>
        Buffer.concat([
          Buffer.from(`${method} ${decodeURIComponent(path)}\n${JSON.stringify(headers)}\n`),
          body,
        ]),
      ),
  );
const logOf = ({ server }: Scene) => asFiles(server.stdout(), server.stderr());
const planted = (secrets: Secret[]) =>
  searchIn(
    asFiles(...secrets.flatMap((secret) => plantings(secret).map(({ content }) => content))),
    secrets,
    'a folder in which they were put',
  );

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
