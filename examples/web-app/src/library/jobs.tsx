/**
 * Recordings on their way to becoming sealed transcripts. They go on while somebody looks at other screens; two at a time, the rest wait
 * here and not in the server's memory.
 */
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import type { Progress, Transcript } from '@sealscribe/sdk-browser';
import { describeError } from '../describe-error.js';
import { keepRecording } from '../recordings.js';
import { useOpenSession, useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';

const AT_ONCE = 2;

/** One recording. */
export interface Job {
  readonly key: number;
  readonly name: string;
  /** `queued` until it is sent, `sealing` once the text is here, then `saved` or `failed`. */
  readonly stage: Progress['stage'] | 'queued' | 'sealing' | 'saved' | 'failed';
  /** 0 to 1 of the stage. */
  readonly fraction: number;
  /** What has been understood so far. */
  readonly text: string;
  readonly error?: string;
  /** Of the transcript, once it is saved. */
  readonly id?: string;
}

interface JobsValue {
  jobs: readonly Job[];
  /** Counts what was saved, so that lists know when to look again. */
  saved: number;
  add: (files: Iterable<File>) => void;
  /** Stops a job that runs, or takes away one that has ended. */
  remove: (key: number) => void;
}

const Context = createContext<JobsValue | undefined>(undefined);

/** Runs jobs for everything below. */
export function JobsProvider({ children }: { children: ReactNode }) {
  const t = useStrings();
  const { client, vault } = useOpenSession();
  const { keepOpen } = useSession();
  const [jobs, setJobs] = useState<readonly Job[]>([]);
  const [saved, setSaved] = useState(0);
  const work = useRef({ next: 1, running: 0, waiting: [] as (() => void)[] });
  const aborts = useRef(new Map<number, AbortController>());

  // A locked vault takes nothing in: what is on its way then is let go.
  useEffect(() => {
    const all = aborts.current;
    return () => all.forEach((abort) => abort.abort());
  }, []);

  const change = useCallback((key: number, to: Partial<Job>) => {
    setJobs((all) => all.map((job) => (job.key === key ? { ...job, ...to } : job)));
  }, []);

  const run = useCallback(
    async (key: number, file: File) => {
      const stop = keepOpen();
      const abort = aborts.current.get(key);
      try {
        abort?.signal.throwIfAborted();
        let text = '';
        const transcript: Transcript = await client.transcribe(
          { data: file },
          {
            diarize: true,
            ...(abort && { signal: abort.signal }),
            onProgress: ({ stage, fraction }) => change(key, { stage, fraction }),
            onSegment: (segment) => change(key, { text: (text = `${text} ${segment.text}`.slice(-400)) }),
          },
        );
        change(key, { stage: 'sealing', fraction: 1 });
        const { id } = await vault.save(transcript, { title: titleOf(file.name), fileName: file.name });
        keepRecording(id, file);
        change(key, { stage: 'saved', id });
        setSaved((count) => count + 1);
      } catch (failure) {
        if (!abort?.signal.aborted) change(key, { stage: 'failed', error: describeError(failure, t) });
      } finally {
        aborts.current.delete(key);
        stop();
      }
    },
    [client, vault, keepOpen, change, t],
  );

  const add = useCallback(
    (files: Iterable<File>) => {
      for (const file of files) {
        const key = work.current.next++;
        aborts.current.set(key, new AbortController());
        setJobs((all) => [...all, { key, name: file.name, stage: 'queued', fraction: 0, text: '' }]);
        const start = () => {
          work.current.running++;
          void run(key, file).finally(() => {
            work.current.running--;
            work.current.waiting.shift()?.();
          });
        };
        if (work.current.running < AT_ONCE) start();
        else work.current.waiting.push(start);
      }
    },
    [run],
  );

  const remove = useCallback((key: number) => {
    aborts.current.get(key)?.abort();
    setJobs((all) => all.filter((job) => job.key !== key));
  }, []);

  const value = useMemo(() => ({ jobs, saved, add, remove }), [jobs, saved, add, remove]);
  return <Context value={value}>{children}</Context>;
}

/** A file's name without its extension. */
const titleOf = (name: string) => name.replace(/\.[A-Za-z0-9]{1,5}$/, '') || name;

/** The jobs there are. */
export function useJobs(): JobsValue {
  const value = useContext(Context);
  if (!value) throw new TypeError('useJobs is for components inside JobsProvider');
  return value;
}
