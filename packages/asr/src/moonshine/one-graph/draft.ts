/**
 * Checking a draft: tokens that are likely to be written, because they were when a little less had been heard. All are put through
 * the decoder at once, which costs little more than one, and those are kept that it would have written itself; it goes on
 * alone after them (Leviathan et al. 2023, "Fast inference from transformers via speculative decoding", with greedy choice).
 */
import { ElementType, type OnnxGraph, type OnnxValue } from '../../onnx/model.js';
import { GraphBuilder } from '../../onnx/graph-builder.js';
import { BEGIN, END } from '../tokens.js';
import { addDecoderStep } from './decoder-step.js';
import type { KeyValue, Workbench } from './layers.js';
import type { PublishedWeights } from './published-weights.js';
import { RowByRow } from './row-by-row.js';
import { addTokenChoices } from './token-choice.js';

// Rows together come out as rows alone but for the last digits of their log-probabilities. A token whose lead is smaller than
// this is left to the loop.
const LEAST_LEAD = 0.001;

/** Where writing stands when the loop begins: names of results. */
export interface Start {
  /** How many tokens there are already: int64 []. */
  readonly count: string;
  /** Whether there may be more: bool []. */
  readonly goesOn: string;
  /** The last of them, or the beginning: int64 [1, 1]. */
  readonly token: string;
  readonly written: readonly KeyValue[];
}

/** What a draft is checked against: names of results. */
export interface DraftInputs {
  /** int64 [tokens], none of them the end; with no tokens the loop begins at the beginning. */
  readonly draft: string;
  readonly noSpeechAbove: string;
  readonly heard: readonly KeyValue[];
}

/**
 * Adds the check of a draft.
 *
 * @param kept names for what is kept of it: tokens, log-probabilities, those of the end, attention
 * @param addFollowing makes [heads, tokens, frames] of the attention of the layers
 */
export function addDraft(
  outer: Workbench,
  weights: PublishedWeights,
  inputs: DraftInputs,
  kept: readonly string[],
  addFollowing: (bench: Workbench, attention: readonly string[]) => string,
): Start {
  const { graph } = outer;
  const isThere = graph.add('Greater', [graph.add('Size', [inputs.draft]), graph.integers('zero', [], [0])]);
  const branches = {
    then_branch: addCheck(outer, weights, inputs, addFollowing),
    else_branch: addNothing(outer),
  };
  const before = 3 + 2 * outer.shape.decoderLayers;
  const [count, goesOn, token, ...results] = graph.addMany('If', [isThere], before + kept.length, branches);
  graph.nameResults(before, kept);
  const written = inputs.heard.map((_, layer) => ({
    key: results[2 * layer],
    value: results[2 * layer + 1],
  }));
  return { count, goesOn, token, written };
}

/** The branch for a draft with tokens in it. */
function addCheck(
  { graph: outer, shape, arithmetic }: Workbench,
  weights: PublishedWeights,
  { draft, noSpeechAbove, heard }: DraftInputs,
  addFollowing: (bench: Workbench, attention: readonly string[]) => string,
): OnnxGraph {
  const graph = new GraphBuilder('draft:');
  const bench = { graph, tensors: outer, shape, arithmetic, rowByRow: new RowByRow(graph, outer) };
  const zero = outer.integers('zero', [], [0]);
  const one = outer.integers('one.integer', [], [1]);
  const flat = outer.integers('flat', [1], [-1]);
  const byRow = outer.integers('shape.by_row', [3], [-1, 1, 1]);

  // Row i is given the tokens before position i, and chooses the token at it.
  const given = graph.add('Concat', [outer.integers('begin', [1], [BEGIN]), draft], { axis: 0 });
  const positions = graph.add('Range', [zero, graph.add('Size', [given]), one]);
  const step = addDecoderStep(bench, weights, {
    tokens: graph.add('Reshape', [given, outer.integers('shape.one_row', [2], [1, -1])]),
    position: zero,
    written: [],
    heard,
    manyRows: true,
  });
  const choice = addTokenChoices(bench, weights, {
    hidden: step.hidden,
    position: graph.add('Reshape', [positions, byRow]),
    noSpeechAbove,
  });
  const chosen = graph.add('Reshape', [choice.token, flat]);
  const lead = graph.add('Reshape', [choice.lead, flat]);
  const certain = graph.add('Greater', [lead, outer.floats('lead', [], [LEAST_LEAD])]);

  // The rows up to the first that is not certain or chose another token than the draft has; that one too, if it is certain.
  const following = graph.add('Concat', [draft, outer.integers('no_token', [1], [-1])], { axis: 0 });
  const agrees = graph.add('And', [certain, graph.add('Equal', [chosen, following])]);
  const differs = graph.add('Cast', [graph.add('Not', [agrees])], { to: ElementType.int32 });
  const first = graph.add('ArgMax', [differs], { axis: 0, keepdims: 0 });
  const itself = graph.add('Cast', [graph.add('Gather', [certain, first], { axis: 0 })], {
    to: ElementType.int64,
  });
  const count = graph.add('Add', [first, itself]);

  const from = outer.integers('from.start', [1], [0]);
  const to = graph.add('Reshape', [count, outer.integers('shape.one', [1], [1])]);
  const keep = (rows: string, axis: number) =>
    graph.add('Slice', [rows, from, to, outer.integers(`along.${axis}`, [1], [axis])]);
  const last = graph.add(
    'Gather',
    [graph.add('Concat', [outer.integers('begin', [1], [BEGIN]), chosen], { axis: 0 }), count],
    { axis: 0 },
  );
  const results = [
    count,
    graph.add('Not', [graph.add('Equal', [last, outer.integers('token.end', [], [END])])]),
    graph.add('Reshape', [last, outer.integers('shape.one_one', [2], [1, 1])]),
    ...step.written.flatMap(({ key, value }) => [keep(key, 2), keep(value, 2)]),
    keep(chosen, 0),
    keep(graph.add('Reshape', [choice.logProbability, flat]), 0),
    keep(graph.add('Reshape', [choice.endLogProbability, flat]), 0),
    keep(graph.add('Transpose', [addFollowing(bench, step.attention)], { perm: [1, 0, 2] }), 0),
  ];
  return branchOf('draft', graph, results, shape.decoderLayers);
}

/** The branch for no draft: nothing is written. */
function addNothing({ graph: outer, shape }: Workbench): OnnxGraph {
  const graph = new GraphBuilder('no_draft:');
  const nothing = outer.floats('written.nothing', [1, shape.heads, 0, shape.headSize], []);
  const results = [
    outer.integers('zero', [], [0]),
    outer.tensor('yes', ElementType.bool, [], () => Uint8Array.of(1)),
    outer.integers('token.begin', [1, 1], [BEGIN]),
    ...Array.from({ length: 2 * shape.decoderLayers }, () => nothing),
    outer.integers('no_tokens', [0], []),
    outer.floats('no_values', [0], []),
    outer.floats('no_values', [0], []),
    outer.floats('no_attention', [0, 0, 0], []),
  ].map((name) => graph.add('Identity', [name]));
  return branchOf('no_draft', graph, results, shape.decoderLayers);
}

function branchOf(name: string, graph: GraphBuilder, results: readonly string[], layers: number): OnnxGraph {
  const { float32, int64, bool } = ElementType;
  const floats = Array.from({ length: 2 * layers }, () => float32);
  const types = [int64, bool, int64, ...floats, int64, float32, float32, float32];
  const outputs = results.map((result, i): OnnxValue => ({ name: result, type: types[i], dims: undefined }));
  return { name, nodes: graph.nodes, initializers: [], inputs: [], outputs };
}
