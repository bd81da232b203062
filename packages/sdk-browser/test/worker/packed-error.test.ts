/** Errors that went through a structured clone, as between page and worker, are what they were. */
import * as core from '@sealscribe/sdk-core';
import { expect, test } from 'vitest';
import { packError, unpackError } from '../../src/worker/packed-error.js';

const sent = (failure: unknown): Error => unpackError(structuredClone(packError(failure)));

const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const integrity = new core.IntegrityError('rollback', 'It is older.', { id, cause: new TypeError('why') });
const errors: Record<string, core.SealscribeError> = {
  SealscribeError: new core.SealscribeError('locked', 'Locked.'),
  ApiError: new core.ApiError(429, 'busy', 'Later.', 'request-1', 7),
  ConnectionError: new core.ConnectionError('Broken.', { cause: new Error('socket') }),
  TimeoutError: new core.TimeoutError('Silent.'),
  CertificateError: new core.CertificateError('certificate_untrusted', 'Not trusted.'),
  SourceError: new core.SourceError('Not readable.'),
  WrongPasswordError: new core.WrongPasswordError(),
  ShareError: new core.ShareError('share_gone'),
  WebhookError: new core.WebhookError('webhook_expired'),
  IntegrityError: integrity,
  DamagedVaultError: new core.DamagedVaultError([], [integrity, integrity]),
  ConflictError: new core.ConflictError(id, 3, undefined),
  MissingFontError: new core.MissingFontError(['Gujarati']),
};

test('every class of the client is here', () => {
  const classes = Object.entries(core).filter(
    ([, value]) => typeof value === 'function' && value.prototype instanceof core.SealscribeError,
  );
  const names = classes.map(([name]) => name);
  expect(Object.keys(errors).sort()).toEqual(['SealscribeError', ...names].sort());
});

test.each(Object.entries(errors))('%s keeps its class, its code and everything it says', (name, error) => {
  const arrived = sent(error);
  expect(arrived).toBeInstanceOf(error.constructor);
  expect(arrived).toBeInstanceOf(core.SealscribeError);
  expect(Object.prototype.toString.call(arrived)).toBe('[object Error]');
  expect({ ...arrived }).toEqual({ ...error });
  expect(arrived).toMatchObject({ name, code: error.code, message: error.message, stack: error.stack });
  expect((arrived.cause as Error | undefined)?.message).toBe((error.cause as Error | undefined)?.message);
});

test('errors inside an error arrive as errors', () => {
  const { problems } = sent(errors['DamagedVaultError']) as core.DamagedVaultError;
  for (const problem of problems) {
    expect(problem).toBeInstanceOf(core.IntegrityError);
    expect(problem).toMatchObject({ code: 'rollback', id });
    expect(problem.cause).toBeInstanceOf(TypeError);
  }
});

test('mistakes of the caller, aborts and what is no error at all', () => {
  expect(sent(new RangeError('limit'))).toBeInstanceOf(RangeError);
  expect(sent(new DOMException('stop', 'AbortError'))).toMatchObject({ name: 'AbortError', message: 'stop' });
  expect(sent(new core.CryptoError('malformed'))).toBeInstanceOf(core.CryptoError);
  expect(sent('text')).toMatchObject({ name: 'Error', message: 'text' });
});
