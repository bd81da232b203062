/**
 * Another email (docs/formats.md, account-v1, "Another email"). The address is part of what the password is turned into, so the account
 * key is sealed anew for the new one, here; the server keeps that record until a code that reached the new address confirms it. The
 * new address is always the one that the person typed, never one from an answer.
 */
import { normalizeEmail, rewrapAccountKey } from '@sealscribe/crypto';
import {
  confirmEmailRequestSchema,
  pendingEmailAnswerSchema,
  pendingEmailSchema,
  replaceKeysAnswerSchema,
  routes,
  type PendingEmail,
} from '@sealscribe/protocol';
import { authKeyOf, untilFirst, wrapOf } from './account-proof.js';
import { keyRecord, type Accounts, type Credentials } from './account.js';
import { ApiError, WrongPasswordError } from './errors.js';
import { badAnswer, type Http } from './http.js';
import { verified } from './integrity.js';

/** Changes the email of accounts on one server. */
export class EmailChange {
  constructor(
    private readonly http: Http,
    private readonly accounts: Accounts,
  ) {}

  /** Seals the account key for the new address and asks for the code. See Sealscribe.changeEmail. */
  async start(credentials: Credentials, newEmail: string): Promise<PendingEmail> {
    const email = normalizeEmail(newEmail);
    const pending = await untilFirst(this.http, async () => {
      const proven = await this.accounts.unlock(credentials);
      const { accountId, keys } = proven;
      if (email === proven.email)
        throw new RangeError('newEmail must be another address than the present one');
      const next = await this.accounts.newRoot({
        accountId,
        email,
        password: credentials.password,
        iterations: keys.iterations,
        keyVersion: keys.keyVersion + 1,
      });
      const wrap = await verified(() => rewrapAccountKey(wrapOf(proven), next));
      return this.http.json(routes.changeEmail, pendingEmailSchema, {
        json: { authKey: await authKeyOf(proven), keys: await keyRecord(next, wrap) },
        headers: { 'if-match': `"${keys.keyVersion}"` },
        repeatable: false,
      });
    });
    if (pending.email !== email) throw badAnswer();
    return pending;
  }

  /** The change that waits, or null. */
  async pending(): Promise<PendingEmail | null> {
    return (await this.http.json(routes.getPendingEmail, pendingEmailAnswerSchema)).pending;
  }

  /** Takes back the change that waits, if there is one. */
  async cancel(): Promise<void> {
    await this.http.done(routes.cancelEmail);
  }

  /** Puts the new address in force. See Sealscribe.confirmEmail. */
  async confirm(credentials: Credentials, newEmail: string, typedCode: string): Promise<void> {
    const code = readCode(typedCode);
    const renewed = { email: newEmail, password: credentials.password };
    try {
      await this.accounts.unlock(credentials);
    } catch (failure) {
      if (!(failure instanceof WrongPasswordError)) throw failure;
      // It may have been confirmed already, and the answer lost.
      await this.accounts.unlock(renewed);
      await this.accounts.forget(credentials.email);
      return;
    }
    let refused: ApiError | undefined;
    try {
      await this.http.json(routes.confirmEmail, replaceKeysAnswerSchema, { json: { code } });
    } catch (failure) {
      if (!(failure instanceof ApiError && failure.code === 'wrong_code')) throw failure;
      refused = failure;
    }
    // What the server says of it is believed once its record for the new address opens.
    if ((await this.accounts.emailInSession()) !== normalizeEmail(newEmail)) throw refused ?? badAnswer();
    await this.accounts.unlock(renewed);
    await this.accounts.forget(credentials.email);
  }
}

/** A code as a person types it: case, spaces and dashes make no difference, and O, I, L are the digits that they look like. */
function readCode(typed: string): string {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (!confirmEmailRequestSchema.safeParse({ code }).success)
    throw new TypeError('code must be the 12 characters that were sent to the new address');
  return code;
}
