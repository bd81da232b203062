/**
 * Node under the client: undici for requests, files as streams, and two ways to trust a
 * server: by the authorities that Node trusts, or by the SHA-256 of its certificate alone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, fetch as undiciFetch, WebSocket, type RequestInit } from 'undici';
import type { Platform, PlatformRequest } from '@sealscribe/sdk-core';
import { openAudio } from './audio-source.js';
import { explainFailure, makeConnector, parseFingerprint } from './certificate.js';
import type { NodeOptions } from './options.js';

/**
 * The platform of Node.
 * @throws TypeError for `http://` beyond this machine without `allowInsecure`, and for a malformed fingerprint
 */
export function nodePlatform(options: NodeOptions): Platform {
  const { server, allowInsecure = false } = options;
  const fingerprint = options.fingerprint === undefined ? undefined : parseFingerprint(options.fingerprint);
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol === 'http:') {
    if (fingerprint !== undefined) throw new TypeError('fingerprint needs a server with https://');
    if (!allowInsecure && !isLoopback(url.hostname))
      throw new TypeError('server must be https:// (http:// only on this machine, or with allowInsecure)');
  }
  const agent = new Agent({
    connect: makeConnector(fingerprint),
    // HTTP/1.1: undici's HTTP/2 loses the answer to an upload that is refused before its end.
    allowH2: false,
    // The client watches for silence itself, in both directions; undici's own limits would cut a long transcription.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    fetch: (address, request) => send(agent, address, request),
    // Node 20 has no WebSocket of its own, and one of its own would not know the pinned certificate.
    openSocket: (address) => new WebSocket(address, { dispatcher: agent }),
    streamsUploads: true,
    openAudio,
    explain: explainFailure,
    sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
    random: Math.random,
    now: Date.now,
    close: () => agent.destroy(),
  };
}

async function send(agent: Agent, address: string, request: PlatformRequest): Promise<Response> {
  const { method, headers, body, signal } = request;
  const init: RequestInit = {
    method,
    headers,
    signal,
    dispatcher: agent,
    redirect: 'error',
    credentials: 'omit',
    cache: 'no-store',
  };
  if (body !== undefined) {
    init.body = body as NonNullable<RequestInit['body']>;
    init.duplex = 'half';
  }
  // undici's Response is the web's, under another name.
  return (await undiciFetch(address, init)) as unknown as Response;
}

const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
