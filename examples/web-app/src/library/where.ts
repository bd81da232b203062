/** Where recordings are recognised: by the server, or here. The choice is kept in this browser. */
import { useSyncExternalStore } from 'react';

const KEY = 'sealscribe-where';
const DEVICE = 'device';

const listeners = new Set<() => void>();
let isDevice: boolean | undefined;

function read(): boolean {
  try {
    isDevice ??= localStorage.getItem(KEY) === DEVICE;
  } catch {
    // A browser may forbid storage: then it is chosen anew with every visit.
  }
  return isDevice ?? false;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Chooses, for every recording from now on. */
export function chooseDevice(next: boolean): void {
  isDevice = next;
  try {
    if (next) localStorage.setItem(KEY, DEVICE);
    else localStorage.removeItem(KEY);
  } catch {
    // As above.
  }
  listeners.forEach((listener) => listener());
}

/** Whether recordings stay on this device. */
export function useIsDevice(): boolean {
  return useSyncExternalStore(subscribe, read);
}
