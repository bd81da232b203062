/**
 * The open vault. The key lives in this object and nowhere else: a reload, "Lock" or a quarter of an hour without a touch forgets it,
 * and the password opens the vault again. Whoever asks to stay signed in has it kept by the browser (stay.ts) until they lock.
 */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { OpenSession } from './open-session.js';
import { forgetRecordings } from './recordings.js';
import { forgetStay } from './stay.js';

const IDLE_MS = 15 * 60_000;

interface SessionValue {
  session: OpenSession | undefined;
  open: (session: OpenSession) => void;
  /** Forgets the key and ends the session on the server. */
  lock: () => void;
  /** Has something done before the key is forgotten; call what it returns when there is nothing left to do. */
  beforeLock: (work: () => Promise<unknown>) => () => void;
  /** Keeps the vault open while something runs; call what it returns when that ends. */
  keepOpen: () => () => void;
}

const Context = createContext<SessionValue | undefined>(undefined);

/** Holds the open vault for everything below. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<OpenSession>();
  const [running] = useState(() => new Set<symbol>());
  const [unfinished] = useState(() => new Set<() => Promise<unknown>>());
  const lock = useCallback(() => {
    const last = [...unfinished].map((work) => work());
    setSession(undefined);
    forgetRecordings();
    forgetStay();
    void Promise.allSettled(last).then(() => {
      session?.vault.lock();
      // Offline, the session runs out on the server by itself.
      session?.client.signOut().catch(() => undefined);
    });
  }, [session, unfinished]);
  const beforeLock = useCallback(
    (work: () => Promise<unknown>) => {
      unfinished.add(work);
      return () => void unfinished.delete(work);
    },
    [unfinished],
  );
  const keepOpen = useCallback(() => {
    const one = Symbol();
    running.add(one);
    return () => void running.delete(one);
  }, [running]);
  // Who stays signed in through a night does not mean to be locked out over lunch.
  useIdleLock(session?.stays === false, lock, running);
  const value = useMemo(
    () => ({ session, open: setSession, lock, beforeLock, keepOpen }),
    [session, lock, beforeLock, keepOpen],
  );
  return <Context value={value}>{children}</Context>;
}

function useIdleLock(isOpen: boolean, lock: () => void, running: ReadonlySet<symbol>) {
  useEffect(() => {
    if (!isOpen) return undefined;
    let touched = Date.now();
    const touch = () => (touched = Date.now());
    const timer = setInterval(() => {
      if (running.size > 0) touch();
      else if (Date.now() - touched > IDLE_MS) lock();
    }, 5_000);
    const events = ['pointerdown', 'keydown'] as const;
    for (const name of events) window.addEventListener(name, touch);
    return () => {
      clearInterval(timer);
      for (const name of events) window.removeEventListener(name, touch);
    };
  }, [isOpen, lock, running]);
}

/** The session, open or not. */
export function useSession(): SessionValue {
  const value = useContext(Context);
  if (!value) throw new TypeError('useSession is for components inside SessionProvider');
  return value;
}

/** The open session, for screens that are shown only with one. */
export function useOpenSession(): OpenSession {
  const { session } = useSession();
  if (!session) throw new TypeError('useOpenSession is for screens of an open vault');
  return session;
}
