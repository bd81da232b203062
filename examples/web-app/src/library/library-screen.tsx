/** Everything in the vault: bring something in, look for something, or open what is there. */
import { useEffect, useState } from 'react';
import type { VaultEntry } from '@sealscribe/sdk-browser';
import { describeError } from '../describe-error.js';
import { Icon } from '../icon.js';
import { Notice } from '../notice.js';
import { useOpenSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { DropZone } from './drop-zone.js';
import { JobList } from './job-list.js';
import { useJobs } from './jobs.js';
import { SearchResults } from './search-results.js';
import { TranscriptList } from './transcript-list.js';

/** The first screen of an open vault. */
export function LibraryScreen() {
  const t = useStrings();
  const { add } = useJobs();
  const { entries, problems, error } = useEntries();
  const [query, setQuery] = useState('');
  return (
    <div className="library">
      <h1 className="unseen">{t.frame.library}</h1>
      <DropZone onFiles={add} />
      <JobList />
      <Notice>{error}</Notice>
      <Notice>{problems > 0 ? t.library.problems(problems) : undefined}</Notice>
      {entries && entries.length > 0 && (
        <label className="search">
          <Icon name="search" />
          <input
            type="search"
            dir="auto"
            placeholder={t.library.search}
            aria-label={t.library.search}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
      )}
      {query.trim() === '' ? <TranscriptList entries={entries} /> : <SearchResults query={query} />}
    </div>
  );
}

function useEntries() {
  const t = useStrings();
  const { vault } = useOpenSession();
  const { saved } = useJobs();
  const [entries, setEntries] = useState<readonly VaultEntry[]>();
  const [problems, setProblems] = useState(0);
  const [error, setError] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    let wrong = 0;
    vault
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
  }, [vault, saved, t]);
  return { entries, problems, error };
}
