import { CryptoError, type CryptoErrorCode } from '../src/index.js';

/** The error that a promise ends with; fails when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a failure, but it succeeded');
}

/** The code of the CryptoError that a promise ends with; fails when it ends otherwise. */
export async function codeOf(promise: Promise<unknown>): Promise<CryptoErrorCode> {
  const error = await failureOf(promise);
  if (!(error instanceof CryptoError)) throw error;
  return error.code;
}
