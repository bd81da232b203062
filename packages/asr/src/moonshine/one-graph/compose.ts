/**
 * Moonshine's two files made into one graph that listens and writes by itself: audio in, tokens out, with the greedy loop, the
 * key/value cache and the choice of tokens inside ONNX Runtime. The arithmetic is that of the published files, on the same 8-bit
 * weights; the order of float operations is not, so that a word in a hundred may differ. What is gained is that nothing is
 * done per token but the model's own work: 190 operations instead of 1,100, and no way back to JavaScript.
 */
import { AsrError } from '../../errors.js';
import { GraphBuilder } from '../../onnx/graph-builder.js';
import { ElementType, type OnnxGraph, type OnnxModel, type OnnxValue } from '../../onnx/model.js';
import { parseModel } from '../../onnx/parse.js';
import { serializeModel } from '../../onnx/serialize.js';
import { alignmentHeads } from '../alignment-heads.js';
import { BEGIN, END } from '../tokens.js';
import { addDecoderStep, addHeard } from './decoder-step.js';
import { addDraft, type Start } from './draft.js';
import { addOriginalEncoder, addRebuiltEncoder } from './encoder.js';
import { PublishedWeights } from './published-weights.js';
import { readShape, type MoonshineShape } from './shape.js';
import { addTokenChoice } from './token-choice.js';
import type { Arithmetic, KeyValue, Workbench } from './layers.js';

/** Changes whenever the same files give another graph: part of the key under which a graph is cached. */
export const COMPOSER_VERSION = 5;

/** Names of the graph's inputs and outputs. */
export const names = {
  /** float32 [1, samples] */
  audio: 'audio',
  /** int64 [] */
  maxTokens: 'max_tokens',
  /** float32 []: above this log-probability of the end at the first step, the end is what is written */
  noSpeechAbove: 'no_speech_above',
  /** int64 [tokens]: what is likely to be written, where the graph was made for drafts; mostly empty */
  draft: 'draft',
  /** int64 [steps]: the last may be the end */
  tokens: 'tokens',
  /** float32 [steps] */
  logProbabilities: 'log_probabilities',
  /** float32 [steps]: that of the end */
  endLogProbabilities: 'end_log_probabilities',
  /** float32 [steps, heads, frames]: weights of the cross-attention, of the heads that word times are made of */
  attention: 'attention',
  /** float32 [heads]: how much each of these counts */
  headWeights: 'head_weights',
} as const;

/** The name of the output of what was kept of a draft, and comes before the output of this name. */
export const keptName = (name: string): string => `kept_${name}`;

/** Types of the tensors of a graph that was made without drafts, by name. */
export const GRAPH_TYPES = {
  inputs: {
    [names.audio]: 'float32',
    [names.maxTokens]: 'int64',
    [names.noSpeechAbove]: 'float32',
  },
  outputs: {
    [names.tokens]: 'int64',
    [names.logProbabilities]: 'float32',
    [names.endLogProbabilities]: 'float32',
    [names.attention]: 'float32',
    [names.headWeights]: 'float32',
  },
} as const;

/** Outputs with one entry for each token. */
const BY_TOKEN = [names.tokens, names.logProbabilities, names.endLogProbabilities, names.attention];

/** How the graph is built. */
export interface ComposeOptions {
  /** `rebuilt` is a third faster, `original` closer to the published files to the last bit. */
  readonly encoder?: 'rebuilt' | 'original';
  /** Default `uint8`. `float32` is for graphics processors and four times as large; it goes with the rebuilt encoder. */
  readonly arithmetic?: Arithmetic | undefined;
  /** Whether the graph can check a draft of what will be written, as live streams have one. Default no. */
  readonly drafts?: boolean | undefined;
}

/**
 * Makes one graph of `encoder_model.onnx` and `decoder_model_merged.onnx`, 8-bit, of a Moonshine model of any size.
 *
 * @throws {AsrError} `invalid_model` when the files are not of the known kind; they may still run as they are.
 */
export function composeMoonshine(
  encoderBytes: Uint8Array,
  decoderBytes: Uint8Array,
  { encoder: kind = 'rebuilt', arithmetic = 'uint8', drafts = false }: ComposeOptions = {},
): Uint8Array {
  const encoder = parseModel(encoderBytes).graph;
  const decoder = parseModel(decoderBytes).graph;
  const encoderWeights = new PublishedWeights(encoder.initializers, encoder.nodes);
  const decoderWeights = weightsOfMerged(decoder);
  const shape = readShape(decoder, encoderWeights, decoderWeights);

  const graph = new GraphBuilder();
  const bench: Workbench = { graph, tensors: graph, shape, arithmetic };
  const encoded =
    kind === 'original'
      ? addOriginalEncoder(graph, encoder, names.audio)
      : addRebuiltEncoder(graph, encoder, names.audio, encoderWeights, bench);
  const heard = addHeard(bench, decoderWeights, encoded);
  const inputs = { draft: names.draft, noSpeechAbove: names.noSpeechAbove, heard };
  const start = drafts
    ? addDraft(bench, decoderWeights, inputs, BY_TOKEN.map(keptName), addFollowing)
    : addBeginning(bench, heard);
  addLoop(bench, decoderWeights, heard, start);
  return serializeModel(modelOf(graph, shape, drafts));
}

/** The merged decoder is one `If`: each branch uses the same weights, and only the first step's has those of the heard. */
function weightsOfMerged(decoder: OnnxGraph): PublishedWeights {
  const branches = [...(decoder.nodes[0]?.attributes.values() ?? [])];
  const nodes = branches.flatMap((branch) => (branch.kind === 'graph' ? branch.value.nodes : []));
  if (nodes.length === 0) throw new AsrError('invalid_model', 'The Moonshine decoder is not a merged one');
  return new PublishedWeights(decoder.initializers, nodes);
}

/** Adds the start at the first token. */
function addBeginning({ graph, shape }: Workbench, heard: readonly KeyValue[]): Start {
  const nothing = graph.floats('written.nothing', [1, shape.heads, 0, shape.headSize], []);
  return {
    count: graph.integers('zero', [], [0]),
    goesOn: graph.tensor('yes', ElementType.bool, [], () => Uint8Array.of(1)),
    token: graph.integers('token.begin', [1, 1], [BEGIN]),
    written: heard.map(() => ({ key: nothing, value: nothing })),
  };
}

/** Adds the loop over tokens: its body is a step. */
function addLoop(
  outer: Workbench,
  weights: PublishedWeights,
  heard: readonly KeyValue[],
  start: Start,
): void {
  const { graph, shape, arithmetic } = outer;
  const bench: Workbench = { graph: new GraphBuilder('step:'), tensors: graph, shape, arithmetic };
  const cache = heard.map((_, layer) => ({ key: `written.${layer}.key`, value: `written.${layer}.value` }));
  const flat = (entries: readonly KeyValue[]) => entries.flatMap(({ key, value }) => [key, value]);

  const body = bench.graph;
  const position = body.add('Add', ['step', start.count]);
  const step = addDecoderStep(bench, weights, {
    tokens: 'token',
    position,
    written: cache,
    heard,
    manyRows: false,
  });
  const choice = addTokenChoice(bench, weights, {
    hidden: step.hidden,
    position,
    noSpeechAbove: names.noSpeechAbove,
  });

  const scalar = graph.integers('shape.scalar', [0], []);
  const token = body.add('Reshape', [choice.token, scalar]);
  const goesOn = body.add('Not', [body.add('Equal', [token, graph.integers('token.end', [], [END])])]);
  const next = body.add('Reshape', [token, graph.integers('shape.one_one', [2], [1, 1])]);
  const following = body.add('Reshape', [
    addFollowing(bench, step.attention),
    graph.integers('shape.of_step', [2], [alignmentHeadsOf(shape).length, -1]),
  ]);
  const collected = [
    [token, ElementType.int64],
    [body.add('Reshape', [choice.logProbability, scalar]), ElementType.float32],
    [body.add('Reshape', [choice.endLogProbability, scalar]), ElementType.float32],
    [following, ElementType.float32],
  ] as const;

  const cacheDims = [1, shape.heads, 'steps', shape.headSize];
  const value = (name: string, type: number, dims?: OnnxValue['dims']): OnnxValue => ({ name, type, dims });
  const bodyGraph: OnnxGraph = {
    name: 'step',
    nodes: body.nodes,
    initializers: [],
    inputs: [
      value('step', ElementType.int64, []),
      value('going', ElementType.bool, []),
      value('token', ElementType.int64, [1, 1]),
      ...flat(cache).map((name) => value(name, ElementType.float32, cacheDims)),
    ],
    outputs: [
      value(goesOn, ElementType.bool, []),
      value(next, ElementType.int64, [1, 1]),
      ...flat(step.written).map((name) => value(name, ElementType.float32)),
      ...collected.map(([name, type]) => value(name, type)),
    ],
  };
  const left = graph.add('Sub', [names.maxTokens, start.count]);
  const carried = 1 + 2 * cache.length;
  graph.addMany(
    'Loop',
    [left, start.goesOn, start.token, ...flat(start.written)],
    carried + collected.length,
    { body: bodyGraph },
  );
  graph.nameResults(carried, BY_TOKEN);
  const weightsOfHeads = alignmentHeadsOf(shape).map(({ weight }) => weight);
  graph.add('Identity', [graph.floats('heads.weights', [weightsOfHeads.length], weightsOfHeads)]);
  graph.nameResults(0, [names.headWeights]);
}

const alignmentHeadsOf = ({ decoderLayers, heads }: MoonshineShape) =>
  alignmentHeads({ layers: decoderLayers, heads });

/** Adds the weights of the heads that follow the text in one: [heads, tokens, frames]. */
function addFollowing({ graph, tensors, shape }: Workbench, attention: readonly string[]): string {
  const chosen = alignmentHeadsOf(shape);
  const byLayer = attention.flatMap((weights, layer) => {
    const heads = chosen.filter((head) => head.layer === layer).map(({ head }) => head);
    if (heads.length === 0) return [];
    const places = tensors.integers(`heads.${layer}`, [heads.length], heads);
    return [graph.add('Gather', [weights, places], { axis: 0 })];
  });
  return graph.add('Concat', byLayer, { axis: 0 });
}

function modelOf(graph: GraphBuilder, shape: MoonshineShape, drafts: boolean): OnnxModel {
  const { float32, int64 } = ElementType;
  const heads = alignmentHeadsOf(shape).length;
  const byToken = [
    { name: names.tokens, type: int64, dims: ['steps'] },
    { name: names.logProbabilities, type: float32, dims: ['steps'] },
    { name: names.endLogProbabilities, type: float32, dims: ['steps'] },
    { name: names.attention, type: float32, dims: ['steps', heads, 'frames'] },
  ];
  const kept = byToken.map(({ name, type }) => ({ name: keptName(name), type, dims: undefined }));
  return {
    irVersion: 8,
    opsets: new Map([
      ['', 17],
      ['com.microsoft', 1],
    ]),
    graph: {
      name: 'moonshine',
      nodes: graph.nodes,
      initializers: graph.initializers,
      inputs: [
        { name: names.audio, type: float32, dims: [1, 'samples'] },
        { name: names.maxTokens, type: int64, dims: [] },
        { name: names.noSpeechAbove, type: float32, dims: [] },
        ...(drafts ? [{ name: names.draft, type: int64, dims: ['drafted'] }] : []),
      ],
      outputs: [
        ...byToken,
        { name: names.headWeights, type: float32, dims: [heads] },
        ...(drafts ? kept : []),
      ],
    },
  };
}
