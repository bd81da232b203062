/** The end of a step: from the decoder's values to the next token and its log-probability, in the graph. */
import { END } from '../tokens.js';
import { addEmbedding, addLinear, type Workbench } from './layers.js';
import type { PublishedWeights } from './published-weights.js';
import { transpose } from './quantized-matrix.js';

/** Names of results, of one or several rows. */
export interface TokenChoice {
  /** int64 [rows, 1, 1] */
  readonly token: string;
  /** The natural log-probability of the token: float32 [rows, 1, 1]. */
  readonly logProbability: string;
  /** That of the end: float32 [rows, 1, 1]. */
  readonly endLogProbability: string;
}

/** The choice of several rows. */
export interface CertainChoice extends TokenChoice {
  /** By how much the token's log-probability is above that of the next best: float32 [rows, 1, 1]. */
  readonly lead: string;
}

/** What a choice is made of: names of results. */
export interface ChoiceInputs {
  /** [1, rows, hidden] */
  readonly hidden: string;
  /** Positions of the rows, int64: one number, or [rows, 1, 1]. */
  readonly position: string;
  readonly noSpeechAbove: string;
}

// The published files multiply the last values as they are, not quantised. Rounding moves a logit by a tenth or so: enough for
// another word where two are equally likely, never enough for one that is not among the best four.
const CANDIDATES = 4;

/** Adds the greedy choice of a single row. */
export function addTokenChoice(
  bench: Workbench,
  weights: PublishedWeights,
  inputs: ChoiceInputs,
): TokenChoice {
  const { graph, tensors } = bench;
  const allowed = addAllowed(bench, weights, { ...inputs, manyRows: false });
  const count = tensors.integers('shape.one', [1], [1]);
  const [logProbability, place] = graph.addMany('TopK', [allowed.logProbabilities, count], 2, { axis: -1 });
  const token = graph.add('GatherElements', [allowed.tokens, place], { axis: -1 });
  return { token, logProbability, endLogProbability: allowed.endLogProbability };
}

/** Adds the greedy choice of several rows, each by itself. */
export function addTokenChoices(
  bench: Workbench,
  weights: PublishedWeights,
  inputs: ChoiceInputs,
): CertainChoice {
  const { graph, tensors } = bench;
  const allowed = addAllowed(bench, weights, { ...inputs, manyRows: true });
  const count = tensors.integers('two', [1], [2]);
  const [best, places] = graph.addMany('TopK', [allowed.logProbabilities, count], 2, { axis: -1 });
  const [logProbability, second] = graph.addMany('Split', [best], 2, { axis: -1 });
  const [place] = graph.addMany('Split', [places], 2, { axis: -1 });
  return {
    token: graph.add('GatherElements', [allowed.tokens, place], { axis: -1 }),
    logProbability,
    endLogProbability: allowed.endLogProbability,
    lead: graph.add('Sub', [logProbability, second]),
  };
}

/** The best few tokens of each row, int64 [rows, 1, 4], with their log-probabilities and that of the end [rows, 1, 1]. */
interface Candidates {
  readonly tokens: string;
  readonly logProbabilities: string;
  readonly endLogProbability: string;
}

/**
 * Adds the candidates. At the first step the end is none of them, unless its log-probability is above `noSpeechAbove`: with it
 * every ninth clip that is plain speech would come back empty.
 */
function addAllowed(
  bench: Workbench,
  weights: PublishedWeights,
  inputs: ChoiceInputs & { manyRows: boolean },
): Candidates {
  const { graph, tensors } = bench;
  const candidates = addCandidates(bench, weights, inputs);
  const passOver = [
    graph.add('Equal', [inputs.position, tensors.integers('zero', [], [0])]),
    graph.add('LessOrEqual', [candidates.endLogProbability, inputs.noSpeechAbove]),
    graph.add('Equal', [candidates.tokens, tensors.integers('token.end', [], [END])]),
  ].reduce((all, condition) => graph.add('And', [all, condition]));
  const never = tensors.floats('never', [], [-Infinity]);
  const logProbabilities = graph.add('Where', [passOver, never, candidates.logProbabilities]);
  return { ...candidates, logProbabilities };
}

function addCandidates(
  bench: Workbench,
  weights: PublishedWeights,
  { hidden, manyRows }: ChoiceInputs & { manyRows: boolean },
): Candidates {
  const { graph, tensors, shape } = bench;
  const apart = (values: string, width: number) =>
    manyRows
      ? graph.add('Reshape', [values, tensors.integers(`apart.${width}`, [3], [-1, 1, width])])
      : values;
  const end = tensors.integers('token.end.one', [1], [END]);
  const count = tensors.integers('candidates', [1], [CANDIDATES]);
  // The table of tokens serves both ends.
  const table = transpose(weights.quantized('model.decoder.embed_tokens.weight'));
  const logits = apart(addLinear(bench, 'head', hidden, table), table.columns);
  const all = graph.add('LogSoftmax', [logits], { axis: -1 });
  const [rounded, tokens] = graph.addMany('TopK', [all, count], 2, { axis: -1 });

  const shapeOfTokens = tensors.integers('by_candidate', [2], [-1, CANDIDATES]);
  const rows = addEmbedding(bench, weights, graph.add('Reshape', [tokens, shapeOfTokens]));
  const [exactLogits] = graph.addContrib('FusedMatMul', [apart(hidden, shape.hidden), rows], { transB: 1 });
  const error = graph.add('Sub', [exactLogits, graph.add('GatherElements', [logits, tokens], { axis: -1 })]);
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
    endLogProbability: graph.add('Sub', [graph.add('Gather', [all, end], { axis: 2 }), excess]),
  };
}
