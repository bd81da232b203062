/** Where the vault says what somebody looks for. Searched on this device; the server sees neither the question nor the answer. */
import { useEffect, useState, type ReactNode } from 'react';
import type { SearchHit } from '@sealscribe/sdk-browser';
import { describeError } from '../describe-error.js';
import { Notice } from '../notice.js';
import { go } from '../route.js';
import { useStrings } from '../strings/strings.js';
import { speakerLabel } from '../transcript/speaker-label.js';
import { toClock } from '../time-format.js';
import { useSpace } from '../workspaces/space.js';

const PAUSE_MS = 150;
const LIMIT = 100;

/** Hits for a query, as it is typed. */
export function SearchResults({ query }: { query: string }) {
  const t = useStrings();
  const { place } = useSpace();
  const { hits, error } = useHits(query);
  if (error !== undefined) return <Notice>{error}</Notice>;
  if (!hits) return <p className="hint centred">{t.library.searching}</p>;
  return (
    <>
      <p className="hint" role="status">
        {hits.length >= LIMIT ? t.library.moreHits(LIMIT) : t.library.hits(hits.length)}
      </p>
      <ul className="entries">
        {hits.map((hit) => (
          <li key={`${hit.id} ${hit.segment}`}>
            <button
              type="button"
              className="entry"
              onClick={() => go({ screen: 'transcript', id: hit.id, at: hit.time, ...place })}
            >
              <span className="hit-text" dir="auto">
                {marked(hit)}
              </span>
              <span className="entry-facts">
                <span dir="auto">{hit.title ?? t.untitled}</span>
                {hit.segment !== null && <span>{toClock(hit.time)}</span>}
                {hit.speaker !== null && <span dir="auto">{speakerLabel(hit.speaker, t)}</span>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function useHits(query: string) {
  const t = useStrings();
  const { transcripts } = useSpace();
  const [hits, setHits] = useState<readonly SearchHit[]>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      transcripts
        .search(query, { limit: LIMIT, signal: abort.signal, onProblem: () => undefined })
        .then((found) => {
          if (abort.signal.aborted) return;
          setHits(found);
          setError(undefined);
        })
        .catch((failure: unknown) => {
          if (!abort.signal.aborted) setError(describeError(failure, t));
        });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [transcripts, query, t]);
  return { hits, error };
}

function marked({ text, highlights }: SearchHit): ReactNode[] {
  let at = 0;
  const pieces = highlights.flatMap(([start, end]) => {
    const before = text.slice(at, start);
    at = end;
    return [before, <mark key={start}>{text.slice(start, end)}</mark>];
  });
  return [...pieces, text.slice(at)];
}
