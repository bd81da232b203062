/**
 * A server with the vault's half alone, over a real database file in a fresh folder, spoken to by inject. Whatever it is asked, it answers
 * as docs/openapi.json says: `close` throws where it did not.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance, type InjectOptions, type LightMyRequestResponse } from 'fastify';
import {
  INDEX_MATCH_HEADER,
  RECORDING_HEADER,
  RECORDING_PIECE_BYTES,
  formatRecordingHeader,
  type PARTS,
} from '@sealscribe/protocol';
import type { SendEmail } from '../../src/auth/email-hook.js';
import { handleError } from '../../src/error-handler.js';
import { registerVaultRoutes, type VaultLimits } from '../../src/routes/vault.js';
import type { Store } from '../../src/store/index.js';
import { openStore } from '../../src/store/open.js';
import { undocumented } from '../../../../test/fixtures/documented.js';
import { freshDatabase } from '../store/fresh-database.js';

export const bytesOf = (length: number): Buffer => randomBytes(length);
export const newId = (): string => randomBytes(16).toString('base64url');
export const base64url = (length: number): string => randomBytes(length).toString('base64url');

export interface VaultApp {
  app: FastifyInstance;
  store: Store;
  folder: string;
  /** The server's clock stands still but for this: it goes on by so many seconds. */
  wait(seconds: number): void;
  close(): Promise<void>;
}

export async function startVault(
  limits: Partial<VaultLimits> = {},
  folder = mkdtempSync(join(tmpdir(), 'sealscribe-vault-')),
  sendEmail?: SendEmail,
): Promise<VaultApp> {
  const store = await openStore(folder, { database: await freshDatabase() });
  let time = Date.now();
  const app = Fastify();
  app.setErrorHandler(handleError);
  const surprises = new Set<string>();
  app.addHook('onSend', async ({ method, url, headers, body: request }, reply, payload) => {
    const type = reply.getHeader('content-type')?.toString();
    const body = typeof payload === 'string' ? payload : '';
    const requestType = headers['content-type'];
    const asked = { method, url, requestType, request, status: reply.statusCode, type, body };
    const surprise = undocumented(asked);
    if (surprise !== undefined) surprises.add(surprise);
  });
  registerVaultRoutes(app, {
    store,
    clock: () => time,
    limits: { signInsPerMinute: 10_000, emailsPerMinute: 10_000, ...limits },
    sendEmail,
  });
  await app.ready();
  return {
    app,
    store,
    folder,
    wait: (seconds) => void (time += seconds * 1000),
    async close() {
      await app.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
      if (surprises.size > 0) throw new Error([...surprises].join('\n'));
    },
  };
}

export const newKeys = (email: string, keyVersion = 1) => ({
  email,
  salt: base64url(16),
  iterations: 600_000,
  keyVersion,
  authKey: base64url(32),
  wraps: { password: base64url(104) },
});

/** Somebody signed up, who sends their token with every request. */
export class Person {
  readonly accountId = newId();
  readonly keys;
  token = '';

  constructor(
    readonly app: FastifyInstance,
    email = `${newId().toLowerCase()}@example.com`,
  ) {
    this.keys = newKeys(email);
  }

  static async signUp({ app }: { app: FastifyInstance }, email?: string): Promise<Person> {
    const person = new Person(app, email);
    const { accountId, keys } = person;
    const answer = await app.inject({ method: 'POST', url: '/v1/accounts', payload: { accountId, keys } });
    if (answer.statusCode !== 201) throw new Error(`sign-up answered ${answer.statusCode}`);
    person.token = answer.json().token;
    return person;
  }

  send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    { payload, headers = {} }: { payload?: InjectOptions['payload']; headers?: Record<string, string> } = {},
  ): Promise<LightMyRequestResponse> {
    return this.app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(Buffer.isBuffer(payload) && { 'content-type': 'application/octet-stream' }),
        ...headers,
      },
      ...(payload !== undefined && { payload }),
    });
  }

  putBlob(id: string, payload: Buffer, headers: Record<string, string> = {}) {
    return this.send('PUT', `/v1/blobs/${id}`, { payload, headers });
  }

  putTranscript(id: string, parts: Partial<Record<string, Buffer>>, headers: Record<string, string>) {
    const { payload, contentType } = multipart(parts);
    return this.send('PUT', `/v1/transcripts/${id}`, {
      payload,
      headers: { 'content-type': contentType, ...headers },
    });
  }

  putShare(transcriptId: string, shareId: string, share: object) {
    return this.send('PUT', `/v1/transcripts/${transcriptId}/shares/${shareId}`, { payload: share });
  }
}

/** Sends a recording in pieces; gives the header of the write that is to take it up. */
export async function sendRecording(
  person: Person,
  transcriptId: string,
  id: string,
  bytes: Buffer,
  at = `/v1/transcripts/${transcriptId}`,
): Promise<Record<string, string>> {
  for (let piece = 0; piece * RECORDING_PIECE_BYTES < bytes.length; piece++) {
    const payload = bytes.subarray(piece * RECORDING_PIECE_BYTES, (piece + 1) * RECORDING_PIECE_BYTES);
    const answer = await person.send('PUT', `${at}/recordings/${id}/${piece}`, { payload });
    if (answer.statusCode !== 204) throw new Error(`a piece answered ${answer.body}`);
  }
  return { [RECORDING_HEADER]: formatRecordingHeader({ id, size: bytes.length }) };
}

/** What a client sends to make a link, and the token that opens it. */
export function newShare(limits: { views?: number; expiresIn?: number } = {}, bytes = 2000) {
  const token = base64url(32);
  const accessHash = createHash('sha256').update(Buffer.from(token, 'base64url')).digest('base64url');
  return { token, share: { accessHash, link: base64url(104), document: base64url(bytes), ...limits } };
}

export const creating = (indexRevision: number) => ({
  'if-none-match': '*',
  [INDEX_MATCH_HEADER]: `"${indexRevision}"`,
});
export const replacing = (revision: number, indexRevision: number) => ({
  'if-match': `"${revision}"`,
  [INDEX_MATCH_HEADER]: `"${indexRevision}"`,
});

export type SealedParts = Record<(typeof PARTS)[number], Buffer>;

/** Random bytes in the place of sealed ones: the server cannot tell. */
export const newParts = (): SealedParts => ({
  key: bytesOf(104),
  card: bytesOf(1112),
  transcript: bytesOf(3000),
  words: bytesOf(9000),
  index: bytesOf(1112),
});

export function multipart(parts: Partial<Record<string, Buffer>>): { payload: Buffer; contentType: string } {
  const boundary = `sealscribe-${newId()}`;
  const chunks = Object.entries(parts).flatMap(([name, bytes]) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${name}"\r\n`,
    'content-type: application/octet-stream\r\n\r\n',
    bytes ?? '',
    '\r\n',
  ]);
  return {
    payload: Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk))),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}
