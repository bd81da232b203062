import { describe, expect, it } from 'vitest';
import {
  createAccountKey,
  deriveAuthKey,
  deriveRoot,
  newId,
  newSalt,
  open,
  openAccountKey,
  rewrapAccountKey,
  seal,
  type WrapContext,
} from '../src/index.js';
import { codeOf } from './failure.js';
import { toHex } from './hex.js';

const email = 'alice@example.com';
const password = 'correct horse battery staple';
const salt = Uint8Array.from({ length: 16 }, (_, i) => i);
const iterations = 600_000;
const fast = { minIterations: 100_000 };
const bytes = Uint8Array.of(1, 2, 3);
const none = new Uint8Array();

describe('root and authKey', () => {
  it('match the published vector, however email and password are spelled', async () => {
    const expected = '80b23bd7d4c8a9cf1d9179aa6e5c68c2e76fe667713d795b5a0d4a6d8f1cea0c';
    for (const typed of [email, '  ALICE@example.com ']) {
      const root = await deriveRoot({ email: typed, password, salt, iterations });
      expect(root.extractable).toBe(false);
      expect(toHex(await deriveAuthKey(root))).toBe(expected);
    }
  });

  it('take a password in any Unicode spelling, and do not trim it', async () => {
    const authKey = async (typed: string) =>
      toHex(
        await deriveAuthKey(await deriveRoot({ email, password: typed, salt, iterations: 100_000 }, fast)),
      );
    expect(await authKey('pa\u0301ss')).toBe(await authKey('p\u00e1ss'));
    expect(await authKey(' pass')).not.toBe(await authKey('pass'));
  });

  it('refuse weak or absurd parameters before doing any work', async () => {
    const derive = (count: number, floor?: number, bad = salt) =>
      deriveRoot({ email, password, salt: bad, iterations: count }, floor ? { minIterations: floor } : {});
    const started = performance.now();
    expect(await codeOf(derive(599_999))).toBe('weak_kdf');
    expect(await codeOf(derive(100_000))).toBe('weak_kdf');
    expect(await codeOf(derive(10_000_001))).toBe('malformed');
    expect(await codeOf(derive(600_000.5))).toBe('malformed');
    expect(await codeOf(derive(600_000, undefined, new Uint8Array(15)))).toBe('malformed');
    await expect(derive(600_000, 99_999)).rejects.toThrow(RangeError);
    await expect(deriveRoot({ email, password: '', salt, iterations })).rejects.toThrow(/password/);
    await expect(deriveRoot({ email, password: '\uDC00', salt, iterations })).rejects.toThrow(/password/);
    await expect(deriveRoot({ email: '', password, salt, iterations })).rejects.toThrow(/email/);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('the account key', () => {
  const contextOf = (change: Partial<WrapContext> = {}): WrapContext => ({
    accountId: newId(),
    keyVersion: 1,
    iterations: 100_000,
    salt,
    ...change,
  });
  const rootOf = (typed: string, own = salt) =>
    deriveRoot({ email, password: typed, salt: own, iterations: 100_000 }, fast);

  it('opens with the password and the same parameters, and with nothing else', async () => {
    const root = await rootOf(password);
    const context = contextOf();
    const { accountKey, wrap } = await createAccountKey(root, context);
    const opened = await openAccountKey(await rootOf(password), context, wrap);
    expect(opened.extractable).toBe(false);
    expect(await open(opened, none, await seal(accountKey, none, bytes))).toEqual(bytes);

    expect(await codeOf(openAccountKey(await rootOf('wrong'), context, wrap))).toBe('authentication_failed');
    for (const change of [
      { accountId: newId() },
      { keyVersion: 2 },
      { iterations: 100_001 },
      { salt: newSalt() },
    ]) {
      expect(await codeOf(openAccountKey(root, { ...context, ...change }, wrap))).toBe(
        'authentication_failed',
      );
    }
  });

  it('moves to a new password without changing', async () => {
    const from = { root: await rootOf(password), context: contextOf() };
    const { accountKey, wrap } = await createAccountKey(from.root, from.context);
    const own = newSalt();
    const to = { root: await rootOf('new', own), context: { ...from.context, keyVersion: 2, salt: own } };
    const rewrapped = await rewrapAccountKey({ ...from, wrap }, to);
    const opened = await openAccountKey(to.root, to.context, rewrapped);
    expect(await open(opened, none, await seal(accountKey, none, bytes))).toEqual(bytes);
    expect(await codeOf(openAccountKey(from.root, from.context, rewrapped))).toBe('authentication_failed');
    expect(await codeOf(rewrapAccountKey({ ...from, wrap: rewrapped }, to))).toBe('authentication_failed');
  });
});
