/**
 * An ONNX file as objects (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): what composing graphs needs to look at is
 * read into names, every other field is kept as it was and written back after the rest. Weights stay views of the file.
 */
import type { Field } from './wire.js';

/** Element types of tensors, by their numbers in ONNX. */
export const ElementType = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

/** A whole file. */
export interface OnnxModel {
  readonly irVersion: number;
  /** The version of the operators, by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  readonly other?: readonly Field[] | undefined;
}

/** Nodes in the order in which they run, and what they work on. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly other?: readonly Field[] | undefined;
}

/** One operation; an empty name stands for an input or output that is left out. */
export interface OnnxNode {
  readonly operator: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  readonly other?: readonly Field[] | undefined;
}

/** The value of an attribute; kinds that nobody here looks at stay as they are. */
export type OnnxAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'other'; readonly value: readonly Field[] };

/** A tensor with its values, little-endian. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

/** A graph's input or output; a dimension that is not known has a name or none. */
export interface OnnxValue {
  readonly name: string;
  /** Undefined when it is no tensor. */
  readonly type: number | undefined;
  readonly dims: readonly (number | string)[] | undefined;
  /** The whole message, where it was read. */
  readonly source?: Uint8Array | undefined;
}
