/**
 * Models as Triton has them: their names, which carry what they were made of, and what Triton says about them. A graph that is not
 * the one that this server would run has another name, and is not asked.
 */
import { createHash } from 'node:crypto';
import { COMPOSER_VERSION, type Arithmetic } from '@sealscribe/asr';
import { sha256Of } from '../models/file-hash.js';
import { findFiles } from '../transcription/load-model.js';
import type { ModelFolder } from '../transcription/model-files.js';
import { TritonError } from './errors.js';
import type { TritonLine } from './line.js';
import { isKnownType, readObject, type TensorFacts, type TritonModel } from './tensors.js';

/** The paths of the files that a graph for Triton is made of. @throws {Error} when the model is of a family that is not served there */
export function graphFiles({ folder, manifest }: ModelFolder): { encoder: string; decoder: string } {
  if (manifest.family !== 'moonshine')
    throw new Error(
      `The model ${manifest.id} is of the family ${manifest.family}, and Triton is for Moonshine alone.`,
    );
  const names = manifest.files.map(({ name }) => name);
  const { encoder = '', decoder = '' } = findFiles('moonshine', folder, names);
  return { encoder, decoder };
}

/** How graphs for Triton multiply: right on every machine that it may run on. */
export type TritonArithmetic = Extract<Arithmetic, 'uint8' | 'float32'>;

/** The names of a model on Triton, by arithmetic: its id, and a hash of its files and of how the graph is made of them. */
export async function tritonNames(model: ModelFolder): Promise<Record<TritonArithmetic, string>> {
  const { encoder, decoder } = graphFiles(model);
  const hashes = [await sha256Of(encoder), await sha256Of(decoder)];
  const nameOf = (arithmetic: TritonArithmetic) => {
    const key = createHash('sha256').update(`triton ${COMPOSER_VERSION} ${arithmetic}`);
    for (const hash of hashes) key.update(hash);
    return `sealscribe-${model.manifest.id.replace(/[^\w.-]/g, '-')}-${key.digest('hex').slice(0, 16)}`;
  };
  return { float32: nameOf('float32'), uint8: nameOf('uint8') };
}

/** Whether Triton can run a model at this moment. @throws {TritonError} `unavailable` when it cannot be reached */
export async function isReady(line: TritonLine, name: string): Promise<boolean> {
  const { status } = await line.get(`${pathOf(name)}/ready`);
  return status === 200;
}

/** What Triton says about a model. @throws {TritonError} */
export async function describeModel(line: TritonLine, name: string): Promise<TritonModel> {
  const { status, body } = await line.get(pathOf(name));
  if (status !== 200) throw new TritonError('refused', `Triton does not describe the model ${name}`);
  const { inputs, outputs } = readObject(body);
  return { name, inputs: readTensors(inputs), outputs: readTensors(outputs) };
}

/** The path of a model's requests. */
export const pathOf = (name: string): string => `/v2/models/${encodeURIComponent(name)}`;

function readTensors(tensors: unknown): TensorFacts[] {
  if (!Array.isArray(tensors)) throw unlike();
  return (tensors as Partial<TensorFacts>[]).map(({ name, datatype, shape }) => {
    if (typeof name !== 'string' || !isKnownType(datatype)) throw unlike();
    if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size))) throw unlike();
    return { name, datatype, shape: shape as number[] };
  });
}

const unlike = () =>
  new TritonError('bad_answer', 'Triton describes the model in a way that cannot be understood');
