/** What a change of an account starts from: the password proven, its wrap of the account key, and another try after a lost race. */
import { decodeBase64url, deriveAuthKey, encodeBase64url } from '@sealscribe/crypto';
import type { ProvenAccount } from './account.js';
import { ApiError } from './errors.js';
import type { Http } from './http.js';

/** How often a change starts again because another device was faster. */
const MAX_TRIES = 5;

/** Repeats what lost a race against another device. */
export async function untilFirst<T>({ platform }: Http, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (failure) {
      if (!isConflict(failure) || attempt >= MAX_TRIES) throw failure;
      await platform.sleep(platform.random() * 50 * attempt);
    }
  }
}

const isConflict = (failure: unknown) => failure instanceof ApiError && failure.code === 'revision_conflict';

/** What proves the account's present password to the server, base64url. */
export const authKeyOf = async ({ root }: ProvenAccount) => encodeBase64url(await deriveAuthKey(root));

/** The wrap that the account's present password opens. */
export function wrapOf({ accountId, root, keys }: ProvenAccount) {
  const { keyVersion, iterations } = keys;
  const context = { accountId, keyVersion, iterations, salt: decodeBase64url(keys.salt) };
  return { root, context, wrap: decodeBase64url(keys.wraps.password) };
}
