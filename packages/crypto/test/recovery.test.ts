import { describe, expect, it } from 'vitest';
import {
  createAccountKey,
  createTranscriptKey,
  deriveRecoveryAuthKey,
  deriveRoot,
  importRecoveryKey,
  newId,
  newRecoveryBytes,
  newSalt,
  open,
  openAccountKey,
  recoverAccountKey,
  openIndex,
  openTranscriptKey,
  rewrapAccountKey,
  rewrapTranscriptKey,
  seal,
  sealIndex,
} from '../src/index.js';
import { codeOf } from './failure.js';
import { toHex } from './hex.js';

const none = new Uint8Array();
const bytes = Uint8Array.of(1, 2, 3);

/** Whether two keys of the vault are the same. */
async function areEqual(a: CryptoKey, b: CryptoKey): Promise<boolean> {
  return toHex(await open(b, none, await seal(a, none, bytes))) === toHex(bytes);
}

async function newAccount() {
  const salt = newSalt();
  const root = await deriveRoot(
    { email: 'alice@example.com', password: 'forgotten', salt, iterations: 100_000 },
    { minIterations: 100_000 },
  );
  const context = { accountId: newId(), keyVersion: 1, iterations: 100_000, salt };
  return { root, context, ...(await createAccountKey(root, context)) };
}

describe('the recovery key', () => {
  it('opens the account key that it was given, and seals it for a new password', async () => {
    const { accountKey, ...account } = await newAccount();
    const { accountId } = account.context;
    const recoveryKey = await importRecoveryKey(newRecoveryBytes());
    const wrap = await rewrapAccountKey(account, { recoveryKey, accountId });
    const opened = await recoverAccountKey(recoveryKey, accountId, wrap);
    expect(opened.extractable).toBe(false);
    expect(await areEqual(accountKey, opened)).toBe(true);

    const to = { root: account.root, context: { ...account.context, keyVersion: 2 } };
    const back = await rewrapAccountKey({ recoveryKey, accountId, wrap }, to);
    expect(await areEqual(accountKey, await openAccountKey(to.root, to.context, back))).toBe(true);
  });

  it('opens nothing of another account, with another key, or when the wrap was changed', async () => {
    const account = await newAccount();
    const { accountId } = account.context;
    const recoveryKey = await importRecoveryKey(newRecoveryBytes());
    const wrap = await rewrapAccountKey(account, { recoveryKey, accountId });
    const other = await importRecoveryKey(newRecoveryBytes());
    const failed = 'authentication_failed';
    expect(await codeOf(recoverAccountKey(other, accountId, wrap))).toBe(failed);
    expect(await codeOf(recoverAccountKey(recoveryKey, newId(), wrap))).toBe(failed);
    expect(await codeOf(recoverAccountKey(recoveryKey, accountId, account.wrap))).toBe(failed);
    expect(await codeOf(openAccountKey(account.root, account.context, wrap))).toBe(failed);
    expect(await codeOf(rewrapAccountKey({ ...account, wrap }, account))).toBe(failed);
    expect(await codeOf(rewrapAccountKey({ ...account, wrap: wrap.subarray(1) }, account))).toBe('malformed');
    for (let at = 0; at < wrap.length; at++) {
      const changed = wrap.slice();
      changed[at] ^= 1;
      expect(await codeOf(recoverAccountKey(recoveryKey, accountId, changed))).toBe(failed);
    }
  });

  it('proves its owner with bytes that say nothing about what it seals', async () => {
    const recoveryBytes = Uint8Array.from({ length: 32 }, (_, i) => i);
    const recoveryKey = await importRecoveryKey(recoveryBytes);
    const authKey = await deriveRecoveryAuthKey(recoveryKey);
    // HMAC-SHA-512(00..1f, "sealscribe/recovery-auth/v1" || 00 || 01), first 32 bytes; made with Python's hmac.
    expect(toHex(authKey)).toBe('3bf29c8a6c8c31006b1cefd342f36341f9e4731d0d0bab6f334a7aba6e6978a5');
    await expect(importRecoveryKey(new Uint8Array(31))).rejects.toThrow(RangeError);
    await expect(deriveRecoveryAuthKey('words' as never)).rejects.toThrow(/recoveryKey/);
  });
});

describe('after the account key was rotated', () => {
  it('a transcript key opens under the new account key, and only under its own ids', async () => {
    const [before, after] = [await newAccount(), await newAccount()];
    const ids = { accountId: newId(), transcriptId: newId() };
    const { transcriptKey, wrap } = await createTranscriptKey(before.accountKey, ids);
    const { accountId } = ids;
    const from = { key: before.accountKey, accountId, wrap };
    const to = { key: after.accountKey, accountId };
    const moved = await rewrapTranscriptKey(from, to, ids.transcriptId);
    expect(await areEqual(transcriptKey, await openTranscriptKey(after.accountKey, ids, moved))).toBe(true);
    expect(await codeOf(openTranscriptKey(before.accountKey, ids, moved))).toBe('authentication_failed');
    const other = { ...ids, transcriptId: newId() };
    const failing = rewrapTranscriptKey(from, to, other.transcriptId);
    expect(await codeOf(failing)).toBe('authentication_failed');
  });

  it('the index can say which transcripts still have an old key', async () => {
    const { accountKey } = await newAccount();
    const at = { accountId: newId(), indexRevision: 2 };
    const mark = { revision: 1, sha256: toBase64urlOfZeros() };
    const index = { [newId()]: { ...mark, rekey: true as const }, [newId()]: mark };
    const { sealed } = await sealIndex(accountKey, at, index);
    expect((await openIndex(accountKey, at, sealed)).index).toEqual(index);
    const wrong = { [newId()]: { ...mark, rekey: 'yes' as never } };
    await expect(sealIndex(accountKey, at, wrong)).rejects.toThrow(TypeError);
  });
});

const toBase64urlOfZeros = () => 'A'.repeat(43);
