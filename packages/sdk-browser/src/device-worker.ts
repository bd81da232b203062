/**
 * The worker in which recordings are recognised: a file of its own with everything in it, because a worker finds no packages. It asks
 * for the files of the model and for nothing else; no recording and no text ever leaves it but to its page. Aborting ends it.
 */
import type { LiveEvent, LiveTranscription } from '@sealscribe/asr';
import type { StreamEvent } from '@sealscribe/sdk-core';
import { DeviceFailure } from './device/device-failure.js';
import { openMedia, type DecodedChunk, type DecodedRecording } from './device/decode-media.js';
import { Engine } from './device/engine.js';
import type { FromWorker, Job, ToWorker, Wishes } from './device/messages.js';
import { toSpeechSamples } from './device/to-speech-samples.js';
import { allowThreads, WORKER_NAME } from './device/worker-address.js';

let engine: Promise<Engine> | undefined;
let live: LiveTranscription | undefined;
/** Takes the answer to what the page was asked. */
let answerFromPage: (message: ToWorker) => void = () => undefined;

const tell = (message: FromWorker): void => postMessage(message);

async function load({ files, threads, lock }: ToWorker & { kind: 'load' }): Promise<void> {
  await hold(lock);
  tell({ kind: 'started' });
  if (threads > 1) allowThreads(import.meta.url);
  engine ??= Engine.load(files, threads, (fraction) =>
    tell({ kind: 'progress', progress: { stage: 'loading', fraction: Math.min(1, fraction) } }),
  );
  tell({ kind: 'loaded', model: (await engine).model });
}

/** Takes a lock, and keeps it until this worker is gone. */
const hold = (lock: string): Promise<void> =>
  new Promise((resolve) => {
    if (!navigator.locks) return resolve();
    void navigator.locks.request(lock, () => {
      resolve();
      return new Promise(() => undefined);
    });
  });

async function loaded(): Promise<Engine> {
  if (engine) return engine;
  throw new DeviceFailure('device_unsupported', 'The recogniser is not loaded.');
}

async function listen(wishes: Wishes): Promise<void> {
  live = (await loaded()).listen(wishes, (event) => tell({ kind: 'live', event: toStreamEvent(event) }));
  tell({ kind: 'listening' });
}

async function hear(pcm: Int16Array): Promise<void> {
  const samples = Float32Array.from(pcm, (sample) => sample / 32_768);
  pcm.fill(0);
  const stream = live;
  const worked = stream?.push(samples);
  samples.fill(0);
  await worked;
  // The next stream has nothing to do with these samples.
  if (stream === live) tell({ kind: 'heard', samples: samples.length });
}

async function finish(): Promise<void> {
  const stream = live;
  live = undefined;
  if (stream) tell({ kind: 'transcript', transcript: await stream.finish() });
}

/** As a server's messages are read. */
function toStreamEvent(event: LiveEvent): StreamEvent {
  if (event.kind === 'segment') return { type: 'segment', segment: event.segment };
  const { text, stable, start, end } = event;
  return { type: 'partial', partial: { text, stable, start, end } };
}

async function transcribe(job: Job): Promise<void> {
  const ready = await loaded();
  ready.check(job);
  const { duration, chunks } = (await openMedia(job.recording)) ?? (await openInPage(job.recording));
  const report = (fraction: number) =>
    tell({ kind: 'progress', progress: { stage: 'transcribing', fraction: Math.min(1, fraction) } });
  report(0);
  const transcript = await ready.transcribe(toSpeechSamples(chunks), job, {
    onSegment: (segment) => tell({ kind: 'segment', segment }),
    onProgress: (seconds) => report(duration > 0 ? seconds / duration : 0),
  });
  report(1);
  tell({ kind: 'transcript', transcript });
}

/** Lets the page decode what cannot be decoded here; the samples come window by window, as they are asked for. */
async function openInPage(recording: Blob): Promise<DecodedRecording> {
  const opened = await askPage({ kind: 'decode', recording });
  if (opened.kind !== 'decoded')
    throw new DeviceFailure(
      'undecodable_media',
      'This browser cannot decode the recording, or it is damaged.',
    );
  async function* chunks(): AsyncGenerator<DecodedChunk> {
    for (;;) {
      const chunk = (await askPage({ kind: 'more' })) as ToWorker & { kind: 'samples' };
      if (chunk.channels[0]?.length === 0) return;
      yield chunk;
    }
  }
  return { duration: opened.duration, chunks: chunks() };
}

const askPage = (question: FromWorker): Promise<ToWorker> =>
  new Promise((resolve) => {
    answerFromPage = resolve;
    tell(question);
  });

function fail(error: unknown): void {
  const { code, message, cause } =
    error instanceof DeviceFailure
      ? error
      : { code: 'recognizer_failed' as const, message: 'The recogniser failed.', cause: error };
  tell({
    kind: 'failed',
    code,
    message,
    cause: cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined,
  });
}

// The runtime starts its threads from this file too; those have another master.
if (self.name === WORKER_NAME)
  addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind === 'load') load(data).catch(fail);
    else if (data.kind === 'transcribe') transcribe(data.job).catch(fail);
    else if (data.kind === 'listen') listen(data.wishes).catch(fail);
    else if (data.kind === 'hear') hear(data.pcm).catch(fail);
    else if (data.kind === 'finish') finish().catch(fail);
    else answerFromPage(data);
  });
