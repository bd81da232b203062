/** Where secrets are looked for: files, logs, requests, memory; and the same with the secrets put there, for the controls. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { base64At, filesOf, plantings, searchFolder } from '../../scripts/demo/search.mjs';
import { childrenOf } from '../e2e/behaviour-processes.js';
import { writableMemory } from '../e2e/process-memory.js';
import type { Asked } from '../e2e/sdk-lying-server.js';
import type { Look } from './claim.js';

/** What must not be found, and its name for the report. */
export interface Secret {
  what: string;
  value: string | Buffer;
}

/** Folders of what was looked through, one for each run of tests. */
let folder: string | undefined;
const newFolder = (kind: string): string => {
  folder ??= mkdtempSync(join(tmpdir(), 'sealscribe-prove-'));
  return mkdtempSync(join(folder, `${kind}-`));
};

/** Removes what was written to be looked through. */
export function removePlaces(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}

/** Looks for secrets in files, and in what is compressed in them. */
export function searchIn(place: string, secrets: readonly Secret[], what: string): Look {
  const hits = [...searchFolder(place, [...secrets]), ...searchFolder(unpack(place), [...secrets])];
  return {
    tried: `${secrets.length} secrets in 10 encodings, ${filesOf(place).length} files of ${what}`,
    found: hits.map((hit) => `${hit.what} as ${hit.encoding} in ${what}`),
  };
}

/** What gzip or brotli give back, of each file as a whole and from each gzip header on. */
function unpack(place: string): string {
  const out = newFolder('unpacked');
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
export function asFiles(...texts: readonly (string | Buffer)[]): string {
  const place = newFolder('texts');
  for (const [i, text] of texts.entries()) writeFileSync(join(place, String(i)), text);
  return place;
}

/** Requests as files: method, address, headers and body. */
export const requestsAsFiles = (asked: readonly Asked[]): string =>
  asFiles(
    ...asked.map(({ method, path, headers, body }) =>
      Buffer.concat([
        Buffer.from(`${method} ${decodeURIComponent(path)}\n${JSON.stringify(headers)}\n`),
        body,
      ]),
    ),
  );

/** Looks for secrets where they were put, in every encoding. */
export const planted = (secrets: readonly Secret[]): Look =>
  searchIn(
    asFiles(...secrets.flatMap((secret) => plantings(secret).map(({ content }) => content))),
    secrets,
    'a folder in which they were put',
  );

/** A process and all that it started. */
export const family = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(family)];

/** Looks for a mark that stands in every secret, in the memory of processes. */
export function searchMemory(pids: readonly number[], mark: string, whose: string): Look {
  const utf8 = Buffer.from(mark);
  const needles = {
    ...{ utf8, utf16le: Buffer.from(mark, 'utf16le'), hex: Buffer.from(utf8.toString('hex')) },
    ...Object.fromEntries([0, 1, 2].map((at) => [`base64+${at}`, Buffer.from(base64At(utf8, at))])),
  };
  const found = new Set<string>();
  for (const pid of pids)
    for (const memory of writableMemory(pid))
      for (const [encoding, needle] of Object.entries(needles))
        if (memory.includes(needle)) found.add(`a secret as ${encoding} in the memory of ${whose}`);
  return {
    tried: `${Object.keys(needles).length} encodings of a mark in every secret, memory of ${pids.length} processes`,
    found: [...found],
  };
}

/** Several looks as one. */
export const together = (...looks: readonly Look[]): Look => ({
  tried: looks.map(({ tried }) => tried).join('; '),
  found: looks.flatMap(({ found }) => found),
});
