/**
 * The worker in which recordings are recognised: a file of its own with everything in it, because a worker finds no packages. It asks
 * for the files of the model and for nothing else; no recording and no text ever leaves it but to its page. Aborting ends it.
 */
import { DeviceFailure } from './device/device-failure.js';
import { openMedia, type DecodedChunk, type DecodedRecording } from './device/decode-media.js';
import { Engine } from './device/engine.js';
import type { FromWorker, Job, ToWorker } from './device/messages.js';
import { toSpeechSamples } from './device/to-speech-samples.js';
import { allowThreads, WORKER_NAME } from './device/worker-address.js';

let engine: Promise<Engine> | undefined;
/** Takes the answer to what the page was asked. */
let answerFromPage: (message: ToWorker) => void = () => undefined;

const tell = (message: FromWorker): void => postMessage(message);

async function load(files: string, threads: number): Promise<void> {
  if (threads > 1) allowThreads(import.meta.url);
  engine ??= Engine.load(files, threads, (fraction) =>
    tell({ kind: 'progress', progress: { stage: 'loading', fraction: Math.min(1, fraction) } }),
  );
  tell({ kind: 'loaded', model: (await engine).model });
}

async function transcribe(job: Job): Promise<void> {
  const ready = await engine;
  if (!ready) throw new DeviceFailure('device_unsupported', 'The recogniser is not loaded.');
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
    if (data.kind === 'load') load(data.files, data.threads).catch(fail);
    else if (data.kind === 'transcribe') transcribe(data.job).catch(fail);
    else answerFromPage(data);
  });
