/**
 * Who may come in, decided before a body is read: at most so many transcriptions run, so many more wait (their recordings
 * already in memory, within the budget), and one account can take only half of the places. The rest is told to come back.
 */
import { HttpError } from '../http-error.js';
import { ChunkStore } from './chunk-store.js';
import { MemoryBudget } from './memory-budget.js';

const FORM_BYTES = 64 * 1024;

/** The limits of admission. */
export interface AdmissionLimits {
  /** Transcriptions that run at once. */
  readonly running: number;
  /** Transcriptions that may wait. */
  readonly waiting: number;
  /** Bytes of one recording. */
  readonly upload: number;
  /** Bytes of all recordings. */
  readonly memory: number;
}

/** What one account may have, within what the server gives everybody; nothing where it has no limit of its own. */
export interface Allowance {
  /** Transcriptions at once. */
  readonly concurrent?: number | undefined;
  /** Bytes of one file. */
  readonly fileBytes?: number | undefined;
  /** Seconds of audio that it may still use. */
  readonly seconds?: number | undefined;
}

/** A place for one transcription. */
export interface Ticket {
  readonly account: string;
  readonly allowance: Allowance;
  /** Where the recording goes that comes with the request. */
  readonly upload: ChunkStore;
  /** What is transcribed: that, or what {@link use} put in its place. */
  readonly recording: ChunkStore;
  /** Transcribes a recording that came earlier, and calls `release` instead of wiping it. */
  use(recording: ChunkStore, release: () => void): void;
  /** Resolves when the transcription may start, at once when it has started. @throws the signal's reason. */
  turn(signal: AbortSignal, onPosition?: (ahead: number) => void): Promise<void>;
  /** Wipes the recording and frees the place; may be called again. */
  release(): void;
}

interface Waiter {
  readonly account: string;
  start(): void;
  moved(ahead: number): void;
}

/** Counts places and bytes. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #budget: MemoryBudget;
  readonly #waiters: Waiter[] = [];
  readonly #perAccount = new Map<string, { admitted: number; running: number }>();
  #admitted = 0;
  #running = 0;
  #draining = false;
  #onEmpty: (() => void) | undefined;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
    this.#budget = new MemoryBudget(limits.memory);
  }

  /** Transcriptions admitted and not released. */
  get admitted(): number {
    return this.#admitted;
  }

  /** Transcriptions that have begun. */
  get running(): number {
    return this.#running;
  }

  /** Transcriptions whose recording is there and that wait for their turn. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Transcriptions of one account that are admitted and not released. */
  admittedOf(account: string): number {
    return this.#perAccount.get(account)?.admitted ?? 0;
  }

  /** Transcriptions that can be there at once. */
  get places(): number {
    return this.#limits.running + this.#limits.waiting;
  }

  /** The memory of recordings. */
  get budget(): MemoryBudget {
    return this.#budget;
  }

  /**
   * Takes a place for a recording of the announced number of bytes (0 when unknown).
   *
   * @throws {HttpError} `unavailable` while draining, `payload_too_large`, `too_many_at_once`, `busy`.
   */
  admit(account: string, announced: number, allowance: Allowance = {}): Ticket {
    if (this.#draining) throw new HttpError('unavailable', 'The server is stopping.', { retryAfter: 30 });
    const most = Math.min(this.#limits.upload, allowance.fileBytes ?? Infinity);
    // The body also holds the form around the file.
    if (announced > most + FORM_BYTES) throw new HttpError('payload_too_large');
    const places = this.#limits.running + this.#limits.waiting;
    const mine = this.#perAccount.get(account) ?? { admitted: 0, running: 0 };
    if (this.#admitted >= places || mine.admitted >= Math.max(1, Math.ceil(places / 2)))
      throw new HttpError('busy', undefined, { retryAfter: 5 + this.#waiters.length });
    if (mine.admitted >= (allowance.concurrent ?? Infinity))
      throw new HttpError('too_many_at_once', undefined, { retryAfter: 10 });
    const upload = new ChunkStore(this.#budget, most, Math.min(announced, most));
    this.#admitted++;
    mine.admitted++;
    this.#perAccount.set(account, mine);
    return this.#ticket({ account, allowance }, mine, upload);
  }

  /** Admits nobody from now on; resolves when everybody has left. */
  async drain(): Promise<void> {
    this.#draining = true;
    if (this.#admitted > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
  }

  #ticket(
    whose: Pick<Ticket, 'account' | 'allowance'>,
    mine: { admitted: number; running: number },
    upload: ChunkStore,
  ): Ticket {
    const { account } = whose;
    let state: 'admitted' | 'running' | 'released' = 'admitted';
    const turn = (signal: AbortSignal, onPosition: (ahead: number) => void = () => undefined) =>
      new Promise<void>((resolve, reject) => {
        signal.throwIfAborted();
        if (state === 'running') return resolve();
        const leave = () => {
          this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
          reject(signal.reason as Error);
        };
        const waiter: Waiter = {
          account,
          moved: onPosition,
          start: () => {
            signal.removeEventListener('abort', leave);
            state = 'running';
            resolve();
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        this.#waiters.push(waiter);
        this.#startNext();
      });
    let recording = upload;
    let releaseUsed = () => undefined as void;
    const use = (used: ChunkStore, whenReleased: () => void) => {
      recording = used;
      releaseUsed = whenReleased;
    };
    const release = () => {
      if (state === 'released') return;
      if (state === 'running') {
        this.#running--;
        mine.running--;
      }
      state = 'released';
      upload.release();
      releaseUsed();
      this.#admitted--;
      if (--mine.admitted === 0) this.#perAccount.delete(account);
      this.#startNext();
      if (this.#admitted === 0) this.#onEmpty?.();
    };
    return {
      ...whose,
      upload,
      get recording() {
        return recording;
      },
      use,
      turn,
      release,
    };
  }

  /** Starts waiting transcriptions, oldest first, passing over accounts that have half of the running places. */
  #startNext(): void {
    const share = Math.max(1, Math.ceil(this.#limits.running / 2));
    const mayStart = ({ account }: Waiter) => (this.#perAccount.get(account)?.running ?? 0) < share;
    while (this.#running < this.#limits.running) {
      const index = this.#waiters.findIndex(mayStart);
      const [waiter] = index < 0 ? [] : this.#waiters.splice(index, 1);
      if (waiter === undefined) break;
      this.#running++;
      const mine = this.#perAccount.get(waiter.account);
      if (mine !== undefined) mine.running++;
      waiter.start();
    }
    this.#waiters.forEach((waiter, index) => waiter.moved(index));
  }
}
