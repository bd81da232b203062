/**
 * Recordings on their way to becoming sealed transcripts. They go on while somebody looks at other screens; two at a time, the rest wait
 * here and not in the server's memory. What fails keeps its recording, and its text where there is one already, for another try; what
 * failed for want of a network is tried again when there is one.
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
import {
  SealscribeError,
  type Labels,
  type Progress,
  type Transcript,
  type Workspace,
} from '@sealscribe/sdk-browser';
import { describeError } from '../describe-error.js';
import { keepRecording } from '../recordings.js';
import { useOpenSession, useSession } from '../session.js';
import { useStrings } from '../strings/strings.js';
import { saveWithSound, useKeepsSound } from './sound.js';
import { useIsDevice } from './where.js';

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
  readonly error?: string | undefined;
  /** Why its sound was not kept, where it was to be. */
  readonly lost?: string;
  /** Of the transcript, once it is saved. */
  readonly id?: string;
  /** Where it goes; undefined is the account's own vault. */
  readonly workspace?: Workspace | undefined;
}

interface JobsValue {
  jobs: readonly Job[];
  /** Counts what was saved, so that lists know when to look again. */
  saved: number;
  /** Takes recordings in, whose transcripts go into the workspace, or into the account's own vault. */
  add: (files: Iterable<File>, workspace?: Workspace) => void;
  /** Goes on with what failed. */
  retry: (key: number) => void;
  /** Stops a job that runs, or takes away one that has ended. */
  remove: (key: number) => void;
}

/** What a job has until it is saved. */
interface Held {
  file: File;
  /** As it was chosen when the recording came: what is to stay here is not sent by another try either. */
  where: 'server' | 'device';
  workspace: Workspace | undefined;
  /** Likewise. */
  keepsSound: boolean;
  /** Once the recording is understood. */
  transcript?: Transcript;
  /** While it runs. */
  abort?: AbortController;
  isOffline?: boolean;
}

const Context = createContext<JobsValue | undefined>(undefined);

/** Runs jobs for everything below. */
export function JobsProvider({ children }: { children: ReactNode }) {
  const t = useStrings();
  const strings = useRef(t);
  useEffect(() => {
    strings.current = t;
  }, [t]);
  const { client, vault } = useOpenSession();
  const { keepOpen } = useSession();
  const [jobs, setJobs] = useState<readonly Job[]>([]);
  const [saved, setSaved] = useState(0);
  const work = useRef({ next: 1, running: 0, waiting: [] as (() => void)[] });
  const held = useRef(new Map<number, Held>());

  // A locked vault takes nothing in: what is on its way then is let go.
  useEffect(() => {
    const all = held.current;
    return () => all.forEach(({ abort }) => abort?.abort());
  }, []);

  const change = useCallback((key: number, to: Partial<Job>) => {
    setJobs((all) => all.map((job) => (job.key === key ? { ...job, ...to } : job)));
  }, []);

  const run = useCallback(
    async (key: number) => {
      const job = held.current.get(key);
      if (!job) return;
      const stop = keepOpen();
      const { signal } = (job.abort = new AbortController());
      const { name } = job.file;
      try {
        let text = '';
        job.transcript ??= await client.transcribe(
          { data: job.file },
          {
            where: job.where,
            diarize: true,
            signal,
            onProgress: ({ stage, fraction }) => change(key, { stage, fraction }),
            onSegment: (segment) => change(key, { text: (text = `${text} ${segment.text}`.slice(-400)) }),
          },
        );
        change(key, { stage: 'sealing', fraction: 0 });
        const into = job.workspace ?? vault;
        const labels = { title: titleOf(name), fileName: name };
        const onProgress: Labels['onProgress'] = ({ bytes, total = 0 }) =>
          change(key, { fraction: bytes / Math.max(1, total) });
        const { id, refusal }: Awaited<ReturnType<typeof saveWithSound>> = job.keepsSound
          ? await saveWithSound(into, job.transcript, { ...labels, signal, onProgress }, job.file)
          : await into.save(job.transcript, labels);
        keepRecording(id, job.file);
        held.current.delete(key);
        change(key, {
          stage: 'saved',
          id,
          ...(refusal && { lost: describeError(refusal, strings.current) }),
        });
        setSaved((count) => count + 1);
      } catch (failure) {
        if (signal.aborted) return;
        job.isOffline = failure instanceof SealscribeError && failure.code === 'connection_failed';
        change(key, { stage: 'failed', error: describeError(failure, strings.current) });
      } finally {
        stop();
      }
    },
    [client, vault, keepOpen, change],
  );

  const queue = useCallback(
    (key: number) => {
      const start = () => {
        work.current.running++;
        void run(key).finally(() => {
          work.current.running--;
          work.current.waiting.shift()?.();
        });
      };
      if (work.current.running < AT_ONCE) start();
      else work.current.waiting.push(start);
    },
    [run],
  );

  const where = useIsDevice() ? 'device' : 'server';
  const keepsSound = useKeepsSound();
  const add = useCallback(
    (files: Iterable<File>, workspace?: Workspace) => {
      for (const file of files) {
        const key = work.current.next++;
        held.current.set(key, { file, where, workspace, keepsSound });
        const { name } = file;
        setJobs((all) => [...all, { key, name, workspace, stage: 'queued', fraction: 0, text: '' }]);
        queue(key);
      }
    },
    [queue, where, keepsSound],
  );

  const retry = useCallback(
    (key: number) => {
      change(key, { stage: 'queued', fraction: 0, text: '', error: undefined });
      queue(key);
    },
    [change, queue],
  );
  useEffect(() => {
    const goOn = () => {
      for (const [key, job] of held.current) {
        if (!job.isOffline) continue;
        job.isOffline = false;
        retry(key);
      }
    };
    window.addEventListener('online', goOn);
    return () => window.removeEventListener('online', goOn);
  }, [retry]);

  const remove = useCallback((key: number) => {
    held.current.get(key)?.abort?.abort();
    held.current.delete(key);
    setJobs((all) => all.filter((job) => job.key !== key));
  }, []);

  const isUnfinished = jobs.some(({ stage }) => stage !== 'saved');
  useEffect(() => {
    if (!isUnfinished) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isUnfinished]);

  const value = useMemo(() => ({ jobs, saved, add, retry, remove }), [jobs, saved, add, retry, remove]);
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
