/**
 * A hub of models on loopback, which answers like the Hugging Face hub: announcements in headers, large files behind a redirect to
 * a store, small ones directly. It can be told to misbehave.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const COMMIT = 'c0ffee'.padEnd(40, '0');
/** From here on a file counts as large. */
const LARGE = 1024;

export interface Hub {
  readonly url: string;
  readonly commit: string;
  /** Method, path and range of every request. */
  readonly requests: string[];
  /** Breaks the connection after so many bytes of each large answer, so many times. */
  breakAfter?: { bytes: number; times: number } | undefined;
  /** Answers with the whole file when asked for its end. */
  ignoresRanges: boolean;
  /** Sends these bytes instead of a file's own, by path. */
  readonly wrong: Map<string, Buffer>;
  /** Answers 503 so many times. */
  refusals: number;
  close(): Promise<void>;
}

/** Serves files: repository and path, as in `owner/name/onnx/model.onnx`. */
export async function startHub(files: ReadonlyMap<string, Buffer>): Promise<Hub> {
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hub: Hub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commit: COMMIT,
    requests: [],
    ignoresRanges: false,
    wrong: new Map(),
    refusals: 0,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    hub.requests.push([method, url, headers.range].filter(Boolean).join(' '));
    if (hub.refusals > 0) {
      hub.refusals--;
      return void response.writeHead(503).end();
    }
    const [, where, repository, revision, path] =
      /^\/(store\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.*)$/.exec(url) ?? [];
    const file = files.get(`${repository}/${path}`);
    if (file === undefined || !['main', COMMIT].includes(revision))
      return void response.writeHead(404).end('no such file');
    if (where !== undefined) return sendFile(request, response, `${repository}/${path}`, file);
    response.setHeader('x-repo-commit', COMMIT);
    if (file.length < LARGE) {
      const blob = createHash('sha1').update(`blob ${file.length}\0`).update(file).digest('hex');
      response.setHeader('etag', `"${blob}"`);
      return sendFile(request, response, `${repository}/${path}`, file);
    }
    response.setHeader('x-linked-etag', `"${createHash('sha256').update(file).digest('hex')}"`);
    response.setHeader('x-linked-size', file.length);
    response.writeHead(302, { location: `/store${url}`, 'content-length': '12' }).end('redirecting\n');
  }

  function sendFile(request: IncomingMessage, response: ServerResponse, name: string, file: Buffer): void {
    const bytes = hub.wrong.get(name) ?? file;
    const start = hub.ignoresRanges
      ? 0
      : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= bytes.length && start > 0)
      return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    if (start > 0) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
    }
    response.setHeader('content-length', bytes.length - start);
    const limit = hub.breakAfter;
    if (request.method === 'GET' && limit && limit.times > 0 && bytes.length - start > limit.bytes) {
      limit.times--;
      response.write(bytes.subarray(start, start + limit.bytes), () => response.destroy());
      return;
    }
    response.end(request.method === 'HEAD' ? undefined : bytes.subarray(start));
  }

  return hub;
}
