import { describe, expect, it } from 'vitest';
import {
  createAccountKey,
  importDeviceKey,
  importRecoveryKey,
  newId,
  open,
  openKeptAccountKey,
  recoverAccountKey,
  rewrapAccountKey,
  seal,
} from '../src/index.js';
import { importHmacKey } from '../src/webcrypto.js';
import { codeOf } from './failure.js';
import { toHex } from './hex.js';

const none = new Uint8Array();
const bytes = Uint8Array.of(1, 2, 3);

async function newAccount() {
  const root = await importHmacKey(new Uint8Array(32).fill(1));
  const context = { accountId: newId(), keyVersion: 1, iterations: 600_000, salt: new Uint8Array(16) };
  return { root, context, ...(await createAccountKey(root, context)) };
}

describe('the device key', () => {
  it('opens the account key that was sealed for this device', async () => {
    const { accountKey, ...account } = await newAccount();
    const { accountId } = account.context;
    const deviceKey = await importDeviceKey(new Uint8Array(32).fill(2));
    const wrap = await rewrapAccountKey(account, { deviceKey, accountId });
    const opened = await openKeptAccountKey(deviceKey, accountId, wrap);
    expect([deviceKey.extractable, opened.extractable, wrap.length]).toEqual([false, false, 104]);
    expect(toHex(await open(opened, none, await seal(accountKey, none, bytes)))).toBe(toHex(bytes));
  });

  it('opens nothing of another account or device, and is no recovery key, nor is one a device key', async () => {
    const account = await newAccount();
    const { accountId } = account.context;
    const raw = new Uint8Array(32).fill(2);
    const [deviceKey, recoveryKey] = [await importDeviceKey(raw), await importRecoveryKey(raw)];
    const wrap = await rewrapAccountKey(account, { deviceKey, accountId });
    const failed = 'authentication_failed';
    const other = await importDeviceKey(new Uint8Array(32).fill(3));
    expect(await codeOf(openKeptAccountKey(other, accountId, wrap))).toBe(failed);
    expect(await codeOf(openKeptAccountKey(deviceKey, newId(), wrap))).toBe(failed);
    expect(await codeOf(openKeptAccountKey(deviceKey, accountId, account.wrap))).toBe(failed);
    expect(await codeOf(openKeptAccountKey(deviceKey, accountId, wrap.subarray(1)))).toBe('malformed');
    expect(await codeOf(recoverAccountKey(recoveryKey, accountId, wrap))).toBe(failed);
    const recovery = await rewrapAccountKey(account, { recoveryKey, accountId });
    expect(await codeOf(openKeptAccountKey(deviceKey, accountId, recovery))).toBe(failed);
    await expect(importDeviceKey(new Uint8Array(31))).rejects.toThrow(RangeError);
  });
});
