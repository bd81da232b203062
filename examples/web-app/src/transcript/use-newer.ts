/** Whether somebody else has changed a transcript of a workspace while it is shown: asked now and then, and when the tab is looked at again. */
import { useEffect, useState } from 'react';
import type { VaultTranscript } from '@sealscribe/sdk-browser';
import { useSpace } from '../workspaces/space.js';

const PAUSE_MS = 8_000;

/** The transcript as it is now, where that is newer than `revision`; nothing is asked unless `isWatching`. */
export function useNewer(id: string, revision: number, isWatching: boolean): VaultTranscript | undefined {
  const { transcripts } = useSpace();
  const [newer, setNewer] = useState<VaultTranscript>();
  useEffect(() => {
    if (!isWatching) return undefined;
    const abort = new AbortController();
    const { signal } = abort;
    const look = () => {
      if (document.visibilityState === 'hidden') return;
      transcripts
        .history(id, { signal })
        .then(async ([present]) => {
          if (present && present.revision > revision) setNewer(await transcripts.open(id, { signal }));
        })
        // Whoever is offline, or was taken out, learns it from what they do next.
        .catch(() => undefined);
    };
    const timer = setInterval(look, PAUSE_MS);
    document.addEventListener('visibilitychange', look, { signal });
    window.addEventListener('focus', look, { signal });
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [transcripts, id, revision, isWatching]);
  return isWatching && newer && newer.revision > revision ? newer : undefined;
}
