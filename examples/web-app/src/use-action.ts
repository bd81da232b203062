/** Something that takes a while and may fail: whether it runs, and what went wrong, in the reader's language. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useStrings } from './strings/strings.js';
import { describeError } from './describe-error.js';

/** Runs actions one at a time. */
export interface Action {
  isRunning: boolean;
  error: string | undefined;
  /** Resolves with whether it succeeded; what it throws becomes `error`. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** State of one button or form. */
export function useAction(): Action {
  const t = useStrings();
  // Another language must not start an action again that an effect began.
  const strings = useRef(t);
  useEffect(() => {
    strings.current = t;
  }, [t]);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<string>();
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setRunning(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (failure) {
      setError(describeError(failure, strings.current));
      return false;
    } finally {
      setRunning(false);
    }
  }, []);
  return { isRunning, error, run };
}
