/** The vault: save, list, open, update, delete. */
import type { Transcript } from '@sealscribe/protocol';
import type { IntegrityError } from './errors.js';
import type { Changes, Labels, Saved, VaultEntry, VaultTranscript } from './vault-types.js';

/** An unlocked vault. */
export interface Vault {
  readonly accountId: string;
  save(transcript: Transcript, labels?: Labels): Promise<Saved>;
  /**
   * Everything in the vault, newest first, every card verified against the index.
   * @throws DamagedVaultError when some are not in order (with the good ones on it), unless `onProblem` takes them
   */
  list(options?: {
    signal?: AbortSignal;
    onProblem?: (problem: IntegrityError) => void;
  }): Promise<VaultEntry[]>;
  open(id: string, options?: { words?: boolean; signal?: AbortSignal }): Promise<VaultTranscript>;
  /** @throws ConflictError when the transcript is not at `revision` any more */
  update(id: string, changes: Changes, options?: { revision?: number }): Promise<Saved>;
  delete(id: string, options?: { revision?: number }): Promise<void>;
  /** Revision of the index and the first 8 hex digits of its hash, such as "17-3fa9c01b", to compare two devices by eye. */
  fingerprint(): Promise<string>;
  /** Forgets the keys; every later call throws SealscribeError "locked". */
  lock(): void;
}
