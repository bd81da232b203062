/** A database of the page's origin with one store of values by name. */
import { SealscribeError } from '@sealscribe/sdk-core';

/** @throws SealscribeError "feature_missing" where the browser has none, or does not let this page have one */
export async function openDatabase(name: string, store: string): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(store);
    return await new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('The database did not open.'));
    });
  } catch (cause) {
    throw new SealscribeError(
      'feature_missing',
      'This browser keeps no data for this page (IndexedDB): allow it, or leave out `cache` and `stay`.',
      { cause },
    );
  }
}
