/** A real server for other people's clients, with an account's API key and the certificate that they are told to trust. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, JFK, newSession } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

export interface ClientsServer extends RunningServer {
  /** As clients are given it. */
  apiKey: string;
  session: string;
  /** Path of the server's certificate as PEM. */
  certificate: string;
}

/** Starts one. */
export async function startForClients(args: string[] = []): Promise<ClientsServer> {
  const server = await startServer({ args });
  const session = await newSession(server.url);
  const answer = await call(`${server.url}/v1/api-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${session}`, 'content-type': 'application/json' },
    body: Buffer.from('{}'),
  });
  const certificate = join(server.dataFolder, 'server.pem');
  const identity = readFileSync(join(server.dataFolder, 'tls', 'identity.pem'), 'utf8');
  const [pem = ''] = /-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----\n?/.exec(identity) ?? [];
  writeFileSync(certificate, pem);
  return { ...server, session, apiKey: answer.json.key as string, certificate };
}

/** So many seconds of the recording as WAV, again and again where it is shorter. */
export function spoken(seconds: number): Buffer {
  const file = readFileSync(JFK);
  const start = file.indexOf('data') + 8;
  const samples = file.subarray(start);
  const bytes = Buffer.alloc(Math.round(seconds * 16_000) * 2);
  for (let at = 0; at < bytes.length; at += samples.length) samples.copy(bytes, at);
  const head = Buffer.from(file.subarray(0, start));
  head.writeUInt32LE(start - 8 + bytes.length, 4);
  head.writeUInt32LE(bytes.length, start - 4);
  return Buffer.concat([head, bytes]);
}
