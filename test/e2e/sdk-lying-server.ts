/**
 * A server that lies: it passes every request on to a real one and may change, replay or invent the answer. What it gets to see
 * is kept, so that a test can also say what a client tells it.
 */
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { Agent, createServer as createSecureServer, request as send } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Gives another answer, or undefined for the true one. `ask` passes the request on, perhaps changed. */
export type Lie = (
  asked: Asked,
  ask: (asked: Asked) => Promise<Answered>,
) => Promise<Answered | undefined> | Answered | undefined;

export interface LyingServer {
  url: string;
  lie: Lie | undefined;
  /** Asks the real server. */
  ask: (asked: Asked) => Promise<Answered>;
  /** Everything that was asked since it was last emptied. */
  asked: Asked[];
  stop(): Promise<void>;
}

/** Starts one; over TLS where it is given an identity, such as that of the real one. */
export async function startLyingServer(
  real: string,
  identity?: { key: Buffer; cert: Buffer },
): Promise<LyingServer> {
  // One connection for many requests: a handshake costs more than most of what is asked here.
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const ask = (asked: Asked) =>
    new Promise<Answered>((resolve, reject) => {
      const { connection: _, ...others } = asked.headers;
      const headers = { ...others, host: new URL(real).host };
      const request = send(real + asked.path, { method: asked.method, headers, agent }, (answer) => {
        void read(answer).then((body) => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
        }, reject);
      });
      request.on('error', reject);
      request.end(asked.body);
    });
  const liar: LyingServer = {
    url: '',
    lie: undefined,
    ask,
    asked: [],
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const answer: RequestListener = (request, response) => {
    void (async () => {
      const body = await read(request);
      const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      liar.asked.push(asked);
      const given = (await liar.lie?.(asked, ask)) ?? (await ask(asked));
      const headers = { ...given.headers };
      for (const name of ['connection', 'keep-alive', 'transfer-encoding']) delete headers[name];
      for (const name in headers) if (headers[name] === undefined) delete headers[name];
      response.writeHead(given.status, { ...headers, 'content-length': given.body.length });
      response.end(given.body);
    })();
  };
  const server = identity ? createSecureServer(identity, answer) : createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  liar.url = `http${identity ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return liar;
}

async function read(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** An answer with the same headers and other JSON. */
export function withJson<T>(answer: Answered, change: (json: T) => unknown): Answered {
  const json = change(JSON.parse(answer.body.toString()) as T);
  return { ...answer, body: Buffer.from(JSON.stringify(json)) };
}
