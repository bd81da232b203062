/**
 * Errors on their way between threads: a structured clone forgets class, code and everything else that is not the message. Here they
 * arrive as what they were thrown as, with the errors that they hold.
 */
import * as core from '@sealscribe/sdk-core';

/** An error as plain data. */
export interface PackedError {
  name: string;
  message: string;
  stack: string | undefined;
  cause: PackedError | undefined;
  /** Its other properties; an error in them, or in a list of them, stands as `{ packed }`. */
  fields: Record<string, unknown>;
}

type ErrorClass = abstract new (...values: never[]) => Error;

const classes: Readonly<Record<string, ErrorClass>> = {
  ...{ TypeError, RangeError, SealscribeError: core.SealscribeError, ApiError: core.ApiError },
  ...{ ConnectionError: core.ConnectionError, TimeoutError: core.TimeoutError },
  ...{ SourceError: core.SourceError, CertificateError: core.CertificateError, ShareError: core.ShareError },
  ...{ WrongPasswordError: core.WrongPasswordError, MissingFontError: core.MissingFontError },
  ...{
    IntegrityError: core.IntegrityError,
    ConflictError: core.ConflictError,
    WebhookError: core.WebhookError,
  },
  ...{ DamagedVaultError: core.DamagedVaultError, CryptoError: core.CryptoError },
};

/** An error, or whatever else was thrown, as data. */
export function packError(failure: unknown): PackedError {
  if (!(failure instanceof Error))
    return { name: 'Error', message: String(failure), stack: undefined, cause: undefined, fields: {} };
  const { name, message, stack, cause } = failure;
  const fields = Object.entries(failure).filter(([key]) => key !== 'cause');
  return {
    ...{ name, message, stack },
    cause: cause === undefined ? undefined : packError(cause),
    fields: Object.fromEntries(fields.map(([key, value]) => [key, packField(value)])),
  };
}

const packField = (value: unknown): unknown =>
  value instanceof Error ? { packed: packError(value) } : Array.isArray(value) ? value.map(packField) : value;

/** The error again, of its class. */
export function unpackError({ name, message, stack, cause, fields }: PackedError): Error {
  if (name === 'AbortError') return new DOMException(message, name);
  const options = cause === undefined ? [] : [{ cause: unpackError(cause) }];
  // An error of the class, without its constructor: what that would set stands in `fields`.
  const error = Reflect.construct(Error, [message, ...options], classes[name] ?? Error) as Error;
  if (stack !== undefined) error.stack = stack;
  return Object.assign(
    error,
    Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, unpackField(value)])),
  );
}

const unpackField = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'packed' in value
    ? unpackError(value.packed as PackedError)
    : Array.isArray(value)
      ? value.map(unpackField)
      : value;
