/**
 * Recordings that come in parts: each in memory, counted against the same budget as all recordings, of one account, and wiped
 * when it was used, taken back or left alone for too long. Whoever comes later takes the place of whoever came before: a
 * client whose connection broke is not kept waiting by what is left of that connection.
 */
import { randomBytes } from 'node:crypto';
import { HttpError } from '../http-error.js';
import { ChunkStore } from './chunk-store.js';
import type { MemoryBudget } from './memory-budget.js';

const MOST = 10_000;
const MOST_PER_ACCOUNT = 32;
/** Seconds after which an upload is dropped of which nothing ever came. */
const EMPTY_SECONDS = 60;
/** Memory is reserved in blocks of this many bytes, as it is used. */
const BLOCK = 1024 ** 2;

/** The limits of uploads. */
export interface UploadLimits {
  /** Bytes of one. */
  readonly size: number;
  /** Seconds for which one may be left alone. */
  readonly idle: number;
}

/** How far an upload is. */
export interface UploadState {
  readonly id: string;
  /** Bytes that are there. */
  readonly offset: number;
  /** Bytes of the whole. */
  readonly length: number;
  /** When it is dropped if nothing happens. */
  readonly expires: Date;
}

/** Takes the bytes of one request. */
export interface Receiver {
  /** Aborted when the bytes are not wanted any more: another request took over, or the upload is gone. */
  readonly signal: AbortSignal;
  /** Copies bytes in; the caller wipes its own. @throws {HttpError} `payload_too_large` past the length, the signal's reason. */
  append(bytes: Uint8Array): void;
  /** No more bytes come from this request; what came stays. */
  end(): void;
}

/** A whole upload in use for one request. */
export interface Claim {
  readonly store: ChunkStore;
  /** Aborted when another request took over, or the upload was taken back. */
  readonly signal: AbortSignal;
  /** The bytes are not read any more by this request. */
  release(): void;
  /** The request is over. Once its answer was sent whole the upload is gone; otherwise it may be named again. */
  answered(whole: boolean): void;
}

/** One that is open. */
interface Upload {
  readonly id: string;
  readonly account: string;
  readonly length: number;
  readonly store: ChunkStore;
  expires: number;
  timer: NodeJS.Timeout | undefined;
  /** Ends whatever request uses it at the moment, and stands for that request. */
  user: AbortController | undefined;
  /** Requests that may still read its bytes. */
  readers: number;
}

/** All uploads that are open. */
export class Uploads {
  readonly #budget: MemoryBudget;
  readonly #limits: UploadLimits;
  readonly #open = new Map<string, Upload>();
  #closed = false;

  constructor(budget: MemoryBudget, limits: UploadLimits) {
    this.#budget = budget;
    this.#limits = limits;
  }

  /** How many are open. */
  get count(): number {
    return this.#open.size;
  }

  /** Bytes that came of all of them. */
  get bytes(): number {
    return [...this.#open.values()].reduce((sum, { store }) => sum + store.length, 0);
  }

  /** Bytes of the largest that is taken. */
  get maxSize(): number {
    return this.#limits.size;
  }

  /**
   * Opens one and reserves its memory.
   *
   * @param most bytes that its account may send
   * @throws {HttpError} `unavailable` while the server stops; `payload_too_large`; `busy` when there are too many, or an account's
   * would reserve more than half of all memory (one alone may).
   */
  create(account: string, length: number, most = Infinity): UploadState {
    if (this.#closed) throw stopping();
    if (length > Math.min(this.#limits.size, most)) throw new HttpError('payload_too_large');
    const mine = [...this.#open.values()].filter((upload) => upload.account === account);
    const bytes = mine.reduce((sum, upload) => sum + upload.length, length);
    if (
      this.#open.size >= MOST ||
      mine.length >= MOST_PER_ACCOUNT ||
      (mine.length > 0 && bytes > this.#budget.total / 2)
    )
      throw new HttpError('busy', 'There are too many open uploads.', { retryAfter: 10 });
    const reserve = Math.min(Math.ceil(length / BLOCK) * BLOCK, this.#budget.total);
    const upload: Upload = {
      id: randomBytes(16).toString('base64url'),
      account,
      length,
      store: new ChunkStore(this.#budget, reserve, reserve),
      expires: 0,
      timer: undefined,
      user: undefined,
      readers: 0,
    };
    this.#open.set(upload.id, upload);
    this.#leaveAlone(upload);
    return this.state(account, upload.id);
  }

  /** @throws {HttpError} `not_found` */
  state(account: string, id: string): UploadState {
    const { store, length, user, expires } = this.#find(account, id);
    // What is in use is not dropped: its time begins anew when that ends.
    const at = user === undefined ? expires : Date.now() + 1000 * this.#limits.idle;
    return { id, offset: store.length, length, expires: new Date(at) };
  }

  /**
   * Begins to take bytes at an offset.
   *
   * @throws {HttpError} `not_found`; `conflict` when the offset is not the present one; `payload_too_large` when more bytes are
   * announced than are missing.
   */
  receive(account: string, id: string, offset: number, announced: number): Receiver {
    const upload = this.#find(account, id);
    if (offset !== upload.store.length)
      throw new HttpError('conflict', 'Upload-Offset is not where the upload ends: ask for it with HEAD.');
    if (offset + announced > upload.length) throw tooMuch();
    const user = this.#takeOver(upload);
    return {
      signal: user.signal,
      append: (bytes) => {
        user.signal.throwIfAborted();
        if (upload.store.length + bytes.length > upload.length) throw tooMuch();
        upload.store.append(bytes);
      },
      end: () => this.#letGo(upload, user),
    };
  }

  /**
   * Takes a whole upload into use.
   *
   * @throws {HttpError} `not_found`; `conflict` when bytes are missing.
   */
  claim(account: string, id: string): Claim {
    const upload = this.#find(account, id);
    if (upload.store.length < upload.length)
      throw new HttpError('conflict', 'The upload is not complete: send the rest first.');
    const user = this.#takeOver(upload);
    upload.readers++;
    let reading = true;
    return {
      store: upload.store,
      signal: user.signal,
      release: () => {
        if (!reading) return;
        reading = false;
        upload.readers--;
        if (this.#open.get(id) !== upload) wipeUnread(upload);
        // A client that never reads its answer keeps the recording here no longer than one that is silent.
        else if (upload.user === user) this.#leaveAlone(upload);
      },
      answered: (whole) => {
        if (upload.user !== user) return;
        if (whole) this.#drop(upload, new HttpError('not_found'));
        else this.#letGo(upload, user);
      },
    };
  }

  /** Drops one. @throws {HttpError} `not_found` */
  remove(account: string, id: string): void {
    this.#drop(this.#find(account, id), new HttpError('conflict', 'The upload was taken back.'));
  }

  /** Drops all of an account that is deleted. */
  removeAllOf(account: string): void {
    for (const upload of this.#open.values())
      if (upload.account === account) this.#drop(upload, new HttpError('not_found'));
  }

  /** Drops those that no transcription uses, and opens no more. */
  close(): void {
    this.#closed = true;
    for (const upload of this.#open.values()) if (upload.readers === 0) this.#drop(upload, stopping());
  }

  #find(account: string, id: string): Upload {
    const upload = this.#open.get(id);
    if (upload?.account !== account)
      throw new HttpError(
        'not_found',
        'There is no such upload: it was used, taken back, or left alone for too long.',
      );
    return upload;
  }

  #takeOver(upload: Upload): AbortController {
    upload.user?.abort(new HttpError('conflict', 'Another request went on with this upload.'));
    clearTimeout(upload.timer);
    return (upload.user = new AbortController());
  }

  #letGo(upload: Upload, user: AbortController): void {
    if (upload.user !== user) return;
    upload.user = undefined;
    this.#leaveAlone(upload);
  }

  #leaveAlone(upload: Upload): void {
    const { idle } = this.#limits;
    const ms = 1000 * (upload.store.length === 0 ? Math.min(EMPTY_SECONDS, idle) : idle);
    clearTimeout(upload.timer);
    upload.expires = Date.now() + ms;
    upload.timer = setTimeout(() => this.#drop(upload, new HttpError('not_found')), ms).unref();
  }

  #drop(upload: Upload, reason: HttpError): void {
    clearTimeout(upload.timer);
    this.#open.delete(upload.id);
    upload.user?.abort(reason);
    upload.user = undefined;
    wipeUnread(upload);
  }
}

/** What is still read is wiped by its last reader: a wiped block may hold somebody else's recording a moment later. */
function wipeUnread({ readers, store }: Upload): void {
  if (readers === 0) store.release();
}

const tooMuch = () =>
  new HttpError('payload_too_large', 'These are more bytes than the upload was announced with.');
const stopping = () => new HttpError('unavailable', 'The server is stopping.', { retryAfter: 30 });
