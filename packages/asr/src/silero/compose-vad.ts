/**
 * Silero VAD v6 (MIT, https://github.com/snakers4/silero-vad) made into a graph that takes many frames in one run. The published
 * file takes one: a short-time Fourier transform, four convolutions over its four columns, an LSTM, a sigmoid. All but the
 * LSTM are the same for every frame, so here they are multiplications of matrices with a row per frame, and the LSTM runs over
 * the frames as its sequence. The weights are the published ones; probabilities differ in the last digits of a float.
 */
import { AsrError } from '../errors.js';
import { GraphBuilder } from '../onnx/graph-builder.js';
import { ElementType, type OnnxGraph, type OnnxNode, type OnnxTensor } from '../onnx/model.js';
import { parseModel } from '../onnx/parse.js';
import { serializeModel } from '../onnx/serialize.js';
import { unrollConvolution, type Convolution } from './unroll-convolution.js';

/** Columns of the Fourier transform in one frame, and samples in each. */
export const COLUMNS = 4;
export const COLUMN_SAMPLES = 256;
/** Values of the LSTM's hidden and of its cell state. */
export const HIDDEN = 128;

/** Names of the graph's inputs and outputs. */
export const names = {
  /** float32 [frames * 4, 256] */
  columns: 'columns',
  /** int32 [1]: frames that count; those after it are there to fill up */
  frames: 'frames',
  /** float32 [1, 1, 128], each */
  hidden: 'hidden',
  cell: 'cell',
  /** float32 [frames] */
  probabilities: 'probabilities',
  nextHidden: 'next_hidden',
  nextCell: 'next_cell',
} as const;

const STRIDES = [1, 2, 2, 1];

/**
 * Makes the graph of the bytes of `silero_vad_v6.onnx`.
 *
 * @throws {AsrError} `invalid_model` when they are not of that model.
 */
export function composeVad(bytes: Uint8Array): Uint8Array {
  const weights = readWeights(parseModel(bytes).graph);
  const graph = new GraphBuilder();
  const magnitudes = addMagnitudes(graph, weights);
  const features = addConvolutions(graph, weights, magnitudes);
  addRecurrence(graph, weights, features);
  const value = (name: string, type: number, dims: (string | number)[]) => ({ name, type, dims });
  const { float32, int32 } = ElementType;
  return serializeModel({
    irVersion: 8,
    opsets: new Map([['', 17]]),
    graph: {
      name: 'silero_vad',
      nodes: graph.nodes,
      initializers: graph.initializers,
      inputs: [
        value(names.columns, float32, ['columns', COLUMN_SAMPLES]),
        value(names.frames, int32, [1]),
        value(names.hidden, float32, [1, 1, HIDDEN]),
        value(names.cell, float32, [1, 1, HIDDEN]),
      ],
      outputs: [
        value(names.probabilities, float32, ['frames']),
        value(names.nextHidden, float32, [1, 1, HIDDEN]),
        value(names.nextCell, float32, [1, 1, HIDDEN]),
      ],
    },
  });
}

type Weights = (name: string, ...dims: number[]) => Float32Array;

/** The weights for 16 kHz: the published graph has one branch for each sample rate, with the weights as constants. */
function readWeights({ nodes }: OnnxGraph): Weights {
  const branches = nodes
    .flatMap(({ attributes }) => [...attributes.values()])
    .flatMap((attribute) => (attribute.kind === 'graph' ? [attribute.value] : []));
  const constants = branches.map((branch) => branch.nodes.flatMap(constantOf));
  const of16kHz = constants.find((all) => find(all, 'stft.forward_basis_buffer')?.dims[2] === COLUMN_SAMPLES);
  return (name, ...dims) => {
    const tensor = find(of16kHz ?? [], name);
    if (tensor?.type !== ElementType.float32 || tensor.dims.join() !== dims.join())
      throw new AsrError(
        'invalid_model',
        `The file is not Silero VAD v6: ${name} is missing or of another shape`,
      );
    return new Float32Array(tensor.data.slice().buffer);
  };
}

function constantOf({ operator, outputs, attributes }: OnnxNode): OnnxTensor[] {
  const value = attributes.get('value');
  return operator === 'Constant' && value?.kind === 'tensor' ? [{ ...value.value, name: outputs[0] }] : [];
}

const find = (tensors: readonly OnnxTensor[], name: string) =>
  tensors.find((tensor) => tensor.name.endsWith(name));

/** The absolute values of the Fourier transform: [frames, 4 * 129]. */
function addMagnitudes(graph: GraphBuilder, weights: Weights): string {
  const bins = COLUMN_SAMPLES / 2 + 1;
  const basis = weights('stft.forward_basis_buffer', 2 * bins, 1, COLUMN_SAMPLES);
  const transform = new Float32Array(basis.length);
  for (let row = 0; row < 2 * bins; row++)
    for (let sample = 0; sample < COLUMN_SAMPLES; sample++)
      transform[sample * 2 * bins + row] = basis[row * COLUMN_SAMPLES + sample];
  const spectrum = graph.add('MatMul', [
    names.columns,
    graph.floats('transform', [COLUMN_SAMPLES, 2 * bins], transform),
  ]);
  const squares = graph.add('Mul', [spectrum, spectrum]);
  const [real, imaginary] = graph.addMany('Split', [squares], 2, { axis: 1 });
  const magnitudes = graph.add('Sqrt', [graph.add('Add', [real, imaginary])]);
  return graph.add('Reshape', [magnitudes, graph.integers('by_frame', [2], [-1, COLUMNS * bins])]);
}

/** Four convolutions of three columns, each with ReLU: [frames, 128]. */
function addConvolutions(graph: GraphBuilder, weights: Weights, magnitudes: string): string {
  const channels = [COLUMN_SAMPLES / 2 + 1, 128, 64, 64, HIDDEN];
  let columns = COLUMNS;
  let features = magnitudes;
  STRIDES.forEach((stride, i) => {
    const [from, to] = [channels[i], channels[i + 1]];
    const convolution: Convolution = {
      from,
      to,
      stride,
      weight: weights(`encoder.${i}.reparam_conv.weight`, to, from, 3),
      bias: weights(`encoder.${i}.reparam_conv.bias`, to),
    };
    const matrix = unrollConvolution(convolution, columns);
    const product = graph.add('MatMul', [
      features,
      graph.floats(`convolution.${i}`, [columns * from, matrix.columns * to], matrix.weight),
    ]);
    const bias = graph.floats(`convolution.${i}.bias`, [matrix.columns * to], matrix.bias);
    features = graph.add('Relu', [graph.add('Add', [product, bias])]);
    columns = matrix.columns;
  });
  return features;
}

/** The LSTM over the frames, and the probability from what it gives. */
function addRecurrence(graph: GraphBuilder, weights: Weights, features: string): void {
  const gates = 4 * HIDDEN;
  const sequence = graph.add('Unsqueeze', [features, graph.integers('axis.batch', [1], [1])]);
  const matrix = (name: string, suffix: string) =>
    graph.floats(
      name,
      [1, gates, HIDDEN],
      reorderGates(weights(`decoder.rnn.weight_${suffix}`, gates, HIDDEN)),
    );
  const biases = ['ih', 'hh'].map((suffix) => reorderGates(weights(`decoder.rnn.bias_${suffix}`, gates)));
  const bias = Float32Array.from([...biases[0], ...biases[1]]);
  const inputs = [
    sequence,
    matrix('lstm.input', 'ih'),
    matrix('lstm.recurrent', 'hh'),
    graph.floats('lstm.bias', [1, 2 * gates], bias),
    names.frames,
    names.hidden,
    names.cell,
  ];
  const [all] = graph.addMany('LSTM', inputs, 3, { hidden_size: HIDDEN });
  graph.nameResults(1, [names.nextHidden, names.nextCell]);

  const rows = graph.add('Reshape', [all, graph.integers('by_hidden', [2], [-1, HIDDEN])]);
  const decision = graph.floats('decision', [HIDDEN, 1], weights('decoder.decoder.2.weight', 1, HIDDEN, 1));
  const product = graph.add('MatMul', [graph.add('Relu', [rows]), decision]);
  const shifted = graph.add('Add', [
    product,
    graph.floats('decision.bias', [1], weights('decoder.decoder.2.bias', 1)),
  ]);
  graph.add('Reshape', [graph.add('Sigmoid', [shifted]), graph.integers('flat', [1], [-1])]);
  graph.nameResults(0, [names.probabilities]);
}

/** PyTorch has the gates in the order input, forget, cell, output; ONNX has input, output, forget, cell. */
function reorderGates(values: Float32Array): Float32Array {
  const size = values.length / 4;
  const reordered = new Float32Array(values.length);
  [0, 3, 1, 2].forEach((gate, i) => reordered.set(values.subarray(gate * size, (gate + 1) * size), i * size));
  return reordered;
}
