/** The end of a step: from the decoder's values to the next token and its log-probability, in the graph. */
import { END } from '../tokens.js';
import { addLinear, type Workbench } from './layers.js';
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
  // The table of tokens serves both ends.
  const logits = addLinear(
    bench,
    'head',
    hidden,
    transpose(weights.quantized('model.decoder.embed_tokens.weight')),
  );
  const zero = tensors.integers('zero', [], [0]);
  const end = tensors.integers('token.end', [], [END]);

  const logProbabilities = graph.add('LogSoftmax', [logits], { axis: -1 });
  const endLogProbability = graph.add('Gather', [logProbabilities, end], { axis: 2 });
  const [best, tokens] = graph.addMany('TopK', [logProbabilities, tensors.integers('two', [1], [2])], 2, {
    axis: -1,
  });
  const passOver = [
    graph.add('Equal', [step, zero]),
    graph.add('Equal', [graph.add('Gather', [tokens, zero], { axis: 2 }), end]),
    graph.add('LessOrEqual', [endLogProbability, noSpeechAbove]),
  ].reduce((all, condition) => graph.add('And', [all, condition]));
  const place = graph.add('Cast', [passOver], { to: 7 });
  const index = graph.add('Reshape', [place, tensors.integers('shape.scalar', [0], [])]);
  return {
    token: graph.add('Gather', [tokens, index], { axis: 2 }),
    logProbability: graph.add('Gather', [best, index], { axis: 2 }),
    endLogProbability,
  };
}
