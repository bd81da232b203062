/** One transcript: read and listened to, edited, exported, shared, deleted. */
import { useEffect, useState } from 'react';
import type { VaultTranscript } from '@sealscribe/sdk-browser';
import { describeError } from '../describe-error.js';
import { Notice } from '../notice.js';
import { useStrings } from '../strings/strings.js';
import { useSpace } from '../workspaces/space.js';
import { OpenTranscript } from './open-transcript.js';

/** Opens a transcript and shows it; `at` is where to begin, in seconds. */
export function TranscriptScreen({ id, at }: { id: string; at: number | undefined }) {
  const t = useStrings();
  const { transcripts } = useSpace();
  const [opened, setOpened] = useState<VaultTranscript>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    transcripts
      .open(id, { signal: abort.signal })
      .then((found) => !abort.signal.aborted && setOpened(found))
      .catch((failure: unknown) => !abort.signal.aborted && setError(describeError(failure, t)));
    return () => abort.abort();
  }, [transcripts, id, t]);
  if (error !== undefined) return <Notice>{error}</Notice>;
  if (!opened) return <p className="hint centred">{t.library.opening}</p>;
  return <OpenTranscript key={opened.revision} opened={opened} at={at} onReload={setOpened} />;
}
