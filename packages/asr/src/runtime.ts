/**
 * The ONNX runtime is an argument: onnxruntime-node on servers, onnxruntime-web in browsers. This file says what is asked
 * of it and how sessions are opened; which execution provider runs them is the caller's choice.
 */
import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor,
  TensorConstructor,
} from 'onnxruntime-common';
import { AsrError } from './errors.js';

/** What is used of an ONNX runtime: pass the module itself (`import * as ort from 'onnxruntime-node'`). */
export interface Runtime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/** A model file: its bytes, or a path or URL that the runtime opens itself. */
export type ModelFile = Uint8Array | string;

/** Options for the runtime's sessions; they win over the defaults. */
export type SessionOptions = InferenceSession.SessionOptions;

// One thread per session: throughput comes from one process per core, and results do not depend on the machine.
const defaults: SessionOptions = {
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
};

/**
 * Opens a model and checks that it has the tensors that its user will feed and fetch.
 *
 * @throws {AsrError} `invalid_model` when it cannot be opened or has other tensors.
 */
export async function openSession(
  runtime: Runtime,
  file: ModelFile,
  expected: { name: string; inputs: readonly string[]; outputs: readonly string[] },
  options?: SessionOptions,
): Promise<InferenceSession> {
  const settings = { ...defaults, ...options };
  const { name } = expected;
  let session: InferenceSession;
  try {
    session = await (typeof file === 'string'
      ? runtime.InferenceSession.create(file, settings)
      : runtime.InferenceSession.create(file, settings));
  } catch (cause) {
    throw new AsrError('invalid_model', `The model file ${name} could not be opened`, { cause });
  }
  const missing = [
    ...expected.inputs.filter((tensor) => !session.inputNames.includes(tensor)),
    ...expected.outputs.filter((tensor) => !session.outputNames.includes(tensor)),
  ];
  if (missing.length > 0) {
    await session.release();
    throw new AsrError('invalid_model', `The model file ${name} has no tensor ${missing.join(', ')}`);
  }
  return session;
}

/**
 * Runs a session once and gives back the outputs asked for (all when `outputs` is left out).
 *
 * @throws {AsrError} `runtime_failed`.
 */
export async function runSession(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  outputs?: readonly string[],
): Promise<Readonly<Record<string, Tensor>>> {
  try {
    return await (outputs ? session.run(feeds, outputs) : session.run(feeds));
  } catch (cause) {
    throw new AsrError('runtime_failed', 'The ONNX runtime failed', { cause });
  }
}
