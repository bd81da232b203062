/** What page and vault worker say to each other. Keys go over as CryptoKeys that nobody can read out, never as bytes. */
import type { NumberedKey, SignedIn, ThreadAccount, ThreadCalls } from '@sealscribe/sdk-core';
import type { PackedError } from './packed-error.js';

/** The calls that the worker answers. */
export type CallName = keyof ThreadCalls;

/** The workspace that a call is for, with its key as the page has it. */
export interface CallPlace extends NumberedKey {
  id: string;
}

/** Where the worker keeps sealed bytes: a database of the origin by its name, the page's own store, or its memory. */
export type WorkerCache = { kind: 'database'; name: string } | { kind: 'page' } | { kind: 'memory' };

/** A change of a mark, made only where it still is what it was; without it, the mark is read. */
export interface Swap {
  expected: string | undefined;
  next: string;
}

/** What the worker asks of the page: its stores, and the key of a workspace that is in force now. */
export type Question =
  | { store: 'workspace'; name: string }
  | { store: 'freshness'; name: string; swap?: Swap }
  | { store: 'cache'; call: 'get' | 'delete' | 'names'; name: string }
  | { store: 'cache'; call: 'put'; name: string; bytes: Uint8Array };

/** From the page. */
export type ToWorker =
  | { kind: 'start'; account: ThreadAccount; cache: WorkerCache }
  /** `hears`: whether somebody listens to what is not in order. */
  | {
      kind: 'call';
      id: number;
      name: CallName;
      values: unknown[];
      hears: boolean;
      who: SignedIn;
      /** Undefined for the vault itself. */
      workspace: CallPlace | undefined;
    }
  | { kind: 'close'; workspaceId: string }
  | { kind: 'abort'; id: number }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'refused'; id: number; error: PackedError };

/** From the worker. */
export type FromWorker =
  | { kind: 'done'; id: number; value: unknown }
  | { kind: 'failed'; id: number; error: PackedError }
  | { kind: 'problem'; id: number; error: PackedError }
  /** The key was used. */
  | { kind: 'used' }
  | { kind: 'ask'; id: number; question: Question };
