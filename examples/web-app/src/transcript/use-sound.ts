/**
 * The sound of a transcript: in memory from this visit, or kept sealed with it, and then opened into memory when somebody wants to hear
 * it. Nothing of it is fetched before.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { VaultTranscript } from '@sealscribe/sdk-browser';
import { keepRecording, recordingOf } from '../recordings.js';
import { useSession } from '../session.js';
import { useAction } from '../use-action.js';
import { useSpace } from '../workspaces/space.js';

/** What can be done with it. */
export interface Sound {
  /** In memory, ready to be played. */
  recording: Blob | undefined;
  /** Bytes of what is kept; undefined where nothing is. */
  kept: number | undefined;
  /** 0 to 1 while something is on its way. */
  fraction: number | undefined;
  error: string | undefined;
  /** Takes a file of this device, for this visit. */
  take: (recording: Blob) => void;
  /** Fetches and opens what is kept. */
  load: () => Promise<unknown>;
  /** Seals what is in memory and keeps it. */
  keep: () => Promise<unknown>;
  /** Deletes what is kept; what is in memory stays for this visit. */
  remove: () => Promise<boolean>;
}

/** `onReload` takes the transcript as it is once its sound was kept or deleted. */
export function useSound(opened: VaultTranscript, onReload: (current: VaultTranscript) => void): Sound {
  const { transcripts } = useSpace();
  const { keepOpen } = useSession();
  const { error, run } = useAction();
  const { id } = opened;
  const [recording, setRecording] = useState(() => recordingOf(id));
  const [fraction, setFraction] = useState<number>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const watched = useCallback(
    (work: (options: WatchOptions) => Promise<unknown>) =>
      run(async () => {
        const { signal } = (running.current = new AbortController());
        const stop = keepOpen();
        setFraction(0);
        try {
          await work({
            signal,
            onProgress: ({ bytes, total = 0 }) => setFraction(bytes / Math.max(1, total)),
          });
        } finally {
          setFraction(undefined);
          stop();
        }
      }),
    [run, keepOpen],
  );
  const take = (found: Blob) => {
    keepRecording(id, found);
    setRecording(found);
  };
  return {
    recording,
    kept: opened.recording?.size,
    fraction,
    error,
    take,
    load: () =>
      watched(async (options) => {
        const found = await (await transcripts.recording(id, options))?.blob();
        if (found) take(found);
      }),
    keep: () =>
      watched(async (options) => {
        if (!recording) return;
        await transcripts.attachRecording(id, { data: recording }, { ...options, revision: opened.revision });
        onReload(await transcripts.open(id));
      }),
    remove: () =>
      run(async () => {
        await transcripts.detachRecording(id);
        onReload(await transcripts.open(id));
      }),
  };
}

type WatchOptions = {
  signal: AbortSignal;
  onProgress: (progress: { bytes: number; total: number | undefined }) => void;
};
