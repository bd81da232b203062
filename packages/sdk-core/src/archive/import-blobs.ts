/**
 * Brings the blobs of private mode from an archive into an account: opened with the old password, sealed anew with the account's,
 * under the same ids. What is there already is recognised by its contents.
 */
import { decodeText, decrypt, deriveKey, encrypt, normalizeEmail } from '@sealscribe/crypto';
import { blobWrittenSchema, routes, type PrivateDocument } from '@sealscribe/protocol';
import type { Credentials } from '../account.js';
import { ApiError, IntegrityError } from '../errors.js';
import type { Http } from '../http.js';
import { octets } from '../private-mode.js';
import type { Imported, Importing } from './imported.js';
import type { ArchivedPrivateMode } from './open-archive.js';

/** Imports every blob that opens. */
export async function importBlobs(
  from: ArchivedPrivateMode,
  http: Http,
  { email, password }: Credentials,
  { signal, onProblem, onDone }: Importing,
): Promise<Imported[]> {
  const blobs = await from.list();
  const done: Imported[] = [];
  const key = blobs.length > 0 ? await deriveKey(password, normalizeEmail(email)) : undefined;
  for (const { id } of blobs) {
    signal?.throwIfAborted();
    try {
      const document = await from.open(id);
      if (key) done.push({ id, from: id, outcome: await bring(http, key, id, document) });
    } catch (failure) {
      if (!(failure instanceof IntegrityError)) throw failure;
      onProblem(failure);
    }
    onDone(blobs.length);
  }
  return done;
}

async function bring(
  http: Http,
  key: CryptoKey,
  id: string,
  document: PrivateDocument,
): Promise<Imported['outcome']> {
  const text = JSON.stringify(document);
  const blob = await encrypt(key, text);
  try {
    const headers = { ...octets, 'if-none-match': '*' };
    await http.json(routes.putBlob, blobWrittenSchema, { id, headers, body: async () => blob });
    return 'imported';
  } catch (failure) {
    if (!(failure instanceof ApiError && failure.code === 'id_taken')) throw failure;
    const { bytes } = await http.bytes(routes.getBlob, { id });
    return (await opens(key, bytes, text)) ? 'unchanged' : 'kept';
  }
}

/** Whether bytes are this text, sealed with this key. What does not open is something else, and stays as it is. */
async function opens(key: CryptoKey, bytes: Uint8Array, text: string): Promise<boolean> {
  try {
    return decodeText(await decrypt(key, bytes)) === text;
  } catch {
    return false;
  }
}
