/**
 * Sealed transcripts in IndexedDB, for a search that need not fetch them again. What is here opens only with the account's key; when
 * the browser clears it, it is fetched again.
 */
import type { CacheStore } from '@sealscribe/sdk-core';
import { openDatabase } from './open-database.js';

const STORE = 'sealed';

/** Keeps sealed bytes in a database of the page's origin. */
export class IndexedDbCache implements CacheStore {
  #database: Promise<IDBDatabase> | undefined;

  /** @param name Name of the database. */
  constructor(readonly name = 'sealscribe-cache') {}

  async get(name: string): Promise<Uint8Array | undefined> {
    const found: unknown = await this.#run('readonly', (store) => store.get(name));
    return found instanceof Uint8Array ? found : undefined;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    // A copy, so that no larger buffer that it is a view of is stored with it.
    await this.#run('readwrite', (store) => store.put(bytes.slice(), name));
  }

  async delete(name: string): Promise<void> {
    await this.#run('readwrite', (store) => store.delete(name));
  }

  async names(prefix: string): Promise<string[]> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const keys = await this.#run('readonly', (store) => store.getAllKeys(range));
    return keys.filter((key) => typeof key === 'string');
  }

  async #run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    this.#database ??= openDatabase(this.name, STORE);
    this.#database.catch(() => (this.#database = undefined));
    const transaction = (await this.#database).transaction(STORE, mode);
    const request = work(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('The browser keeps no more data.'));
    });
  }
}
