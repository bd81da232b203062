/**
 * A built web app (`--web DIR`), read once at the start: what the server gives out is exactly this list, so that no path in a request
 * can lead anywhere else. Small files are held in memory, large ones (the recogniser's model) are sent from the disk. Links are not followed, and names that no bundler gives (a leading dot, spaces, other signs) are left out.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LargeWebFile } from './large-web-file.js';

/** One file of the app, ready to be sent. */
export interface WebFile {
  readonly type: string;
  readonly body: Buffer | LargeWebFile;
  /** SHA-256 of its bytes, base64url. */
  readonly hash: string;
  /** The same bytes, compressed; undefined where that saves nothing. */
  readonly gzip: Buffer | undefined;
}

/** The page that every route of the app begins with. */
export const PAGE = 'index.html';
/** Names that stand in an address as they are. */
const NAME = /^[\w-][\w.-]*$/;
const MAX_BYTES = 512 * 1024 ** 2;
/** Bytes from which on a file stays on the disk. */
const LARGE = 1024 ** 2;

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
 * @throws {Error} when it is no folder, has no small index.html, or is larger than a web app can be.
 */
export function readWebFolder(folder: string): ReadonlyMap<string, WebFile> {
  if (!existsSync(folder)) throw new Error(`--web ${folder}: there is no such folder.`);
  const paths = pathsIn(folder);
  if (!paths.includes(PAGE))
    throw new Error(`--web ${folder}: there is no ${PAGE}; name the folder of a built app.`);
  const sizes = new Map(paths.map((path) => [path, statSync(join(folder, path)).size]));
  if ((sizes.get(PAGE) ?? 0) > LARGE)
    throw new Error(`--web ${folder}: an ${PAGE} of more than ${LARGE / 1024 ** 2} MiB is no page.`);
  if ([...sizes.values()].reduce((sum, size) => sum + size, 0) > MAX_BYTES)
    throw new Error(`--web ${folder}: more than ${MAX_BYTES / 1024 ** 2} MiB is no web app.`);
  return new Map(Array.from(sizes, ([path, size]) => [path, readWebFile(join(folder, path), size)]));
}

function readWebFile(path: string, size: number): WebFile {
  const type = types[extname(path).toLowerCase()] ?? 'application/octet-stream';
  if (size > LARGE) {
    const body = new LargeWebFile(path);
    // WebAssembly is a third of it: what is held is only that.
    return { type, body, hash: body.hash, gzip: compressed(type, () => readFileSync(path)) };
  }
  const body = readFileSync(path);
  const hash = createHash('sha256').update(body).digest('base64url');
  return { type, body, hash, gzip: compressed(type, () => body) };
}

function pathsIn(folder: string, within = ''): string[] {
  return readdirSync(join(folder, within), { withFileTypes: true }).flatMap((entry) => {
    if (!NAME.test(entry.name)) return [];
    const path = `${within}${entry.name}`;
    if (entry.isDirectory()) return pathsIn(folder, `${path}/`);
    return entry.isFile() ? [path] : [];
  });
}

function compressed(type: string, read: () => Buffer): Buffer | undefined {
  if (!/^text\/|json|svg|wasm/.test(type)) return undefined;
  const bytes = read();
  // The last percent of something large would hold up the start by a second.
  const gzip = gzipSync(bytes, { level: bytes.length > LARGE ? 5 : 9 });
  return gzip.length < bytes.length ? gzip : undefined;
}
