/**
 * The worker in which a vault is sealed, opened and searched: a file of its own with everything in it, because a worker finds no packages.
 * It speaks with the server itself, and with nobody else but its page.
 */
import {
  MemoryCache,
  openTranscripts,
  type CacheStore,
  type FreshnessStore,
  type WorkingVault,
} from '@sealscribe/sdk-core';
import { IndexedDbCache } from './indexed-db-cache.js';
import { browserPlatform } from './platform.js';
import type { FromWorker, Question, ToWorker, WorkerCache } from './worker/messages.js';
import { packError, unpackError } from './worker/packed-error.js';

let vault: WorkingVault | undefined;
const running = new Map<number, AbortController>();
const asked = new Map<number, { resolve: (value: never) => void; reject: (failure: unknown) => void }>();
let questions = 0;

const tell = (message: FromWorker): void => postMessage(message);

const ask = <T>(question: Question): Promise<T> =>
  new Promise((resolve, reject) => {
    const id = questions++;
    asked.set(id, { resolve, reject });
    tell({ kind: 'ask', id, question });
  });

/** The page's marks: read, changed here, and written only where no other tab was faster. */
const freshness: FreshnessStore = {
  async update(name, change) {
    const look = (swap?: { expected: string | undefined; next: string }) =>
      ask<{ stored: string | undefined; isDone: boolean }>({
        ...{ store: 'freshness', name },
        ...(swap && { swap }),
      });
    let { stored, isDone } = await look();
    while (!isDone) ({ stored, isDone } = await look({ expected: stored, next: change(stored) }));
  },
};

const pageCache: CacheStore = {
  get: (name) => ask({ store: 'cache', call: 'get', name }),
  put: (name, bytes) => ask({ store: 'cache', call: 'put', name, bytes }),
  delete: (name) => ask({ store: 'cache', call: 'delete', name }),
  names: (name) => ask({ store: 'cache', call: 'names', name }),
};

const cacheOf = (cache: WorkerCache): CacheStore =>
  cache.kind === 'database'
    ? new IndexedDbCache(cache.name)
    : cache.kind === 'page'
      ? pageCache
      : new MemoryCache();

/** The calls; where the page listens to what is not in order, so does the vault. */
async function perform(
  { id, name, values, hears, workspace }: Extract<ToWorker, { kind: 'call' }>,
  signal: AbortSignal,
): Promise<unknown> {
  if (!vault) throw new Error('The worker has no vault yet.');
  const transcripts = workspace
    ? await vault.workspace(workspace.id, workspace, () => ask({ store: 'workspace', name: workspace.id }))
    : vault.transcripts;
  const onProblem = (problem: Error) => tell({ kind: 'problem', id, error: packError(problem) });
  const [first, second] = values as [never, object | undefined];
  switch (name) {
    case 'save':
    case 'update':
      return transcripts[name](...(values as [never, never]));
    case 'open':
      return transcripts.open(first, { ...second, signal });
    case 'search':
      return transcripts.search(first, { ...second, signal, ...(hears && { onProblem }) });
  }
}

async function call(message: Extract<ToWorker, { kind: 'call' }>): Promise<void> {
  const { id } = message;
  const controller = new AbortController();
  running.set(id, controller);
  try {
    vault?.signIn(message.who);
    tell({ kind: 'done', id, value: await perform(message, controller.signal) });
  } catch (failure) {
    tell({ kind: 'failed', id, error: packError(failure) });
  } finally {
    running.delete(id);
  }
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const answered = asked.get(data.kind === 'answer' || data.kind === 'refused' ? data.id : -1);
  if (data.kind === 'start')
    vault = openTranscripts(data.account, browserPlatform(), {
      ...{ freshness, cache: cacheOf(data.cache) },
      used: () => tell({ kind: 'used' }),
    });
  else if (data.kind === 'call') void call(data);
  else if (data.kind === 'close') vault?.closeWorkspace(data.workspaceId);
  else if (data.kind === 'abort') running.get(data.id)?.abort();
  else if (data.kind === 'answer') answered?.resolve(data.value as never);
  else answered?.reject(unpackError(data.error));
  if (answered && 'id' in data) asked.delete(data.id);
});
