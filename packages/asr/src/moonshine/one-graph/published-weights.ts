/**
 * Finds the weights in a published Moonshine file (made by ONNX Runtime's dynamic quantisation of the Hugging Face export):
 * vectors by their names, matrices by the multiplication they feed.
 */
import { AsrError } from '../../errors.js';
import { ElementType, type OnnxNode, type OnnxTensor } from '../../onnx/model.js';
import { toSigned, type QuantizedMatrix } from './quantized-matrix.js';

/** Weights that the two branches of a merged decoder share carry this in their names. */
const withoutMerge = (name: string) => name.replace('_merged_0', '');

/** The initialisers of one file and the nodes that use them. */
export class PublishedWeights {
  readonly #tensors: ReadonlyMap<string, OnnxTensor>;
  readonly #nodes: ReadonlyMap<string, OnnxNode>;
  readonly #matrices = new Map<string, QuantizedMatrix>();

  constructor(tensors: readonly OnnxTensor[], nodes: readonly OnnxNode[]) {
    this.#tensors = new Map(tensors.map((tensor) => [withoutMerge(tensor.name), tensor]));
    this.#nodes = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
  }

  /** How many there are of `prefix`0`suffix`, `prefix`1`suffix` and so on among the tensors: layers. */
  count(prefix: string, suffix: string): number {
    let count = 0;
    while (this.#tensors.has(`${prefix}${count}${suffix}`)) count++;
    return count;
  }

  /** The values of a tensor of float32. @throws {AsrError} `invalid_model`. */
  floats(name: string): Float32Array {
    const { type, data } = this.#tensor(name);
    if (type !== ElementType.float32 || data.length % 4 !== 0) throw unexpected(name);
    return new Float32Array(data.slice().buffer);
  }

  /** The 8-bit matrix of a projection: `/layers.0/self_attn/q_proj`, say. @throws {AsrError} `invalid_model`. */
  matrix(projection: string): QuantizedMatrix {
    const multiplication = this.#nodes.get(`${projection}/MatMul_output_0_output_quantized`);
    const weights = multiplication?.inputs[1];
    if (weights === undefined) throw unexpected(projection);
    return this.quantized(weights.replace(/_quantized$/, ''));
  }

  /** The 8-bit matrix that was quantised from the tensor `name`. @throws {AsrError} `invalid_model`. */
  quantized(name: string): QuantizedMatrix {
    const known = this.#matrices.get(name);
    if (known) return known;
    const matrix = this.#readQuantized(name);
    this.#matrices.set(name, matrix);
    return matrix;
  }

  #readQuantized(name: string): QuantizedMatrix {
    const { dims, data, type } = this.#tensor(`${name}_quantized`);
    const [rows, columns] = dims;
    const zeroPoints = this.#tensor(`${name}_zero_point`).data;
    const scales = this.floats(`${name}_scale`);
    const fits = (length: number) => length === 1 || length === columns;
    // Two negative numbers have a product as well.
    if (dims.length !== 2 || rows < 1 || columns < 1 || data.length !== rows * columns)
      throw unexpected(name);
    if (!fits(zeroPoints.length) || !fits(scales.length)) throw unexpected(name);
    if (type !== ElementType.uint8 && type !== ElementType.int8) throw unexpected(name);
    const signed = (bytes: Uint8Array) =>
      type === ElementType.uint8 ? toSigned(bytes) : new Int8Array(bytes);
    return { rows, columns, weights: signed(data), scales, zeroPoints: signed(zeroPoints) };
  }

  /** The nodes that a result comes from, in the order given, and the tensors they use. */
  leadingTo(result: string, nodes: readonly OnnxNode[]): { nodes: OnnxNode[]; tensors: OnnxTensor[] } {
    const wanted = new Set<OnnxNode>();
    const open = [result];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const node = this.#nodes.get(name);
      if (node === undefined || wanted.has(node)) continue;
      wanted.add(node);
      open.push(...node.inputs);
    }
    if (wanted.size === 0) throw unexpected(result);
    const names = new Set([...wanted].flatMap((node) => node.inputs));
    const tensors = [...this.#tensors.values()].filter(({ name }) => names.has(name));
    return { nodes: nodes.filter((node) => wanted.has(node)), tensors };
  }

  #tensor(name: string): OnnxTensor {
    const tensor = this.#tensors.get(withoutMerge(name));
    if (tensor === undefined) throw unexpected(name);
    return tensor;
  }
}

const unexpected = (name: string) =>
  new AsrError(
    'invalid_model',
    `The Moonshine files are not of the known kind: ${name} is missing or of another shape`,
  );
