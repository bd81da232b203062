/** Turns what @sealscribe/crypto throws into the errors of this package, saying what it was about. */
import { CryptoError } from '@sealscribe/crypto';
import { IntegrityError, SealscribeError, ShareError } from './errors.js';

/**
 * Runs `work`; a CryptoError becomes an IntegrityError with the same code (or a SealscribeError where the runtime is at fault).
 * Everything else passes through.
 */
export async function verified<T>(work: () => Promise<T> | T, id?: string): Promise<T> {
  try {
    return await work();
  } catch (failure) {
    throw explain(failure, id);
  }
}

/** The same for an error that was already caught. */
export function explain(failure: unknown, id?: string): unknown {
  if (!(failure instanceof CryptoError)) return failure;
  const { code, message } = failure;
  if (code === 'kdf_unsupported' || code === 'insecure_context')
    return new SealscribeError(code, message, { cause: failure });
  if (code === 'unknown_version') return new ShareError(code, { cause: failure });
  return new IntegrityError(code, message, { cause: failure, ...(id === undefined ? {} : { id }) });
}
