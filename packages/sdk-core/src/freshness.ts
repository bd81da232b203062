/**
 * What a device remembers so that a server cannot pass off an old state as the present one (docs/formats.md, account-v1 and
 * sealed-v1, "Freshness"): high-water marks only, never keys or text. One text per account holds the marks of its index and
 * transcripts, one per email and server the strength of its key derivation; where they are kept is the platform's choice.
 */
import { checkFreshness, sha256, type Mark } from '@sealscribe/crypto';
import { IntegrityError, SealscribeError } from './errors.js';
import { explain } from './integrity.js';

/** Where the marks are kept. Texts are opaque to the store. */
export interface FreshnessStore {
  /**
   * Replaces the text kept under `name` by what `change` makes of it (undefined where there is none yet), as one indivisible
   * step. What `change` throws is thrown on, and then nothing is changed.
   */
  update(name: string, change: (stored: string | undefined) => string): Promise<void>;
}

/** Marks that last as long as the process. */
export class MemoryFreshness implements FreshnessStore {
  readonly #texts = new Map<string, string>();

  async update(name: string, change: (stored: string | undefined) => string): Promise<void> {
    this.#texts.set(name, change(this.#texts.get(name)));
  }
}

interface VaultMarks {
  index: Mark | null;
  transcripts: Record<string, Mark>;
}

/** The marks of one space: an account's vault, or a workspace. */
export class VaultFreshness {
  constructor(
    private readonly store: FreshnessStore,
    private readonly spaceId: string,
  ) {}

  /**
   * Takes note of the index; undefined means that the server has none.
   * @throws IntegrityError "rollback" or "fork"
   */
  async seeIndex(mark: Mark | undefined): Promise<void> {
    await this.#update((marks) => {
      if (mark) check(marks.index, mark);
      else if (marks.index)
        throw new IntegrityError('rollback', 'The server says that the vault is empty; it was not.');
      return { ...marks, index: mark ?? null };
    });
  }

  /**
   * Takes note of transcripts; those that fail are left as they were remembered.
   * @returns the failures: IntegrityError "rollback" or "fork", by id
   */
  async seeTranscripts(seen: ReadonlyMap<string, Mark>): Promise<Map<string, IntegrityError>> {
    const problems = new Map<string, IntegrityError>();
    await this.#update((marks) => {
      const transcripts = { ...marks.transcripts };
      for (const [id, mark] of seen) {
        try {
          check(transcripts[id] ?? null, mark, id);
          transcripts[id] = mark;
        } catch (problem) {
          problems.set(id, problem as IntegrityError);
        }
      }
      return { ...marks, transcripts };
    });
    return problems;
  }

  /** Takes note of a write of this device that the server has acknowledged; a deleted transcript is forgotten. */
  async wrote(index: Mark, id: string, card: Mark | undefined): Promise<void> {
    await this.#update((marks) => {
      const { [id]: before, ...others } = marks.transcripts;
      const newer = card && !(before && before.revision > card.revision) ? card : before;
      return {
        index: marks.index && marks.index.revision > index.revision ? marks.index : index,
        transcripts: card && newer ? { ...others, [id]: newer } : others,
      };
    });
  }

  async #update(change: (marks: VaultMarks) => VaultMarks): Promise<void> {
    await this.store.update(`vault:${this.spaceId}`, (stored) => {
      const marks = stored === undefined ? { index: null, transcripts: {} } : read(stored, isVaultMarks);
      return JSON.stringify(change(marks));
    });
  }
}

function check(remembered: Mark | null, seen: Mark, id?: string): void {
  try {
    checkFreshness(remembered ?? undefined, seen);
  } catch (failure) {
    throw explain(failure, id);
  }
}

/** The roster of a workspace that this device accepted last. */
export class RosterFreshness {
  constructor(
    private readonly store: FreshnessStore,
    private readonly accountId: string,
    private readonly workspaceId: string,
  ) {}

  /** Epoch and hash; undefined where there is none yet. */
  async known(): Promise<Mark | undefined> {
    let known: Mark | null = null;
    await this.#update((mark) => (known = mark));
    return known ?? undefined;
  }

  /**
   * Takes note of a roster.
   * @throws IntegrityError "rollback" or "fork"
   */
  async see(seen: Mark): Promise<void> {
    await this.#update((mark) => {
      check(mark, seen);
      return seen;
    });
  }

  async #update(change: (mark: Mark | null) => Mark | null): Promise<void> {
    await this.store.update(`roster:${this.accountId}:${this.workspaceId}`, (stored) =>
      JSON.stringify(change(stored === undefined ? null : read(stored, isMarkOrNull))),
    );
  }
}

/** How an account's key was derived when this device saw it last. */
export interface KeyMark {
  keyVersion: number;
  iterations: number;
}

/** The key derivation of one account on one server. */
export class KeyFreshness {
  constructor(
    private readonly store: FreshnessStore,
    private readonly server: string,
    private readonly email: string,
  ) {}

  /**
   * Compares with what is remembered, before any key is derived.
   * @throws IntegrityError "weak_kdf" for fewer iterations, "rollback" for an older key record
   */
  async check(seen: Partial<KeyMark>): Promise<void> {
    await this.#update((mark) => {
      checkKeyMark(mark, seen);
      return mark;
    });
  }

  /** Takes note of a key record that opened. */
  async see(seen: KeyMark): Promise<void> {
    await this.#update((mark) => {
      checkKeyMark(mark, seen);
      return seen;
    });
  }

  /** Forgets what was, for an account that this device has just made or deleted. */
  async restart(mark: KeyMark | null): Promise<void> {
    await this.#update(() => mark);
  }

  async #update(change: (mark: KeyMark | null) => KeyMark | null): Promise<void> {
    // Hashed so that the marks do not tell who uses this device.
    const account = JSON.stringify([this.server, this.email]);
    const name = `keys:${await sha256(new TextEncoder().encode(account))}`;
    await this.store.update(name, (stored) =>
      JSON.stringify(change(stored === undefined ? null : read(stored, isKeyMarkOrNull))),
    );
  }
}

function checkKeyMark(mark: KeyMark | null, seen: Partial<KeyMark>): void {
  if (!mark) return;
  if (seen.iterations !== undefined && seen.iterations < mark.iterations)
    throw new IntegrityError('weak_kdf', 'The server offers a weaker key derivation than this account had.');
  if (seen.keyVersion !== undefined && seen.keyVersion < mark.keyVersion)
    throw new IntegrityError(
      'rollback',
      'The server gave an older key record than this device has already seen.',
    );
}

function read<T>(text: string, is: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(text);
    if (is(value)) return value;
  } catch {
    // said below
  }
  // Never taken for "nothing seen yet": that would switch the protection off.
  throw new SealscribeError(
    'freshness_unreadable',
    'What this device remembers of the vault is damaged. Remove it only if you trust the server for now.',
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isMark = (value: unknown): value is Mark =>
  isObject(value) && Number.isSafeInteger(value['revision']) && typeof value['sha256'] === 'string';
const isMarkOrNull = (value: unknown): value is Mark | null => value === null || isMark(value);
const isVaultMarks = (value: unknown): value is VaultMarks =>
  isObject(value) &&
  (value['index'] === null || isMark(value['index'])) &&
  isObject(value['transcripts']) &&
  Object.values(value['transcripts']).every(isMark);
const isKeyMarkOrNull = (value: unknown): value is KeyMark | null =>
  value === null ||
  (isObject(value) && Number.isSafeInteger(value['keyVersion']) && Number.isSafeInteger(value['iterations']));
