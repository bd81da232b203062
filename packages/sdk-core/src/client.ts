/**
 * The facade: one object per server, with transcription and the two doors (private mode as published, and the vault) behind it.
 * Each method is a line or two over the file that does the work. sdk-node and sdk-browser extend it with their platform.
 */
import {
  type Comparison,
  healthSchema,
  languageListSchema,
  modelListSchema,
  routes,
  usageSchema,
  type Health,
  type LanguageList,
  type ModelInfo,
  type PendingEmail,
  type Session,
  type Transcript,
  type Usage,
} from '@sealscribe/protocol';
import { Access } from './access.js';
import type { AccountKeys, KeyChange, Recovery } from './account-keys.js';
import { Accounts, type Credentials, type OpenAccount } from './account.js';
import { exportArchive } from './archive/export-archive.js';
import type { ImportOptions } from './archive/import-archive.js';
import type { ImportResult } from './archive/imported.js';
import type { Archive } from './archive/open-archive.js';
import type { EmailChange } from './email-change.js';
import { compare, type CompareOptions } from './compare.js';
import { MemoryFreshness, type FreshnessStore } from './freshness.js';
import { Http } from './http.js';
import { checkLockAfter } from './idle-lock.js';
import { Jobs } from './jobs/jobs.js';
import type { AudioSource } from './audio-source.js';
import type { Platform } from './platform.js';
import { PrivateMode } from './private-mode.js';
import { onDemand } from './on-demand.js';
import { isOnDevice, streamOnDevice } from './on-device.js';
import { vaultSpace } from './space.js';
import { Stay, type StayStore } from './stay.js';
import type { StreamOptions, TranscriptStream } from './live-stream.js';
import { MemoryCache, SealedCache, type CacheStore } from './search/cache.js';
import type { OpenThread } from './thread.js';
import { transcribe, type TranscribeOptions } from './transcription.js';
import { Vault } from './vault.js';
import { Webhooks } from './webhooks/webhooks.js';

/** How to reach a server. */
export interface SealscribeOptions {
  /** For example `https://127.0.0.1:8443`. */
  server: string;
  /** A session kept from an earlier run (see {@link Sealscribe.session}). */
  session?: Session;
  /** An API key, for scripts (see {@link Access.createApiKey}); used where there is no session. */
  apiKey?: string;
  /** Where this device remembers what it has already seen, so that an old state is recognised. In memory by default. */
  freshness?: FreshnessStore;
  /** Where sealed transcripts are kept so that a search need not fetch them again. In memory by default. */
  cache?: CacheStore;
  /** Milliseconds without a byte in either direction after which a request is given up; 60,000 by default. */
  timeout?: number;
  /** How often a failed request is tried again; 3 by default. */
  retries?: number;
  /** Lowers the floor of PBKDF2 iterations, to open older accounts; 600,000 by default and never under 100,000. */
  minIterations?: number;
  /** Seconds without use after which an opened vault locks itself; never by default. Every use of the key starts the time anew. */
  lockAfter?: number;
  /** Where an account is kept that is to stay signed in (see {@link Sealscribe.unlock}); nowhere by default. */
  stay?: StayStore;
}

/** A Sealscribe server, seen from a client. */
export class Sealscribe {
  readonly #http: Http;
  readonly #freshness: FreshnessStore;
  readonly #cache: CacheStore;
  readonly #accounts: Accounts;
  readonly #stay: Stay;
  readonly #lockAfter: number | undefined;
  readonly #openThread: OpenThread | undefined;
  /** The account's sessions and API keys. */
  readonly access: Access;
  /** Transcriptions that go on without this client. */
  readonly jobs: Jobs;
  /** Where the account is told of its jobs. */
  readonly webhooks: Webhooks;

  /**
   * @param openThread Another thread for what takes long with a vault; without it, everything is done in this one.
   * @throws TypeError or RangeError naming the option that is wrong
   */
  constructor(options: SealscribeOptions, platform: Platform, openThread?: OpenThread) {
    const { timeout = 60_000, retries = 3 } = options;
    this.#http = new Http(options.server, platform, { timeout, retries });
    this.#http.session = options.session;
    this.#http.apiKey = options.apiKey;
    this.#freshness = options.freshness ?? new MemoryFreshness();
    this.#cache = options.cache ?? new MemoryCache();
    this.#accounts = new Accounts(this.#http, this.#freshness, options.minIterations);
    this.#stay = new Stay(this.#http, options.stay);
    checkLockAfter(options.lockAfter);
    this.#lockAfter = options.lockAfter;
    this.#openThread = openThread;
    this.access = new Access(this.#http);
    this.jobs = new Jobs(this.#http);
    this.webhooks = new Webhooks(this.#http);
  }

  /** The session in use; keep it to stay signed in (its token is a secret). Undefined when signed out. */
  get session(): Session | undefined {
    return this.#http.session;
  }

  /** How the server is; needs no sign-in. */
  async health(): Promise<Health> {
    return this.#http.json(routes.health, healthSchema);
  }

  /** The models that the server has. */
  async models(): Promise<ModelInfo[]> {
    return (await this.#http.json(routes.models, modelListSchema)).models;
  }

  /** The languages that its models know. */
  async languages(): Promise<LanguageList['languages']> {
    return (await this.#http.json(routes.languages, languageListSchema)).languages;
  }

  /** Minutes that the account has used this month, and its limits. */
  async usage(): Promise<Usage> {
    return this.#http.json(routes.usage, usageSchema);
  }

  /**
   * Transcribes a recording. With `format`, the answer is a text in that format. Options that are kept in a variable say which it is with
   * `satisfies TranscribeOptions`.
   *
   * @throws SourceError when the recording cannot be read; ApiError when the server refuses it; ConnectionError, TimeoutError
   * @example
   * ```ts
   * const transcript = await client.transcribe({ data: recording }, { onProgress: console.log });
   * ```
   */
  transcribe(
    source: AudioSource,
    options: TranscribeOptions & { format: 'srt' | 'vtt' | 'text' },
  ): Promise<string>;
  transcribe(source: AudioSource, options?: TranscribeOptions & { format?: undefined }): Promise<Transcript>;
  transcribe(source: AudioSource, options: TranscribeOptions): Promise<Transcript | string>;
  async transcribe(source: AudioSource, options: TranscribeOptions = {}): Promise<Transcript | string> {
    return transcribe(this.#http, source, options);
  }

  /**
   * Transcribes a recording with several models of the server and shows where they differ.
   *
   * @throws RangeError for other than two to four models; SourceError, ApiError, ConnectionError, TimeoutError as for transcribe
   */
  async compare(source: AudioSource, options: CompareOptions = {}): Promise<Comparison> {
    return compare(this.#http, source, options);
  }

  /**
   * Opens a live stream: write samples (16-bit, 16 kHz, mono) as they are spoken. With `where: 'device'` nothing is sent.
   *
   * @throws ApiError "busy" when all places are taken; ConnectionError, TimeoutError; on a device SealscribeError "device_busy",
   * "device_unsupported", "device_files_missing", "recognizer_failed"
   * @example
   * ```ts
   * const stream = await client.stream({ onSegment: ({ text }) => console.log(text) });
   * for await (const chunk of microphone) await stream.write(chunk);
   * const transcript = await stream.finish();
   * ```
   */
  async stream(options: StreamOptions = {}): Promise<TranscriptStream> {
    if (isOnDevice(options)) return streamOnDevice(this.#http.platform, options);
    const { openStream } = await onDemand(import('./stream.js'));
    return openStream(this.#http, options);
  }

  /**
   * Makes an account, signs in and opens its empty vault.
   * @param options.recoveryWords From `newRecoveryWords`, once the person has written them down: they open the account when the
   * password is forgotten. Without them nothing and nobody does.
   * @throws ApiError "email_taken"; SealscribeError "bad_recovery_words" or "weak_password"
   */
  async signUp(credentials: Credentials, options: { recoveryWords?: string } = {}): Promise<Vault> {
    const { recoveryWords: words } = options;
    const recoveryKey =
      words === undefined
        ? undefined
        : await (await onDemand(import('./recovery-words.js'))).recoveryKeyOf(words);
    return this.#vault(await this.#accounts.signUp(credentials, recoveryKey));
  }

  /**
   * Signs in, without opening anything.
   * @throws WrongPasswordError; IntegrityError "weak_kdf" when the server offers a weaker derivation than is acceptable
   */
  async signIn(credentials: Credentials): Promise<Session> {
    return this.#accounts.signIn(credentials);
  }

  /**
   * Opens the vault, in the session there is; signs in where there is none or it has run out.
   * @param options.stay Keeps the account in the client's `stay` store, so that {@link resume} opens it without the password as long as
   * the session is good. Only for a person who asked for it: docs/threat-model.md says what whoever gets the device has then.
   * @throws WrongPasswordError; IntegrityError "weak_kdf" or "rollback"; TypeError where there is no store
   */
  async unlock(credentials: Credentials, options: { stay?: boolean } = {}): Promise<Vault> {
    const account = await this.#accounts.unlock(credentials);
    if (options.stay) await this.#stay.keep(account);
    return this.#vault(account);
  }

  /**
   * Opens the vault of the account that this device kept, without its password; undefined where none is kept or its session has ended.
   * @throws ConnectionError, TimeoutError
   */
  async resume(): Promise<Vault | undefined> {
    const account = await this.#stay.resume();
    return account && this.#vault(account);
  }

  /** Forgets what was kept to stay signed in; the session goes on. */
  async forgetKept(): Promise<void> {
    await this.#stay.forget();
  }

  #vault(account: OpenAccount): Vault {
    const [cache, lockAfter, openThread] = [this.#cache, this.#lockAfter, this.#openThread];
    return new Vault(this.#http, this.#freshness, account, { cache, lockAfter, openThread });
  }

  async #keys(): Promise<AccountKeys> {
    const { AccountKeys } = await onDemand(import('./account-keys.js'));
    return new AccountKeys(this.#http, this.#freshness, this.#accounts);
  }

  async #email(): Promise<EmailChange> {
    const { EmailChange } = await onDemand(import('./email-change.js'));
    return new EmailChange(this.#http, this.#accounts);
  }

  /**
   * Changes password, iterations or recovery key. Every other session ends. What somebody has who knows the old password and an
   * old copy of the server's data stays open to them: see {@link rotateAccountKey}.
   * @throws WrongPasswordError; SealscribeError "bad_recovery_words" or "weak_password"; RangeError for fewer iterations than there are
   */
  async changeKeys(credentials: Credentials, change: KeyChange): Promise<void> {
    await (await this.#keys()).change(credentials, change);
  }

  /**
   * Asks for another email. The account key is sealed anew for it here, and the server sends a code to the new address (or its operator
   * hands it out: `codeFrom`); until {@link confirmEmail} the old address stays. A change of the keys meanwhile drops the request, a
   * later request takes its place. Transcripts stay as they are; blobs of private mode do not: their key is made from the address, so
   * open them and save them again with a door opened before and one opened afterwards.
   * @throws WrongPasswordError; ApiError "email_taken", "unavailable" when the code cannot be sent; RangeError for the same address
   */
  async changeEmail(credentials: Credentials, newEmail: string): Promise<PendingEmail> {
    return (await this.#email()).start(credentials, newEmail);
  }

  /** The change of the email that waits for its code, or null. For show only: the address is what the server says. */
  async pendingEmail(): Promise<PendingEmail | null> {
    return (await this.#email()).pending();
  }

  /** Takes back a change of the email that waits for its code. */
  async cancelEmail(): Promise<void> {
    await (await this.#email()).cancel();
  }

  /**
   * Puts the new email in force with its code. Every other session ends; this one goes on.
   * @param credentials The old address, and the password.
   * @throws WrongPasswordError; ApiError "wrong_code", "email_taken"; TypeError when it cannot be a code
   */
  async confirmEmail(credentials: Credentials, newEmail: string, code: string): Promise<void> {
    await (await this.#email()).confirm(credentials, newEmail, code);
  }

  /**
   * Opens an account whose password is forgotten, with its recovery words; it has a new password and new words from then on, and
   * every other session ends.
   * @throws SealscribeError "wrong_recovery_words", "bad_recovery_words" or "weak_password"
   */
  async recover(recovery: Recovery): Promise<Vault> {
    return this.#vault(await (await this.#keys()).recover(recovery));
  }

  /**
   * Puts a new account key in the place of the old one, after a password became known to somebody: what is written from now on is
   * closed to them. Each transcript gets a new key of its own with its next change. Every other session ends.
   * @throws WrongPasswordError; IntegrityError; SealscribeError "bad_recovery_words"
   */
  async rotateAccountKey(credentials: Credentials, newRecoveryWords: string): Promise<Vault> {
    const account = await (await this.#keys()).rotate(credentials, newRecoveryWords);
    await this.#stay.forget();
    return this.#vault(account);
  }

  /**
   * Everything that the account has stored, as one archive of sealed bytes: key records, transcripts with their history, blobs.
   * Nothing is opened, so a session or an API key is enough. `openArchive` opens it, without any server.
   *
   * @returns A tar archive, as it comes; it errs with an ApiError or ConnectionError when it does not arrive whole.
   */
  exportArchive(options: { signal?: AbortSignal } = {}): ReadableStream<Uint8Array> {
    return exportArchive(this.#http, options.signal);
  }

  /**
   * Brings an opened archive into this account: everything is sealed anew under its keys. It may be done again: see
   * {@link Imported}.
   *
   * @throws WrongPasswordError; IntegrityError when the account, not the archive, is not in order; ApiError "payload_too_large"
   */
  async importArchive(
    archive: Archive,
    credentials: Credentials,
    options: ImportOptions = {},
  ): Promise<ImportResult> {
    const { accountId, accountKey } = await this.#accounts.unlock(credentials);
    const space = vaultSpace(this.#http, this.#freshness, accountId, () => accountKey);
    const { importArchive } = await onDemand(import('./archive/import-archive.js'));
    return importArchive(archive, { space, http: this.#http, credentials }, options);
  }

  /** Deletes everything that the account has stored, at once and for good. The account stays. */
  async deleteData(): Promise<void> {
    await this.#http.done(routes.deleteData);
    await this.#forgetCached(this.#http.session?.accountId);
  }

  /**
   * Deletes the account and everything in it, at once and for good.
   * @throws WrongPasswordError
   */
  async deleteAccount(credentials: Credentials): Promise<void> {
    await this.#forgetCached(await this.#accounts.delete(credentials));
    await this.#stay.forget();
  }

  /** What was kept on this device of an account's transcripts. */
  async #forgetCached(accountId: string | undefined): Promise<void> {
    if (accountId !== undefined) await new SealedCache(this.#cache, accountId).keepOnly(new Set());
  }

  /**
   * Opens private mode: the contract as published. The password is proven against the account first, because the baseline
   * itself cannot tell: sealed under a mistyped password, a transcript would be lost.
   * @throws WrongPasswordError; IntegrityError "weak_kdf" or "rollback"
   */
  async privateMode(credentials: Credentials): Promise<PrivateMode> {
    await this.#accounts.unlock(credentials);
    return PrivateMode.derive(this.#http, credentials);
  }

  /** Ends the session on the server and forgets it, and what was kept to stay signed in even where the server cannot be reached. */
  async signOut(): Promise<void> {
    await this.#stay.forget();
    await this.#accounts.signOut();
  }

  /** Lets go of all connections; requests that still run fail. */
  async close(): Promise<void> {
    await this.#http.platform.close?.();
  }
}
