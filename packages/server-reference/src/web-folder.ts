/**
 * A built web app (`--web DIR`), read into memory once: what the server gives out is exactly this list, so that no path in a request
 * can lead anywhere else. Links are not followed, and names that no bundler gives (a leading dot, spaces, other signs) are left out.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One file of the app, ready to be sent. */
export interface WebFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** The same, compressed; undefined where that saves nothing. */
  readonly gzip: Buffer | undefined;
}

/** The page that every route of the app begins with. */
export const PAGE = 'index.html';
/** Names that stand in an address as they are. */
const NAME = /^[\w-][\w.-]*$/;
const MAX_BYTES = 512 * 1024 ** 2;
const MUCH = 2 * 1024 ** 2;

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * Reads a folder.
 *
 * @returns The files by their path from the folder, with slashes and without one at the start.
 * @throws {Error} when it is no folder, has no index.html, or is larger than a web app can be.
 */
export function readWebFolder(folder: string): ReadonlyMap<string, WebFile> {
  const paths = pathsIn(folder);
  if (!paths.includes(PAGE))
    throw new Error(`--web ${folder}: there is no ${PAGE}; name the folder of a built app.`);
  const size = paths.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0);
  if (size > MAX_BYTES)
    throw new Error(`--web ${folder}: more than ${MAX_BYTES / 1024 ** 2} MiB is no web app.`);
  return new Map(
    paths.map((path) => {
      const bytes = readFileSync(join(folder, path));
      const type = types[extname(path).toLowerCase()] ?? 'application/octet-stream';
      return [path, { type, bytes, gzip: compressed(type, bytes) }];
    }),
  );
}

function pathsIn(folder: string, within = ''): string[] {
  return readdirSync(join(folder, within), { withFileTypes: true }).flatMap((entry) => {
    if (!NAME.test(entry.name)) return [];
    const path = `${within}${entry.name}`;
    if (entry.isDirectory()) return pathsIn(folder, `${path}/`);
    return entry.isFile() ? [path] : [];
  });
}

function compressed(type: string, bytes: Buffer): Buffer | undefined {
  if (!/^text\/|json|svg|wasm/.test(type)) return undefined;
  // The last percent of something large would hold up the start by a second.
  const gzip = gzipSync(bytes, { level: bytes.length > MUCH ? 5 : 9 });
  return gzip.length < bytes.length ? gzip : undefined;
}
