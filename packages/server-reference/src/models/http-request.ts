/**
 * Plain HTTPS requests for downloads: one answer, no redirects followed, through the proxy that the environment names. Plain
 * HTTP goes to this machine only. Global `fetch` honours no proxy in Node 20, and follows redirects before their headers,
 * which name a file's size and hash, can be read.
 */
import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** An answer whose body has not been read. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
}

/** What is asked for. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const SILENCE_MS = 30_000;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Sends a request and waits for the head of the answer. A connection on which nothing moves for half a minute breaks.
 *
 * @throws {RangeError} when the address is not https:, nor http: on this machine.
 * @throws {Error} when there is no connection.
 */
export async function sendRequest(address: string, request: HttpRequest): Promise<HttpAnswer> {
  const url = new URL(address);
  if (!isAllowed(url)) throw new RangeError(`Models are downloaded over https: only, not from ${url.origin}`);
  const proxy = proxyFor(url);
  const socket = proxy && (await openTunnel(proxy, url));
  return new Promise((resolve, reject) => {
    const { method, headers = {}, signal } = request;
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = send(url, {
      method,
      headers: { 'user-agent': 'sealscribe-server', 'accept-encoding': 'identity', ...headers },
      agent: false,
      ...(signal && { signal }),
      ...(socket && { createConnection: () => connectTls({ socket, servername: url.hostname }) }),
    });
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new Error('nothing came for 30 seconds')));
    outgoing.on('error', reject);
    outgoing.on('response', (body) => resolve({ status: body.statusCode ?? 0, headers: body.headers, body }));
    outgoing.end();
  });
}

const isAllowed = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));

/** The proxy of HTTPS_PROXY for this host, unless NO_PROXY names it or a domain above it. */
function proxyFor({ protocol, hostname }: URL): URL | undefined {
  const setting = (name: string) => process.env[name.toLowerCase()] ?? process.env[name];
  const proxy = setting('HTTPS_PROXY') ?? setting('ALL_PROXY');
  if (protocol !== 'https:' || !proxy || LOOPBACK.has(hostname)) return undefined;
  const excepted = (setting('NO_PROXY') ?? '').split(/[\s,]+/).filter((name) => name !== '');
  const bare = (name: string) => name.replace(/^\*?\./, '');
  const isExcepted = (name: string) =>
    name === '*' || hostname === bare(name) || hostname.endsWith(`.${bare(name)}`);
  return excepted.some(isExcepted) ? undefined : new URL(proxy);
}

/** A connection to the host through the proxy (RFC 9110, CONNECT). */
function openTunnel(proxy: URL, url: URL): Promise<Socket> {
  const target = `${url.hostname}:${url.port || '443'}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const headers: Record<string, string> = { host: target };
  if (proxy.username !== '')
    headers['proxy-authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return new Promise((resolve, reject) => {
    const send = proxy.protocol === 'https:' ? requestHttps : requestHttp;
    const port = proxy.port || (proxy.protocol === 'https:' ? '443' : '80');
    const asking = send({
      method: 'CONNECT',
      host: proxy.hostname,
      port,
      path: target,
      headers,
      agent: false,
    });
    asking.setTimeout(SILENCE_MS, () => asking.destroy(new Error('the proxy does not answer')));
    asking.on('error', reject);
    asking.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy answers ${statusCode}`));
    });
    asking.end();
  });
}
