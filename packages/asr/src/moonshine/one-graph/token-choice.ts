/** The end of a step: from the decoder's values to the next token and its log-probability, in the graph. */
import { ElementType } from '../../onnx/model.js';
import { END } from '../tokens.js';
import { addEmbedding, addLinear, type Workbench } from './layers.js';
import type { PublishedWeights } from './published-weights.js';
import { transpose } from './quantized-matrix.js';

/** Names of results. */
export interface TokenChoice {
  /** int64 [1, 1, 1] */
  readonly token: string;
  /** The natural log-probability of the token: float32 [1, 1, 1]. */
  readonly logProbability: string;
  /** That of the end: float32 [1, 1]. */
  readonly endLogProbability: string;
}

// The published files multiply the last values as they are, not quantised. Rounding moves a logit by a tenth or so: enough for
// another word where two are equally likely, never enough for one that is not among the best four.
const CANDIDATES = 4;

/**
 * Adds the greedy choice. At the first step the end is passed over for the second best, unless its log-probability is above
 * `noSpeechAbove`: unmasked, every ninth clip that is plain speech would come back empty.
 */
export function addTokenChoice(
  bench: Workbench,
  weights: PublishedWeights,
  { hidden, step, noSpeechAbove }: { hidden: string; step: string; noSpeechAbove: string },
): TokenChoice {
  const { graph, tensors } = bench;
  const zero = tensors.integers('zero', [], [0]);
  const end = tensors.integers('token.end', [], [END]);
  const candidates = addCandidates(bench, weights, hidden);

  const two = tensors.integers('two', [1], [2]);
  const [best, places] = graph.addMany('TopK', [candidates.logProbabilities, two], 2, { axis: -1 });
  const tokens = graph.add('Gather', [candidates.tokens, places], { axis: 0 });
  const passOver = [
    graph.add('Equal', [step, zero]),
    graph.add('Equal', [graph.add('Gather', [tokens, zero], { axis: 2 }), end]),
    graph.add('LessOrEqual', [candidates.endLogProbability, noSpeechAbove]),
  ].reduce((all, condition) => graph.add('And', [all, condition]));
  const place = graph.add('Cast', [passOver], { to: ElementType.int64 });
  const index = graph.add('Reshape', [place, tensors.integers('shape.scalar', [0], [])]);
  return {
    token: graph.add('Gather', [tokens, index], { axis: 2 }),
    logProbability: graph.add('Gather', [best, index], { axis: 2 }),
    endLogProbability: candidates.endLogProbability,
  };
}

/** Adds the best few tokens, int64 [4], with their log-probabilities [1, 1, 4] and that of the end. */
function addCandidates(
  bench: Workbench,
  weights: PublishedWeights,
  hidden: string,
): { tokens: string; logProbabilities: string; endLogProbability: string } {
  const { graph, tensors } = bench;
  const end = tensors.integers('token.end', [], [END]);
  const count = tensors.integers('candidates', [1], [CANDIDATES]);
  // The table of tokens serves both ends.
  const table = transpose(weights.quantized('model.decoder.embed_tokens.weight'));
  const logits = addLinear(bench, 'head', hidden, table);
  const all = graph.add('LogSoftmax', [logits], { axis: -1 });
  const [rounded, places] = graph.addMany('TopK', [all, count], 2, { axis: -1 });
  const tokens = graph.add('Reshape', [places, count]);

  const rows = addEmbedding(bench, weights, tokens);
  const [exactLogits] = graph.addContrib('FusedMatMul', [hidden, rows], { transB: 1 });
  const error = graph.add('Sub', [exactLogits, graph.add('Gather', [logits, tokens], { axis: 2 })]);
  const exact = graph.add('Add', [rounded, error]);
  // What the candidates gained, all tokens together have more than 1.
  const gained = graph.add('Sub', [graph.add('Exp', [exact]), graph.add('Exp', [rounded])]);
  const axis = tensors.integers('axis.last', [1], [-1]);
  const one = tensors.floats('one', [], [1]);
  const total = graph.add('Add', [graph.add('ReduceSum', [gained, axis]), one]);
  const excess = graph.add('Log', [total]);
  return {
    tokens,
    logProbabilities: graph.add('Sub', [exact, excess]),
    endLogProbability: graph.add('Sub', [
      graph.add('Gather', [all, end], { axis: 2 }),
      graph.add('Reshape', [excess, tensors.integers('shape.one_one', [2], [1, 1])]),
    ]),
  };
}
