/**
 * Staying signed in in a browser: session and account key in IndexedDB, the key as a CryptoKey that no script can read out. Its bytes
 * lie in the browser's profile all the same: whoever gets that has the key. And as long as it is kept, every script of this origin can
 * use it, in every tab.
 */
import type { KeepableAccount, KeptAccount, StayStore } from '@sealscribe/sdk-core';
import { openDatabase } from './open-database.js';

const STORE = 'accounts';

/** Keeps one account for each server in a database of the page's origin. */
export class IndexedDbStay implements StayStore {
  /** @param name Name of the database. */
  constructor(private readonly name = 'sealscribe-stay') {}

  async keep(server: string, { accountId, accountKey, session }: KeepableAccount): Promise<void> {
    const kept: KeptAccount = { accountId, accountKey, session };
    await this.#run('readwrite', (store) => store.put(kept, server));
  }

  async load(server: string): Promise<KeptAccount | undefined> {
    return this.#run('readonly', (store) => store.get(server) as IDBRequest<KeptAccount | undefined>);
  }

  async forget(server: string): Promise<void> {
    await this.#run('readwrite', (store) => store.delete(server));
  }

  /** Opens the database for one piece of work, so that it can be deleted in between. */
  async #run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await openDatabase(this.name, STORE);
    try {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      return await new Promise<T>((resolve, reject) => {
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error ?? new Error('The browser keeps nothing.'));
      });
    } finally {
      database.close();
    }
  }
}
