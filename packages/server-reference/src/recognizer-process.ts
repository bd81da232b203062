/**
 * A recogniser: a process of its own that holds the models and answers one job after another (recognizer-protocol.ts).
 * Reading is blocking on purpose: the process has nothing else to do, samples land in one preallocated buffer, and that
 * buffer is wiped after each job. Usage: recognizer-process.js SPEC, a RecognizerSpec as JSON
 */
import { readFileSync, readSync, writeSync } from 'node:fs';
import * as onnxruntime from 'onnxruntime-node';
import { recognizeSegment, VoiceActivityDetector, type Recognizer, type SpeakerModel } from '@sealscribe/asr';
import { closeToInspection } from './hardening.js';
import { loadModel } from './transcription/load-model.js';
import { loadSpeakerModel } from './transcription/speaker-models.js';
import {
  frameHead,
  MAX_JOB_SAMPLES,
  PREFIX_BYTES,
  VAD_CONTEXT,
  VAD_STATE,
  type AnswerHeader,
  type JobHeader,
  type RecognizerSpec,
} from './transcription/recognizer-protocol.js';
import { TritonError } from './triton/errors.js';
import { tritonRuntime } from './triton/runtime.js';
import { readDescriptions } from './transcription/voice-jobs.js';
import { wipe } from './transcription/wipe.js';

const samples = new Float32Array(VAD_STATE + MAX_JOB_SAMPLES);

interface Models {
  readonly vad: VoiceActivityDetector;
  /** By id; the first is the default. */
  readonly recognizers: ReadonlyMap<string, Recognizer>;
  readonly speakers: SpeakerModel;
}

async function load({ device, vad, models, graphs, speakers, triton }: RecognizerSpec): Promise<Models> {
  const recognizers = new Map<string, Recognizer>();
  for (const folder of models) {
    const there = triton?.models[folder];
    const recognizer =
      triton === undefined || there === undefined
        ? await loadModel(onnxruntime, folder, { device, graph: graphs?.[folder] })
        : await loadModel(tritonRuntime(triton, there), folder, { served: true });
    recognizers.set(recognizer.model.id, recognizer);
  }
  // Small and sequential: it stays on the processor, whatever the models run on.
  return {
    vad: await VoiceActivityDetector.load(onnxruntime, readFileSync(vad)),
    recognizers,
    speakers: await loadSpeakerModel(onnxruntime, speakers),
  };
}

/** The recogniser that a job asks for. */
function choose({ recognizers }: Models, id: string | undefined): Recognizer {
  const [first] = recognizers.values();
  const recognizer = id === undefined ? first : recognizers.get(id);
  if (recognizer === undefined) throw new RangeError('The job asks for a model that is not loaded');
  return recognizer;
}

/** Reads exactly `bytes`; false at the end of the stream. */
function readInto(target: Uint8Array, bytes: number): boolean {
  for (let done = 0; done < bytes;) {
    const count = readSync(0, target, done, bytes - done, null);
    if (count === 0) return false;
    done += count;
  }
  return true;
}

function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(1, bytes, done, bytes.length - done);
}

function answer(header: AnswerHeader, payload: Float32Array = new Float32Array(0)): void {
  writeAll(frameHead(header, payload.byteLength));
  writeAll(new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength));
  wipe(payload);
}

async function detect({ vad }: Models, payload: Float32Array): Promise<void> {
  const state = {
    context: payload.subarray(0, VAD_CONTEXT),
    hidden: payload.subarray(VAD_CONTEXT, VAD_STATE),
  };
  const result = await vad.run(payload.subarray(VAD_STATE), state);
  const out = new Float32Array(VAD_STATE + result.probabilities.length);
  out.set(result.state.context);
  out.set(result.state.hidden, VAD_CONTEXT);
  out.set(result.probabilities, VAD_STATE);
  wipe(result.state.context);
  answer({ kind: 'done' }, out);
}

/** What kept a job from being done. */
function codeOf(error: unknown): string {
  const { cause, code, name } = error as { cause?: unknown; code?: string; name: string };
  return (cause instanceof TritonError ? cause.code : code) ?? name;
}

async function work(models: Models): Promise<void> {
  const prefix = new Uint8Array(PREFIX_BYTES);
  const lengths = new DataView(prefix.buffer);
  while (readInto(prefix, PREFIX_BYTES)) {
    const json = new Uint8Array(lengths.getUint32(0, true));
    const values = lengths.getUint32(4, true) / 4;
    // Only the descriptions of a very long recording are more than there is room for.
    const payload = values > samples.length ? new Float32Array(values) : samples.subarray(0, values);
    const bytes = new Uint8Array(payload.buffer, 0, payload.byteLength);
    if (!readInto(json, json.length) || !readInto(bytes, bytes.length)) return;
    const job = JSON.parse(Buffer.from(json).toString('utf8')) as JobHeader;
    try {
      if (job.kind === 'vad') {
        await detect(models, payload);
      } else if (job.kind === 'voice') {
        const probabilities = payload.subarray(0, job.frames);
        const pcm = payload.subarray(job.frames);
        answer({ kind: 'done' }, await models.speakers.describe(pcm, { ...job, probabilities }));
      } else if (job.kind === 'speakers') {
        const descriptions = readDescriptions(job.pieces, payload);
        answer({ kind: 'done', turns: await models.speakers.decide(descriptions, job.speakers) });
      } else {
        const recognizer = choose(models, job.model);
        const { language, span, hypothesis } = job;
        const recognition = job.draft
          ? await recognizer.recognize(payload, { language, hypothesis })
          : await recognizeSegment(
              (piece, regions) =>
                recognizer.recognize(piece, {
                  ...{ language, words: true, regions },
                  // A second try begins elsewhere, or has shown that this one leads nowhere.
                  hypothesis: piece.length === payload.length ? hypothesis : undefined,
                }),
              payload,
              span,
            );
        answer({ kind: 'done', recognition });
      }
    } catch (error) {
      answer({ kind: 'error', code: codeOf(error) });
    } finally {
      wipe(payload);
    }
  }
}

closeToInspection();
try {
  const models = await load(JSON.parse(process.argv[2] ?? '') as RecognizerSpec);
  answer({ kind: 'ready', models: [...models.recognizers.values()].map(({ model }) => model) });
  await work(models);
} catch (error) {
  answer({ kind: 'failed', message: (error as Error).message });
  process.exitCode = 1;
}
