/** What a space lists, read again whenever something was saved. */
import { useEffect, useState } from 'react';
import type { VaultEntry } from '@sealscribe/sdk-browser';
import { describeError } from '../describe-error.js';
import { useStrings } from '../strings/strings.js';
import { useSpace } from './space.js';

/** The transcripts of the space; undefined while they are being opened. `changed` is any value that changes when they do. */
export function useEntries(changed: unknown): {
  entries: readonly VaultEntry[] | undefined;
  /** How many are not in order and were left out. */
  problems: number;
  error: string | undefined;
} {
  const t = useStrings();
  const { transcripts } = useSpace();
  const [entries, setEntries] = useState<readonly VaultEntry[]>();
  const [problems, setProblems] = useState(0);
  const [error, setError] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    let wrong = 0;
    transcripts
      .list({ signal: abort.signal, onProblem: () => wrong++ })
      .then((found) => {
        if (abort.signal.aborted) return;
        setEntries(found);
        setProblems(wrong);
        setError(undefined);
      })
      .catch((failure: unknown) => {
        if (!abort.signal.aborted) setError(describeError(failure, t));
      });
    return () => abort.abort();
  }, [transcripts, changed, t]);
  return { entries, problems, error };
}
