/** A choice for every recording from now on, kept in this browser; off until somebody makes it. */
import { useSyncExternalStore } from 'react';

/** One choice. */
export interface KeptChoice {
  choose: (isOn: boolean) => void;
  /** Whether it is made. */
  useChoice: () => boolean;
}

/** The choice under a name; `on` is what is kept of one that is made. */
export function keptChoice(name: string, on: string): KeptChoice {
  const listeners = new Set<() => void>();
  let chosen: boolean | undefined;
  const read = () => {
    try {
      chosen ??= localStorage.getItem(name) === on;
    } catch {
      // A browser may forbid storage: then it is chosen anew with every visit.
    }
    return chosen ?? false;
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    choose: (isOn) => {
      chosen = isOn;
      try {
        if (isOn) localStorage.setItem(name, on);
        else localStorage.removeItem(name);
      } catch {
        // As above.
      }
      listeners.forEach((listener) => listener());
    },
    useChoice: () => useSyncExternalStore(subscribe, read),
  };
}
