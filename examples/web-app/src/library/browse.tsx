/** The transcripts of a space: all of them, those with a tag, or the places where something is said. */
import { useState } from 'react';
import type { VaultEntry } from '@sealscribe/sdk-browser';
import { Icon } from '../icon.js';
import { useStrings } from '../strings/strings.js';
import { SearchResults } from './search-results.js';
import { TranscriptList } from './transcript-list.js';

/** A search field, the tags there are, and under them what they leave. */
export function Browse({ entries, empty }: { entries: readonly VaultEntry[] | undefined; empty: string }) {
  const t = useStrings();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<string>();
  if (!entries) return <p className="hint centred">{t.library.opening}</p>;
  if (entries.length === 0) return <p className="hint centred">{empty}</p>;
  const tags = [...new Set(entries.flatMap((entry) => entry.tags))].sort((a, b) => a.localeCompare(b));
  const tag = chosen !== undefined && tags.includes(chosen) ? chosen : undefined;
  const shown = tag === undefined ? entries : entries.filter((entry) => entry.tags.includes(tag));
  return (
    <>
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
      {tags.length > 0 && query.trim() === '' && (
        <div className="row tags" role="group" aria-label={t.tags.title}>
          {tags.map((each) => (
            <button
              key={each}
              type="button"
              className="tag"
              dir="auto"
              aria-pressed={each === tag}
              onClick={() => setChosen(each === tag ? undefined : each)}
            >
              {each}
            </button>
          ))}
        </div>
      )}
      {query.trim() === '' ? <TranscriptList entries={shown} /> : <SearchResults query={query} />}
    </>
  );
}
