/**
 * Tensors as they go to Triton and come from it: a JSON object that describes them, then their values one after the other,
 * little-endian (the binary tensor data extension of the KServe protocol). Nothing of an answer is believed before it was compared
 * with what was asked for and with its own length.
 */
import type { Tensor } from 'onnxruntime-node';
import { TritonError } from './errors.js';
import type { TritonAnswer, TritonPost } from './line.js';

/** Types of values by the name that the protocol gives them: the name of the runtime, and an array of such values. */
const TYPES = {
  FP32: { type: 'float32', Values: Float32Array },
  INT64: { type: 'int64', Values: BigInt64Array },
  INT32: { type: 'int32', Values: Int32Array },
} as const;

/** Name of a type of values in the protocol. */
export type TritonType = keyof typeof TYPES;

/** What a model says about one of its tensors. Plain data. */
export interface TensorFacts {
  readonly name: string;
  readonly datatype: TritonType;
  /** -1 = any. */
  readonly shape: readonly number[];
}

/** A model on Triton, as it says. Plain data: it goes to the recogniser processes as JSON. */
export interface TritonModel {
  readonly name: string;
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
}

/** An output as it came. */
export interface ReceivedTensor extends TensorFacts {
  readonly values: Float32Array | BigInt64Array | Int32Array;
}

const MOST_JSON_BYTES = 64 * 1024;

/** The runtime's name of a type. */
export const typeOf = (datatype: TritonType): 'float32' | 'int64' | 'int32' => TYPES[datatype].type;

/** Whether values of this type can be sent and received. */
export const isKnownType = (datatype: unknown): datatype is TritonType =>
  typeof datatype === 'string' && Object.hasOwn(TYPES, datatype);

/**
 * A request for outputs. The values are not copied: they must stay as they are until the answer is there.
 *
 * @throws {TypeError} when an input is not of the type that the model takes
 */
export function writeRequest(
  inputs: readonly TensorFacts[],
  feeds: Readonly<Record<string, Tensor>>,
  outputs: readonly string[],
): TritonPost {
  const parts: Uint8Array[] = [];
  const described = inputs.map(({ name, datatype }) => {
    const tensor = feeds[name];
    if (tensor?.type !== typeOf(datatype)) throw new TypeError(`feeds has no ${typeOf(datatype)} ${name}`);
    const { buffer, byteOffset, byteLength } = tensor.data as Float32Array;
    parts.push(new Uint8Array(buffer, byteOffset, byteLength));
    // A value without dimensions is one of one dimension there.
    const shape = tensor.dims.length === 0 ? [1] : tensor.dims;
    return { name, datatype, shape, parameters: { binary_data_size: byteLength } };
  });
  const json = Buffer.from(
    JSON.stringify({
      inputs: described,
      outputs: outputs.map((name) => ({ name, parameters: { binary_data: true } })),
    }),
  );
  return { jsonBytes: json.length, parts: [json, ...parts] };
}

/**
 * The outputs of an answer, copied out of it.
 *
 * @param expected the outputs that were asked for
 * @throws {TritonError} `bad_answer`
 */
export function readResponse(
  { jsonBytes, body }: TritonAnswer,
  expected: readonly TensorFacts[],
): ReadonlyMap<string, ReceivedTensor> {
  if (jsonBytes === undefined || !(jsonBytes <= Math.min(MOST_JSON_BYTES, body.length))) throw bad();
  const described = readOutputs(body.subarray(0, jsonBytes));
  const received = new Map<string, ReceivedTensor>();
  let start = jsonBytes;
  for (const output of described) {
    const facts = expected.find(({ name }) => name === output.name);
    if (facts === undefined || received.has(facts.name) || output.datatype !== facts.datatype) throw bad();
    const shape = readShape(output.shape, facts.shape);
    const { Values } = TYPES[facts.datatype];
    const bytes = shape.reduce((product, size) => product * size, Values.BYTES_PER_ELEMENT);
    if (output.parameters?.binary_data_size !== bytes || start + bytes > body.length) throw bad();
    const values = new Values(body.slice(start, start + bytes).buffer);
    received.set(facts.name, { name: facts.name, datatype: facts.datatype, shape, values });
    start += bytes;
  }
  if (start !== body.length || received.size !== expected.length) throw bad();
  return received;
}

interface DescribedOutput {
  readonly name?: unknown;
  readonly datatype?: unknown;
  readonly shape?: unknown;
  readonly parameters?: { readonly binary_data_size?: unknown } | undefined;
}

function readOutputs(json: Uint8Array): readonly DescribedOutput[] {
  const { outputs } = readObject(json);
  if (!Array.isArray(outputs) || outputs.some((output) => typeof output !== 'object' || output === null))
    throw bad();
  return outputs as DescribedOutput[];
}

function readShape(shape: unknown, declared: readonly number[]): readonly number[] {
  const fits =
    Array.isArray(shape) &&
    shape.length === declared.length &&
    shape.every(
      (size, i) =>
        Number.isSafeInteger(size) && (size as number) >= 0 && (declared[i] === -1 || declared[i] === size),
    );
  if (!fits) throw bad();
  return shape as number[];
}

/** A JSON object. @throws {TritonError} `bad_answer` */
export function readObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch {
    // Its message would quote the answer.
  }
  if (typeof value !== 'object' || value === null) throw bad();
  return value as Record<string, unknown>;
}

const bad = () => new TritonError('bad_answer', 'Triton answers something else than was asked for');
