/**
 * Fetches a recording from an address that a client named, and from nowhere that the operator did not allow: https only, hosts of the
 * list only, also after a redirect; a name is looked up once, every address that it leads to must be public, and the connection goes to
 * one of those that were looked at. No cookies, no credentials, nothing of the client's request goes along. The bytes go where those of
 * an upload go, and each chunk is wiped.
 */
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { HttpError } from '../http-error.js';
import { readBody } from '../routes/read-body.js';
import { checkedLookup, NotAllowed, type FindAddresses } from './checked-lookup.js';
import type { AllowedHosts } from './hosts.js';

/** What is fetched, and within which limits. */
export interface Fetching {
  readonly hosts: AllowedHosts;
  /** Takes the bytes, which are wiped afterwards. @throws what ends the fetching, such as too many. */
  readonly take: (bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
  /** The system's unless a test says otherwise. */
  readonly findAddresses?: FindAddresses;
  /** Authorities (PEM) that are believed; Node's, with those of NODE_EXTRA_CA_CERTS, when left out. */
  readonly ca?: Buffer;
}

const MOST_REDIRECTS = 5;
const SILENCE_MS = 30_000;
const LONGEST_MS = 30 * 60_000;
const LONGEST_ADDRESS = 2048;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

const notAllowed = () => new HttpError('forbidden', 'This server fetches no recordings from there.');
const notFetched = () => new HttpError('bad_request', 'The recording could not be fetched from its address.');

/**
 * Fetches it.
 *
 * @throws {HttpError} `forbidden` for an address that is not allowed, before anything is connected; `bad_request` when it is no address,
 * or gives no recording in time; what `take` throws, and the signal's reason.
 */
export async function fetchRecording(address: string, options: Fetching): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(notFetched()), LONGEST_MS);
  const signal = AbortSignal.any([options.signal, late.signal]);
  try {
    await follow(address, { ...options, signal });
  } finally {
    clearTimeout(timer);
  }
}

async function follow(address: string, fetching: Fetching): Promise<void> {
  let url = readAddress(address);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await ask(url, fetching);
    const { statusCode = 0, headers } = answer;
    if (REDIRECTS.has(statusCode)) {
      answer.destroy();
      url = readAddress(headers.location ?? '', url);
      continue;
    }
    try {
      const isPlain = ['identity', ''].includes((headers['content-encoding'] ?? '').toLowerCase());
      if (statusCode !== 200 || !isPlain) throw notFetched();
      await readBody(answer, (chunk) => takeAndWipe(chunk, fetching), fetching.signal);
    } catch (error) {
      fetching.signal.throwIfAborted();
      // Its words are about an upload.
      throw error instanceof HttpError && error.code === 'bad_request' ? notFetched() : error;
    } finally {
      answer.destroy();
    }
    return;
  }
  throw notFetched();
}

function readAddress(text: string, base?: URL): URL {
  if (text === '' || text.length > LONGEST_ADDRESS || !URL.canParse(text, base?.href))
    throw new HttpError('bad_request', 'The field "url" is an address that begins with https:.');
  const url = new URL(text, base);
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') throw notAllowed();
  return url;
}

/** The head of an answer; its body has not been read. */
async function ask(url: URL, { hosts, signal, findAddresses, ca }: Fetching): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const { port, lookup } = await checkedLookup(hosts, url, findAddresses).catch((error: unknown) => {
    throw error instanceof NotAllowed ? notAllowed() : notFetched();
  });
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: url.hostname,
      servername: url.hostname,
      port,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: {
        host: url.host,
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'sealscribe-server',
      },
      agent: false,
      lookup,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(ca && { ca }),
      signal,
    });
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(notFetched()));
    outgoing.on('error', () => reject(signal.aborted ? (signal.reason as Error) : notFetched()));
    outgoing.once('response', resolve);
    outgoing.end();
  });
}

function takeAndWipe(chunk: Buffer, { take }: Fetching): void {
  try {
    take(chunk);
  } finally {
    chunk.fill(0);
  }
}
