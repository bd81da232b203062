/**
 * Accounts: sign up, sign in, unlock (docs/formats.md, account-v1). The password is turned into `root` here and goes nowhere;
 * the server gets an authKey that says nothing about root's other outputs. Parameters that a server offers are checked against
 * the floor and against what this device remembers before they are used.
 */
import {
  CryptoError,
  DEFAULT_ITERATIONS,
  createAccountKey,
  decodeBase64url,
  deriveAuthKey,
  deriveRecoveryAuthKey,
  deriveRoot,
  encodeBase64url,
  newId,
  newSalt,
  normalizeEmail,
  openAccountKey,
  rewrapAccountKey,
  type AccountKeyWrapper,
  type WrapContext,
} from '@sealscribe/crypto';
import {
  preloginAnswerSchema,
  preloginRequestSchema,
  routes,
  sessionSchema,
  storedKeysSchema,
  type KeyRecord,
  type Session,
  type StoredKeys,
} from '@sealscribe/protocol';
import { ApiError, WrongPasswordError } from './errors.js';
import { KeyFreshness, type FreshnessStore } from './freshness.js';
import { badAnswer, type Http } from './http.js';
import { verified } from './integrity.js';
import { onDemand } from './on-demand.js';

/** Email and password as the person typed them. The password never leaves the device. */
export interface Credentials {
  email: string;
  password: string;
}

/** An account that was opened with its password. */
export interface OpenAccount {
  accountId: string;
  /** Opens everything of the account; not extractable. */
  accountKey: CryptoKey;
}

/** An opened account with what any change of its keys starts from. */
export interface ProvenAccount extends OpenAccount {
  /** Normalised. */
  email: string;
  root: CryptoKey;
  keys: StoredKeys;
}

/** Root with the parameters it was derived with. */
interface Root {
  key: CryptoKey;
  salt: string;
  iterations: number;
}

/** What a new root is for. The email is normalised. */
interface NewRoot {
  accountId: string;
  email: string;
  iterations: number;
  keyVersion: number;
}

/** A new root, and what a wrap under it is bound to. */
export interface Target {
  root: CryptoKey;
  email: string;
  context: WrapContext;
}

/** Signs up, in and out on one server. Keeps no password and no root. */
export class Accounts {
  constructor(
    private readonly http: Http,
    private readonly freshness: FreshnessStore,
    private readonly minIterations: number = DEFAULT_ITERATIONS,
  ) {}

  /** Iterations for a password that is set now. */
  get newIterations(): number {
    return Math.max(DEFAULT_ITERATIONS, this.minIterations);
  }

  /**
   * Makes an account and signs in to it.
   * @param recoveryKey Opens the account too, should the password be forgotten.
   * @throws ApiError "email_taken"; SealscribeError "weak_password"
   */
  async signUp({ email: typed, password }: Credentials, recoveryKey?: CryptoKey): Promise<OpenAccount> {
    const email = addressOf(typed);
    await refuseWeak(password, email);
    const accountId = newId();
    const iterations = this.newIterations;
    const next = await this.newRoot({ accountId, email, password, iterations, keyVersion: 1 });
    const { accountKey, wrap } = await createAccountKey(next.root, next.context);
    const recovery = recoveryKey && { recoveryKey, from: { ...next, wrap } };
    const json = { accountId, keys: await keyRecord(next, wrap, recovery) };
    const session = await this.http.json(routes.signUp, sessionSchema, { json, repeatable: false });
    if (session.accountId !== accountId) throw badAnswer();
    // An account of this email may have been there before, and be deleted.
    await this.#keys(email).restart({ keyVersion: 1, iterations });
    await this.#begin(session);
    return { accountId, accountKey };
  }

  /**
   * Signs in without opening the account.
   * @throws WrongPasswordError, IntegrityError "weak_kdf"
   */
  async signIn(credentials: Credentials): Promise<Session> {
    return (await this.#signIn(addressOf(credentials.email), credentials.password)).session;
  }

  async #signIn(email: string, password: string): Promise<{ session: Session; root: Root }> {
    const offered = await this.http.json(routes.prelogin, preloginAnswerSchema, { json: { email } });
    await this.#keys(email).check({ iterations: offered.iterations });
    const root = await this.#root(email, password, offered);
    const authKey = encodeBase64url(await deriveAuthKey(root.key));
    try {
      const session = await this.http.json(routes.signIn, sessionSchema, { json: { email, authKey } });
      await this.#begin(session);
      return { session, root };
    } catch (failure) {
      if (failure instanceof ApiError && failure.code === 'wrong_credentials') throw new WrongPasswordError();
      throw failure;
    }
  }

  /**
   * Opens the account key: in the session there is, or in a new one where there is none, it has run out, or it is another's.
   * @throws WrongPasswordError, IntegrityError "weak_kdf" or "rollback"
   */
  async unlock(credentials: Credentials): Promise<ProvenAccount> {
    const email = addressOf(credentials.email);
    let keys = await this.#keysInSession();
    let root: Root | undefined;
    if (keys?.email !== email) {
      root = (await this.#signIn(email, credentials.password)).root;
      keys = await this.#getKeys();
    }
    const { accountId, keyVersion, iterations, salt } = keys;
    const { session } = this.http;
    if (session && accountId !== session.accountId) throw badAnswer();
    const marks = this.#keys(email);
    await marks.check({ keyVersion, iterations });
    if (root?.salt !== salt || root.iterations !== iterations)
      root = await this.#root(email, credentials.password, keys);
    const context = { accountId, keyVersion, iterations, salt: decodeBase64url(salt) };
    const accountKey = await openOrRefuse(root.key, context, decodeBase64url(keys.wraps.password));
    await marks.see({ keyVersion, iterations });
    return { accountId, accountKey, email, root: root.key, keys };
  }

  /** Derives a fresh root with a fresh salt, for a key record that is to be written. */
  async newRoot(facts: NewRoot & { password: string }): Promise<Target> {
    const { accountId, email, password, iterations, keyVersion } = facts;
    const salt = newSalt();
    const { minIterations } = this;
    const root = await verified(() => deriveRoot({ email, password, salt, iterations }, { minIterations }));
    return { root, email, context: { accountId, keyVersion, iterations, salt } };
  }

  /** The address of the account that the session is of, as the server has it; undefined without a session that it knows. */
  async emailInSession(): Promise<string | undefined> {
    return (await this.#keysInSession())?.email;
  }

  /** Forgets what this device has seen of an address that is not the account's any more: it may become somebody else's. */
  async forget(email: string): Promise<void> {
    await this.#keys(normalizeEmail(email)).restart(null);
  }

  /** Takes note of a key record that this device has written. */
  async wrote({ email, context: { keyVersion, iterations } }: Target): Promise<void> {
    await this.#keys(email).see({ keyVersion, iterations });
  }

  /**
   * Deletes an account whose password is proved, with everything in it.
   * @returns its id
   * @throws WrongPasswordError
   */
  async delete(credentials: Credentials): Promise<string> {
    const email = normalizeEmail(credentials.email);
    const { session } = await this.#signIn(email, credentials.password);
    await this.http.done(routes.deleteAccount);
    this.http.session = undefined;
    await this.#keys(email).restart(null);
    return session.accountId;
  }

  /** Ends the session on the server and forgets it; without one it does nothing. */
  async signOut(): Promise<void> {
    if (!this.http.session) return;
    try {
      await this.http.done(routes.signOut);
    } catch (failure) {
      if (!isUnauthorized(failure)) throw failure;
    }
    this.http.session = undefined;
  }

  /** Goes on in a new session. The one that it takes the place of ends, also on the server, if that can be reached. */
  async #begin(session: Session): Promise<void> {
    await this.signOut().catch(() => undefined);
    this.http.session = session;
  }

  /** The key record, or undefined where there is neither a session nor an API key or the server does not know it any more. */
  async #keysInSession(): Promise<StoredKeys | undefined> {
    const { session, platform } = this.http;
    const isOver = session && Date.parse(session.expiresAt) <= platform.now();
    if (isOver ?? this.http.apiKey === undefined) return undefined;
    try {
      return await this.#getKeys();
    } catch (failure) {
      if (isUnauthorized(failure)) return undefined;
      throw failure;
    }
  }

  #getKeys(): Promise<StoredKeys> {
    return this.http.json(routes.getKeys, storedKeysSchema);
  }

  async #root(email: string, password: string, { salt, iterations }: Omit<Root, 'key'>): Promise<Root> {
    const key = await verified(() =>
      deriveRoot(
        { email, password, salt: decodeBase64url(salt), iterations },
        { minIterations: this.minIterations },
      ),
    );
    return { key, salt, iterations };
  }

  #keys(email: string): KeyFreshness {
    return new KeyFreshness(this.freshness, this.http.server, email);
  }
}

/** A key record to send: what proves the password, the wrap that it opens, and what the recovery key opens where that changes. */
export async function keyRecord(
  { root, email, context }: Target,
  wrap: Uint8Array,
  recovery?: { recoveryKey: CryptoKey; from: AccountKeyWrapper & { wrap: Uint8Array } },
): Promise<KeyRecord> {
  const { accountId, salt, iterations, keyVersion } = context;
  return {
    email,
    salt: encodeBase64url(salt),
    iterations,
    keyVersion,
    authKey: encodeBase64url(await deriveAuthKey(root)),
    wraps: { password: encodeBase64url(wrap) },
    ...(recovery && {
      recovery: {
        authKey: encodeBase64url(await deriveRecoveryAuthKey(recovery.recoveryKey)),
        wrap: encodeBase64url(
          await rewrapAccountKey(recovery.from, { recoveryKey: recovery.recoveryKey, accountId }),
        ),
      },
    }),
  };
}

/** @throws SealscribeError "weak_password"; ConnectionError when the list of common ones cannot be loaded */
export async function refuseWeak(password: string, email: string): Promise<void> {
  (await onDemand(import('./new-password.js'))).checkNewPassword(password, email);
}

const isUnauthorized = (failure: unknown) => failure instanceof ApiError && failure.status === 401;

/** A wrap that does not open is a wrong password or an altered record: which of them cannot be told. */
async function openOrRefuse(
  root: CryptoKey,
  context: Parameters<typeof openAccountKey>[1],
  wrap: Uint8Array,
): Promise<CryptoKey> {
  try {
    return await openAccountKey(root, context, wrap);
  } catch (failure) {
    if (failure instanceof CryptoError && failure.code === 'authentication_failed')
      throw new WrongPasswordError();
    throw failure;
  }
}

/** The one spelling of an address that an account can have. @throws TypeError for what is none */
function addressOf(typed: string): string {
  const email = normalizeEmail(typed);
  if (!preloginRequestSchema.safeParse({ email }).success)
    throw new TypeError('email must be an address such as you@example.com');
  return email;
}
