/**
 * A live recording: microphone in, partial texts out, and a sealed transcript at its end. Where that fails, or somebody leaves in the
 * middle, what was recorded goes the way of a file: no word is lost to a network. What is to stay on the device is recognised there.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import {
  openMicrophone,
  SealscribeError,
  type Microphone,
  type Sealscribe,
  type StreamOptions,
  type TranscriptStream,
} from '@sealscribe/sdk-browser';
import { describeError } from '../describe-error.js';
import { useJobs } from '../library/jobs.js';
import { saveWithSound, useKeepsSound } from '../library/sound.js';
import { useIsDevice } from '../library/where.js';
import { keepRecording } from '../recordings.js';
import { useOpenSession, useSession } from '../session.js';
import { useLanguage, useStrings } from '../strings/strings.js';
import { toDate } from '../time-format.js';
import { useSpace } from '../workspaces/space.js';
import { toWav } from './wav.js';

const RATE = 16_000;

/** A recording that may run. */
export interface Live {
  state: 'idle' | 'starting' | 'loading' | 'recording' | 'saving';
  seconds: number;
  /** 0 to 1. */
  level: number;
  /** Segments that are final. */
  said: readonly string[];
  partial: string;
  error: string | undefined;
  start: () => Promise<void>;
  /** Ends it and saves what was said. */
  stop: () => Promise<void>;
  /** Ends it and saves nothing. */
  discard: () => void;
}

interface Running {
  microphone: Microphone;
  /** Undefined where the recogniser of this device has something else to do. */
  stream: TranscriptStream | undefined;
  chunks: Int16Array<ArrayBuffer>[];
  pump: Promise<void>;
  abort: AbortController;
  release: () => void;
}

/** One recording at a time; `onSaved` gets the id of the transcript. */
export function useLive(onSaved: (id: string) => void): Live {
  const t = useStrings();
  const { language } = useLanguage();
  const { client } = useOpenSession();
  const { transcripts, workspace } = useSpace();
  const { keepOpen } = useSession();
  const { add } = useJobs();
  const isDevice = useIsDevice();
  const keepsSound = useKeepsSound();
  const [state, setState] = useState<Live['state']>('idle');
  const [seconds, setSeconds] = useState(0);
  const [level, setLevel] = useState(0);
  const [said, setSaid] = useState<readonly string[]>([]);
  const [partial, setPartial] = useState('');
  const [error, setError] = useState<string>();
  const running = useRef<Running>(undefined);
  /** Ends what is still being opened. */
  const opening = useRef<AbortController>(undefined);

  const end = useCallback(() => {
    const now = running.current;
    running.current = undefined;
    opening.current?.abort();
    now?.microphone.stop();
    now?.abort.abort();
    now?.release();
    setLevel(0);
    setState('idle');
  }, []);
  /** Ends it, and hands on what was recorded. */
  const rescue = useCallback(() => {
    const chunks = running.current?.chunks ?? [];
    end();
    if (chunks.length === 0) return;
    const name = t.live.titleOf(toDate(new Date().toISOString(), language));
    add([new File([toWav(chunks, RATE)], `${name}.wav`, { type: 'audio/wav' })], workspace);
  }, [end, add, workspace, t, language]);
  const leave = useRef(rescue);
  useEffect(() => {
    leave.current = rescue;
  }, [rescue]);
  useEffect(() => () => leave.current(), []);

  const fail = useCallback(
    (failure: unknown) => {
      rescue();
      setError(describeError(failure, t));
    },
    [rescue, t],
  );

  const start = useCallback(async () => {
    setState('starting');
    setError(undefined);
    setSaid([]);
    setPartial('');
    setSeconds(0);
    const abort = (opening.current = new AbortController());
    let microphone: Microphone | undefined;
    try {
      const opened = (microphone = await openMicrophone());
      const stream = await openStream(client, {
        where: isDevice ? 'device' : 'server',
        signal: abort.signal,
        onProgress: () => setState('loading'),
        onPartial: ({ text }) => setPartial(text),
        onSegment: ({ text }) => {
          setSaid((before) => [...before, text]);
          setPartial('');
        },
      });
      const chunks: Int16Array<ArrayBuffer>[] = [];
      const pump = (async () => {
        let samples = 0;
        for await (const chunk of opened) {
          chunks.push(chunk);
          samples += chunk.length;
          setSeconds(samples / RATE);
          setLevel(loudness(chunk));
          await stream?.write(chunk);
        }
      })();
      running.current = { microphone, stream, chunks, pump, abort, release: keepOpen() };
      pump.catch((failure: unknown) => {
        if (running.current?.abort === abort) fail(failure);
      });
      setState('recording');
    } catch (failure) {
      microphone?.stop();
      fail(failure);
    }
  }, [client, isDevice, keepOpen, fail]);

  const stop = useCallback(async () => {
    const now = running.current;
    if (!now) return;
    setState('saving');
    try {
      now.microphone.stop();
      await now.pump;
      if (!now.stream) return rescue();
      const transcript = await now.stream.finish();
      const title = t.live.titleOf(toDate(new Date().toISOString(), language));
      const sound = toWav(now.chunks, RATE);
      const { id } = await (keepsSound
        ? saveWithSound(transcripts, transcript, { title }, sound)
        : transcripts.save(transcript, { title }));
      keepRecording(id, sound);
      running.current = undefined;
      now.release();
      onSaved(id);
    } catch (failure) {
      fail(failure);
    }
  }, [transcripts, keepsSound, t, language, rescue, fail, onSaved]);

  return { state, seconds, level, said, partial, error, start, stop, discard: end };
}

/** Undefined while the recogniser of this device is busy with a file: what is recorded waits for its end, as a file too. */
async function openStream(client: Sealscribe, options: StreamOptions): Promise<TranscriptStream | undefined> {
  try {
    return await client.stream(options);
  } catch (failure) {
    if (failure instanceof SealscribeError && failure.code === 'device_busy') return undefined;
    throw failure;
  }
}

/** How loud samples are, 0 to 1, as ears take it: a whisper is already a fifth. */
function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += (sample / 32_768) ** 2;
  const decibels = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-9);
  return Math.min(1, Math.max(0, (decibels + 60) / 60));
}
