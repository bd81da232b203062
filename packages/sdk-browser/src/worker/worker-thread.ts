/**
 * The vault's worker, seen from the page: calls go over, results and errors come back as they are. Started with the first call, and again
 * with the next one after it broke off; ended when the vault is locked, and everything that it opened is gone with it.
 */
import {
  MemoryCache,
  SealscribeError,
  type IntegrityError,
  type KeySource,
  type ThreadAccount,
  type ThreadCalls,
  type ThreadHome,
  type VaultThread,
} from '@sealscribe/sdk-core';
import { IndexedDbCache } from '../indexed-db-cache.js';
import type { CallName, CallPlace, FromWorker, Question, ToWorker, WorkerCache } from './messages.js';
import { packError, unpackError } from './packed-error.js';
import { startWorker, workerFailed, type WorkerOption } from './start-worker.js';

/** What a call is heard by besides its result. */
interface Listeners {
  signal?: AbortSignal | undefined;
  onProblem?: ((problem: IntegrityError) => void) | undefined;
}

interface Pending extends Listeners {
  resolve: (value: unknown) => void;
  reject: (failure: unknown) => void;
}

/** Thrown to leave a mark as it is. */
const UNCHANGED = new Error('The mark stays as it is.');

/** A vault whose calls are done by a worker. */
export class WorkerThread implements VaultThread {
  #worker: Worker | undefined;
  #calls = 0;
  readonly #pending = new Map<number, Pending>();
  /** Where the keys of workspaces come from. */
  readonly #workspaces = new Map<string, KeySource>();

  constructor(
    private readonly option: Exclude<WorkerOption, boolean> | true,
    private readonly account: ThreadAccount,
    private readonly home: ThreadHome,
  ) {}

  readonly #own = this.#callsFor(undefined);
  save: VaultThread['save'] = this.#own.save;
  update: VaultThread['update'] = this.#own.update;
  open: VaultThread['open'] = this.#own.open;
  search: VaultThread['search'] = this.#own.search;

  workspace(id: string, source: KeySource): ThreadCalls {
    this.#workspaces.set(id, source);
    return this.#callsFor(id);
  }

  closeWorkspace(id: string): void {
    this.#workspaces.delete(id);
    this.#tell({ kind: 'close', workspaceId: id });
  }

  #callsFor(workspaceId: string | undefined): ThreadCalls {
    return {
      save: (...values) => this.#call('save', values, { workspaceId }),
      update: (...values) => this.#call('update', values, { workspaceId }),
      open: (id, { signal, ...options } = {}) => this.#call('open', [id, options], { workspaceId, signal }),
      search: (query, { signal, onProblem, ...options } = {}) =>
        this.#call('search', [query, options], { workspaceId, signal, onProblem }),
    };
  }

  end(): void {
    this.#stop(new SealscribeError('locked', 'The vault was locked meanwhile.'));
  }

  #stop(failure: unknown): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#pending.values()) reject(failure);
    this.#pending.clear();
  }

  #start(): Worker {
    const worker = startWorker(this.option);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    worker.onmessageerror = (event) => this.#stop(workerFailed(event));
    worker.onerror = (event) => {
      event.preventDefault();
      this.#stop(workerFailed(new Error(event.message)));
    };
    const message: ToWorker = { kind: 'start', account: this.account, cache: cacheOf(this.home) };
    worker.postMessage(message);
    return worker;
  }

  #tell(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  async #call<T>(
    name: CallName,
    values: unknown[],
    { workspaceId, signal, onProblem }: Listeners & { workspaceId: string | undefined },
  ): Promise<T> {
    signal?.throwIfAborted();
    const workspace = workspaceId === undefined ? undefined : this.#placeOf(workspaceId);
    this.#worker ??= this.#start();
    const id = this.#calls++;
    const result = new Promise<unknown>((resolve, reject) =>
      this.#pending.set(id, { resolve, reject, onProblem }),
    );
    const abort = () => {
      this.#pending.get(id)?.reject(signal?.reason);
      this.#pending.delete(id);
      this.#tell({ kind: 'abort', id });
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const hears = onProblem !== undefined;
      this.#tell({ kind: 'call', id, name, values, hears, who: this.home.signedIn(), workspace });
    } catch (cause) {
      this.#pending.delete(id);
      throw new TypeError('What the vault is given must be plain data', { cause });
    }
    try {
      return (await result) as T;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @throws SealscribeError "locked" when the workspace was left */
  #placeOf(id: string): CallPlace {
    const source = this.#workspaces.get(id);
    if (!source) throw new SealscribeError('locked', 'The workspace is closed: open it again.');
    return { id, ...source.current() };
  }

  #hear(message: FromWorker): void {
    if (message.kind === 'used') return this.home.used();
    if (message.kind === 'ask') return void this.#answer(message.id, message.question);
    const call = this.#pending.get(message.id);
    if (message.kind === 'problem') return call?.onProblem?.(unpackError(message.error) as IntegrityError);
    this.#pending.delete(message.id);
    if (message.kind === 'done') call?.resolve(message.value);
    else call?.reject(unpackError(message.error));
  }

  async #answer(id: number, question: Question): Promise<void> {
    try {
      this.#tell({ kind: 'answer', id, value: await this.#ask(question) });
    } catch (failure) {
      this.#tell({ kind: 'refused', id, error: packError(failure) });
    }
  }

  async #ask(question: Question): Promise<unknown> {
    const { cache, freshness } = this.home;
    const { name } = question;
    if (question.store === 'workspace') {
      await this.#workspaces.get(name)?.refresh();
      return this.#placeOf(name);
    }
    if (question.store === 'cache')
      return question.call === 'put' ? cache.put(name, question.bytes) : cache[question.call](name);
    const { swap } = question;
    let stored: string | undefined;
    let isDone = false;
    const change = (present: string | undefined): string => {
      stored = present;
      if (!swap || present !== swap.expected) throw UNCHANGED;
      isDone = true;
      return swap.next;
    };
    await freshness.update(name, change).catch((failure: unknown) => {
      if (failure !== UNCHANGED) throw failure;
    });
    return { stored, isDone };
  }
}

function cacheOf({ cache }: ThreadHome): WorkerCache {
  if (cache instanceof IndexedDbCache) return { kind: 'database', name: cache.name };
  return { kind: cache instanceof MemoryCache ? 'memory' : 'page' };
}
