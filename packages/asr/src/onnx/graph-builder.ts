/** Makes graphs node by node: names for results, initialisers once each, attributes from plain values. */
import { ElementType, type OnnxAttribute, type OnnxGraph, type OnnxNode, type OnnxTensor } from './model.js';

/** The domain of ONNX Runtime's own operators: docs/ContribOperators.md in its repository. */
const CONTRIB = 'com.microsoft';

/** Values of attributes: whole numbers become ints; {@link float} says otherwise. */
export type AttributeValue = number | string | readonly number[] | OnnxGraph | OnnxAttribute;

/** A number as a float attribute, whole or not. */
export const float = (value: number): OnnxAttribute => ({ kind: 'float', value });

/** Collects nodes and initialisers. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, OnnxTensor>();
  #count = 0;

  /** @param prefix of the names of results, so that a graph inside another has names of its own. */
  constructor(private readonly prefix = '') {}

  get initializers(): OnnxTensor[] {
    return [...this.#initializers.values()];
  }

  /** Adds an operation of standard ONNX with one result; gives back the result's name. */
  add(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    return this.#node(operator, '', inputs, 1, attributes)[0];
  }

  /** Adds an operation of standard ONNX with several results. */
  addMany(
    operator: string,
    inputs: readonly string[],
    results: number,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string[] {
    return this.#node(operator, '', inputs, results, attributes);
  }

  /** Adds one of ONNX Runtime's own operations. */
  addContrib(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    results = 1,
  ): string[] {
    return this.#node(operator, CONTRIB, inputs, results, attributes);
  }

  /** Gives the results of the last operation that was added other names, from number `first` on: those of a graph's outputs. */
  nameResults(first: number, names: readonly string[]): void {
    const last = this.nodes[this.nodes.length - 1];
    const outputs = last.outputs.map((output, i) => names[i - first] ?? output);
    this.nodes[this.nodes.length - 1] = { ...last, outputs };
  }

  /** Takes over nodes and initialisers of another graph. */
  include(nodes: readonly OnnxNode[], initializers: readonly OnnxTensor[]): void {
    this.nodes.push(...nodes);
    for (const tensor of initializers) this.#initializers.set(tensor.name, tensor);
  }

  /** An initialiser: `data` is made only when there is none of that name yet. */
  tensor(name: string, type: number, dims: readonly number[], data: () => ArrayBufferView): string {
    if (!this.#initializers.has(name)) {
      const { buffer, byteOffset, byteLength } = data();
      this.#initializers.set(name, {
        name,
        type,
        dims,
        data: new Uint8Array(buffer, byteOffset, byteLength),
      });
    }
    return name;
  }

  /** An initialiser of float32. */
  floats(name: string, dims: readonly number[], values: ArrayLike<number>): string {
    return this.tensor(name, ElementType.float32, dims, () => Float32Array.from(values));
  }

  /** An initialiser of int64. */
  integers(name: string, dims: readonly number[], values: readonly number[]): string {
    return this.tensor(name, ElementType.int64, dims, () => BigInt64Array.from(values, BigInt));
  }

  #node(
    operator: string,
    domain: string,
    inputs: readonly string[],
    results: number,
    attributes: Readonly<Record<string, AttributeValue>>,
  ): string[] {
    const base = `${this.prefix}${operator}_${this.#count++}`;
    const outputs = results === 1 ? [base] : Array.from({ length: results }, (_, i) => `${base}:${i}`);
    this.#push({ operator, domain, inputs, outputs }, attributes);
    return outputs;
  }

  #push(
    node: Pick<OnnxNode, 'operator' | 'domain' | 'inputs' | 'outputs'>,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): void {
    const entries = Object.entries(attributes).map(([key, value]) => [key, toAttribute(value)] as const);
    this.nodes.push({ ...node, name: node.outputs[0], attributes: new Map(entries) });
  }
}

function toAttribute(value: AttributeValue): OnnxAttribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if ('kind' in value) return value;
  if ('nodes' in value) return { kind: 'graph', value };
  return { kind: 'ints', value };
}
