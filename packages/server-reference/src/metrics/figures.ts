/** What the server holds and does at the moment, read when somebody asks: places, queues, recognisers, bytes, memory. */
import { statSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';
import { residentBytes } from '../media/memory-watch.js';
import { JOB_ENDS, type Jobs } from '../transcription/jobs.js';
import { JOB_KINDS, JOB_OUTCOMES, PROCESS_ENDS } from '../transcription/recognizer-figures.js';
import type { StreamPlaces } from '../transcription/stream-places.js';
import type { Transcriber } from '../transcription/transcriber.js';
import { DELIVERY_OUTCOMES, type Deliveries } from '../webhooks/deliveries.js';

/** Where the figures come from. */
export interface Sources {
  readonly transcriber: Transcriber;
  readonly streams: StreamPlaces;
  readonly jobs: Jobs;
  readonly deliveries: Deliveries;
  /** Files of the store. */
  readonly files: readonly string[];
}

/** Registers all figures. */
export function registerFigures(
  registry: Registry,
  { transcriber, streams, jobs, deliveries, files }: Sources,
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      ...{ name: `sealscribe_${name}`, help, registers },
      async collect() {
        this.set(await read());
      },
    });
  const figures = () => transcriber.figures;
  gauge('transcriptions_running', 'Transcriptions that have begun.', () => figures().running);
  gauge('transcriptions_waiting', 'Transcriptions that wait for their turn.', () => figures().waiting);
  gauge(
    'queue_seconds',
    'Seconds of audio without text yet, of all recordings that wait or run; about.',
    () => figures().secondsWaiting,
  );
  gauge('transcription_places', 'Transcriptions that can be there at once.', () => figures().places);
  gauge('recording_bytes', 'Memory set aside for recordings.', () => figures().memory.used);
  gauge('recording_bytes_limit', 'Memory that recordings may take.', () => figures().memory.total);
  gauge('uploads_open', 'Recordings that come in parts.', () => transcriber.uploads.count);
  gauge('upload_bytes', 'Bytes that came of recordings in parts.', () => transcriber.uploads.bytes);
  gauge('streams_open', 'Live streams.', () => streams.taken);
  gauge('stream_places', 'Live streams that can be there at once.', () => streams.total);
  gauge('recogniser_processes', 'Recogniser processes.', () => figures().pids.length);
  gauge(
    'recogniser_jobs_waiting',
    'Pieces of audio that wait for a recogniser.',
    () => figures().jobsWaiting,
  );
  gauge('recogniser_reachable', 'Whether what runs the models is there: 1 or 0.', () =>
    Number(transcriber.reachable),
  );
  gauge('webhooks_held', 'Sealed transcripts that wait for their receivers.', () => deliveries.held);
  gauge('stored_bytes', 'Size of the store on disk.', () => sum(files.map(sizeOf)));

  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  gauge('event_loop_delay_seconds', 'Largest delay of the event loop since the last look.', () => {
    const { max } = loop;
    loop.reset();
    return max / 1e9;
  });
  new Gauge({
    ...{ name: 'sealscribe_memory_bytes', help: 'Memory of processes.', registers },
    labelNames: ['process'],
    async collect() {
      this.set({ process: 'server' }, process.memoryUsage.rss());
      this.set({ process: 'recognisers' }, sum(await Promise.all(figures().pids.map(residentBytes))));
    },
  });
  new Gauge({
    ...{ name: 'sealscribe_jobs', help: 'Jobs that are not over.', registers },
    labelNames: ['state'],
    collect() {
      for (const state of ['queued', 'running'] as const) this.set({ state }, jobs.count(state));
    },
  });
  new Counter({
    ...{ name: 'sealscribe_jobs_total', help: 'Jobs that are over, by how they ended.', registers },
    labelNames: ['outcome'],
    collect() {
      for (const outcome of JOB_ENDS) tell(this, { outcome }, jobs.ends[outcome]);
    },
  });
  new Counter({
    ...{
      name: 'sealscribe_webhook_tries_total',
      help: 'Tries of deliveries, by what came of them.',
      registers,
    },
    labelNames: ['outcome'],
    collect() {
      for (const outcome of DELIVERY_OUTCOMES) tell(this, { outcome }, deliveries.tries[outcome]);
    },
  });
  new Counter({
    ...{ name: 'sealscribe_cpu_seconds_total', help: 'Processor time of the server process.', registers },
    collect() {
      const { user, system } = process.cpuUsage();
      tell(this, {}, (user + system) / 1e6);
    },
  });
  new Counter({
    ...{
      name: 'sealscribe_recogniser_jobs_total',
      help: 'Pieces of audio, by what came of them.',
      registers,
    },
    labelNames: ['kind', 'outcome'],
    collect() {
      for (const kind of JOB_KINDS)
        for (const outcome of JOB_OUTCOMES)
          tell(this, { kind, outcome }, figures().recognizers.jobs[kind][outcome]);
    },
  });
  new Counter({
    ...{ name: 'sealscribe_recogniser_seconds_total', help: 'Time that recognisers worked.', registers },
    labelNames: ['kind'],
    collect() {
      for (const kind of JOB_KINDS) tell(this, { kind }, figures().recognizers.jobs[kind].seconds);
    },
  });
  new Counter({
    ...{
      name: 'sealscribe_recogniser_ends_total',
      help: 'Recognisers replaced, and why, or dead.',
      registers,
    },
    labelNames: ['reason'],
    collect() {
      for (const reason of PROCESS_ENDS) tell(this, { reason }, figures().recognizers.ends[reason]);
    },
  });
}

/** Sets a counter whose sum is kept elsewhere. */
function tell<Label extends string>(
  counter: Counter<Label>,
  labels: Partial<Record<Label, string>>,
  value: number,
): void {
  counter.remove(labels);
  counter.inc(labels, value);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
