/**
 * Private mode, the contract as published, from end to end:
 *
 *     key    = PBKDF2-SHA-256(password, salt = email, 100,000 iterations)       never leaves this device
 *     blob   = iv || AES-256-GCM(key, iv, JSON of a PrivateDocument)             sealed here
 *     server   stores the blob's bytes under an id that was made here            and can read none of it
 *
 * To open: fetch the bytes, derive the key anew, decrypt, here. The limits of this door stand in docs/threat-model.md; the
 * vault is the other one.
 */
import { decodeText, decrypt, deriveKey, encrypt, newId, normalizeEmail } from '@sealscribe/crypto';
import {
  blobListSchema,
  blobWrittenSchema,
  idSchema,
  privateDocumentSchema,
  routes,
  type BlobInfo,
  type PrivateDocument,
  type Transcript,
} from '@sealscribe/protocol';
import type { Credentials } from './account.js';
import { checkTranscript } from './documents.js';
import { ApiError, IntegrityError } from './errors.js';
import { badAnswer, type Http } from './http.js';
import { verified } from './integrity.js';

/** Header of a request that carries bytes. */
export const octets = { 'content-type': 'application/octet-stream' };

/** Transcripts sealed with the baseline, in the server's store of opaque bytes. */
export class PrivateMode {
  readonly #http: Http;
  readonly #key: CryptoKey;

  private constructor(http: Http, key: CryptoKey) {
    this.#http = http;
    this.#key = key;
  }

  /** Derives the key. The password is not checked here: a wrong one gives a key that opens nothing. */
  static async derive(http: Http, { email, password }: Credentials): Promise<PrivateMode> {
    return new PrivateMode(http, await verified(() => deriveKey(password, normalizeEmail(email))));
  }

  /** Seals a transcript and stores it; what is stored looks random. */
  async save(
    transcript: Transcript,
    labels: { title?: string; fileName?: string } = {},
  ): Promise<{ id: string; revision: number }> {
    const document: PrivateDocument = {
      transcript: checkTranscript(transcript),
      ...(labels.title === undefined ? {} : { title: labels.title }),
      ...(labels.fileName === undefined ? {} : { fileName: labels.fileName }),
    };
    // What is sealed wrongly can never be opened again.
    if (!privateDocumentSchema.safeParse(document).success)
      throw new TypeError('title and fileName must be strings');
    const blob = await encrypt(this.#key, JSON.stringify(document));
    const id = newId();
    try {
      const written = await this.#http.json(routes.putBlob, blobWrittenSchema, {
        id,
        headers: { ...octets, 'if-none-match': '*' },
        body: async () => blob,
      });
      return { id, revision: written.revision };
    } catch (failure) {
      // The first try may have arrived although its answer did not. The id is ours alone, so these must be our bytes.
      if (failure instanceof ApiError && failure.status === 409 && (await this.#holds(id, blob)))
        return { id, revision: 1 };
      throw failure;
    }
  }

  /** What the server knows of every blob: id, size, times. */
  async list(): Promise<BlobInfo[]> {
    const found = new Map<string, BlobInfo>();
    let after: string | null = null;
    do {
      const query: Record<string, string> = after === null ? {} : { after };
      const page = await this.#http.json(routes.listBlobs, blobListSchema, { query });
      for (const blob of page.blobs) {
        // The same id twice, or a page that leads nowhere, would let a server keep us here for ever.
        if (found.has(blob.id)) throw badAnswer();
        found.set(blob.id, blob);
      }
      if (page.next !== null && page.blobs.length === 0) throw badAnswer();
      after = page.next;
    } while (after !== null);
    return [...found.values()];
  }

  /**
   * Fetches a blob and opens it here.
   * @throws IntegrityError "authentication_failed" for a wrong password or changed bytes, ApiError "not_found"
   */
  async open(id: string): Promise<PrivateDocument> {
    checkId(id);
    const { bytes } = await this.#http.bytes(routes.getBlob, {
      id,
      headers: { accept: 'application/octet-stream' },
    });
    return verified(async () => parseDocument(decodeText(await decrypt(this.#key, bytes))), id);
  }

  /** Deletes a blob at once. */
  async delete(id: string): Promise<void> {
    checkId(id);
    await this.#http.done(routes.deleteBlob, { id });
  }

  async #holds(id: string, blob: Uint8Array): Promise<boolean> {
    const { bytes } = await this.#http.bytes(routes.getBlob, { id });
    return bytes.length === blob.length && bytes.every((byte, i) => byte === blob[i]);
  }
}

/** @throws TypeError when it is not an id */
export function checkId(id: string): void {
  if (!idSchema.safeParse(id).success) throw new TypeError('id must be 22 characters of base64url');
}

function parseDocument(text: string): PrivateDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // said below
  }
  const checked = privateDocumentSchema.safeParse(value);
  if (!checked.success)
    throw new IntegrityError('invalid_document', 'The data opened, but is not a valid document.');
  return checked.data;
}
