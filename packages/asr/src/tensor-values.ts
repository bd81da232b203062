/**
 * Between tensors and plain numbers: models exported for GPUs take and give float16 where others have float32, and some want
 * their integers as int32 where others want int64. What a model wants is read from its own declarations.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { AsrError } from './errors.js';
import type { Runtime } from './runtime.js';

/** The declared type and shape of an input; a dimension that is not fixed is a string. Undefined when there is no such tensor. */
export function describeInput(
  session: InferenceSession,
  name: string,
): { type: Tensor.Type; shape: readonly (number | string)[] } | undefined {
  const input = session.inputMetadata.find((metadata) => metadata.name === name);
  return input?.isTensor ? { type: input.type, shape: input.shape } : undefined;
}

/** Floating-point numbers as the input wants them. `values` may be kept. */
export function toFloatTensor(
  { Tensor }: Runtime,
  session: InferenceSession,
  input: string,
  values: Float32Array,
  dims: readonly number[],
): Tensor {
  return describeInput(session, input)?.type === 'float16'
    ? new Tensor('float16', Uint16Array.from(values, toHalf), dims)
    : new Tensor('float32', values, dims);
}

/** Whole numbers as the input wants them. */
export function toIntegerTensor(
  { Tensor }: Runtime,
  session: InferenceSession,
  input: string,
  values: readonly number[],
  dims: readonly number[],
): Tensor {
  return describeInput(session, input)?.type === 'int32'
    ? new Tensor('int32', Int32Array.from(values), dims)
    : new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}

/**
 * A tensor of zeros in the declared shape of an input, its free dimensions set by `free` (by position).
 *
 * @throws {AsrError} `invalid_model` when a dimension is neither declared nor in `free`.
 */
export function zeroTensor(
  { Tensor }: Runtime,
  session: InferenceSession,
  input: string,
  free: Readonly<Record<number, number>>,
): Tensor {
  const declared = describeInput(session, input);
  const dims = declared?.shape.map((dim, i) => free[i] ?? dim);
  if (!declared || !dims?.every((dim) => typeof dim === 'number'))
    throw new AsrError('invalid_model', `The model does not declare the shape of its input ${input}`);
  const size = dims.reduce((product, dim) => product * dim, 1);
  return declared.type === 'float16'
    ? new Tensor('float16', new Uint16Array(size), dims)
    : new Tensor('float32', new Float32Array(size), dims);
}

/** The numbers of a tensor of float32 (the tensor's own, not a copy) or float16. */
export function readFloats(tensor: Tensor): Float32Array {
  const { data } = tensor;
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array) return Float32Array.from(data, fromHalf);
  return Float32Array.from(data as ArrayLike<number>);
}

/** Overwrites what was fed, when it was made from audio. */
export function wipeTensor({ data }: Tensor): void {
  if (data instanceof Float32Array || data instanceof Uint16Array) data.fill(0);
}

/** IEEE 754 half precision, by its bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bits of the nearest half-precision number. */
function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  // Below 2^-14 numbers are multiples of 2^-24; a fraction that rounds up to 1,024 becomes the next exponent by itself.
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  let exponent = Math.floor(Math.log2(size));
  if (size < 2 ** exponent) exponent--;
  return sign | (((exponent + 15) << 10) + Math.round((size / 2 ** exponent - 1) * 1024));
}
