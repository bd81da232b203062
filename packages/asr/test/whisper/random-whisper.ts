/**
 * A Whisper with the tensors and the structure of a real export (convolutions, self-attention with a cache, cross-attention,
 * both branches of the merged decoder in an `If`), tiny, its weights drawn at random. What it writes means nothing; that it
 * writes the same however it is fed means that caches, positions and branches go where they should.
 */
import { GraphBuilder } from '../../src/onnx/graph-builder.js';
import type { OnnxGraph } from '../../src/onnx/model.js';
import { WHISPER_FRAMES } from '../../src/features/whisper-log-mel.js';
import { seededRandom } from '../speech.js';
import { makeModel, value } from '../stand-in-graph.js';
import { CLASSES, FRAMES } from './stand-in-whisper.js';

const BANDS = 80;
const HEADS = 2;
const HEAD_SIZE = 4;
const SIZE = HEADS * HEAD_SIZE;
const POSITIONS = 48;

const past = (part: string) => `past_key_values.0.${part}`;
const present = (part: string) => `present.0.${part}`;
const parts = ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'];
const outputs = ['logits', ...parts.map(present), 'cross_attentions.0'];

/** The encoder and the decoder of a checkpoint; another seed gives other weights. */
export function makeRandomGraphs(seed: number): { encoder: Uint8Array; decoder: Uint8Array } {
  const random = seededRandom(seed);
  const draw = (g: GraphBuilder, name: string, dims: readonly number[], spread: number) => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    return g.floats(
      name,
      dims,
      Float32Array.from({ length: count }, () => (random() - 0.5) * spread),
    );
  };
  const encoder = makeModel(
    [value('input_features', 'float32', ['batch', BANDS, WHISPER_FRAMES])],
    [value('last_hidden_state', 'float32', ['batch', FRAMES, SIZE])],
    (g) => {
      const first = g.add('Conv', ['input_features', draw(g, 'conv1', [SIZE, BANDS, 3], 0.3)], {
        pads: [1, 1],
      });
      const weights = draw(g, 'conv2', [SIZE, SIZE, 3], 2);
      const second = g.add('Conv', [g.add('Tanh', [first]), weights], { pads: [1, 1], strides: [2] });
      g.rename(g.add('Transpose', [g.add('Tanh', [second])], { perm: [0, 2, 1] }), 'last_hidden_state');
    },
  );
  const decoder = makeModel(
    [
      value('input_ids', 'int64', ['batch', 'tokens']),
      value('encoder_hidden_states', 'float32', ['batch', FRAMES, SIZE]),
      ...parts.map((part) => value(past(part), 'float32', ['batch', HEADS, 'past', HEAD_SIZE])),
      value('use_cache_branch', 'bool', [1]),
    ],
    [
      value('logits', 'float32', ['batch', 'tokens', CLASSES]),
      ...parts.map((part) => value(present(part), 'float32', ['batch', HEADS, 'length', HEAD_SIZE])),
      value('cross_attentions.0', 'float32', ['batch', HEADS, 'tokens', FRAMES]),
    ],
    (g) => {
      draw(g, 'embedding', [CLASSES, SIZE], 2);
      draw(g, 'positions', [POSITIONS, SIZE], 2);
      for (const name of ['q', 'k', 'v', 'o', 'cross_q', 'cross_k', 'cross_v', 'cross_o'])
        draw(g, name, [SIZE, SIZE], 2);
      draw(g, 'head', [SIZE, CLASSES], 4);
      g.integers('split', [4], [0, 0, HEADS, HEAD_SIZE]);
      g.integers('joined', [3], [0, 0, SIZE]);
      g.integers('zero', [], [0]);
      g.integers('one', [], [1]);
      g.integers('two', [], [2]);
      g.integers('column', [2], [-1, 1]);
      g.floats('scale', [], [HEAD_SIZE ** -0.5]);
      g.floats('never', [], [-1e9]);
      g.floats('nothing', [], [0]);
      g.floats('dummy', [1, HEADS, 1, HEAD_SIZE], new Array<number>(SIZE).fill(0));
      g.addMany('If', ['use_cache_branch'], outputs.length, {
        then_branch: branch(true),
        else_branch: branch(false),
      });
      g.nameResults(0, outputs);
    },
  );
  return { encoder, decoder };
}

/** One step: with the cache, or from the beginning. */
function branch(isCached: boolean): OnnxGraph {
  const prefix = isCached ? 'cached_' : 'first_';
  const g = new GraphBuilder(prefix);
  const toHeads = (x: string, weights: string) =>
    g.add('Transpose', [g.add('Reshape', [g.add('MatMul', [x, weights]), 'split'])], { perm: [0, 2, 1, 3] });
  const sizeOf = (tensor: string, dim: string) => g.add('Gather', [g.add('Shape', [tensor]), dim]);
  const attend = (q: string, k: string, v: string, out: string, mask?: string) => {
    const scores = g.add('Mul', [
      g.add('MatMul', [q, g.add('Transpose', [k], { perm: [0, 1, 3, 2] })]),
      'scale',
    ]);
    const weights = g.add('Softmax', [mask ? g.add('Add', [scores, mask]) : scores], { axis: -1 });
    const heads = g.add('Transpose', [g.add('MatMul', [weights, v])], { perm: [0, 2, 1, 3] });
    return { weights, mixed: g.add('MatMul', [g.add('Reshape', [heads, 'joined']), out]) };
  };

  const seen = isCached ? sizeOf(past('decoder.key'), 'two') : 'zero';
  const end = g.add('Add', [seen, sizeOf('input_ids', 'one')]);
  const places = g.add('Range', [seen, end, 'one']);
  const embedded = g.add('Gather', ['embedding', 'input_ids']);
  const x = g.add('Add', [embedded, g.add('Gather', ['positions', places])]);

  const grow = (part: string, weights: string) =>
    isCached ? g.add('Concat', [past(part), toHeads(x, weights)], { axis: 2 }) : toHeads(x, weights);
  const key = grow('decoder.key', 'k');
  const values = grow('decoder.value', 'v');
  const isLater = g.add('Greater', [
    g.add('Range', ['zero', end, 'one']),
    g.add('Reshape', [places, 'column']),
  ]);
  const mask = g.add('Where', [isLater, 'never', 'nothing']);
  const self = g.add('Add', [x, attend(toHeads(x, 'q'), key, values, 'o', mask).mixed]);

  const heard = isCached
    ? { key: past('encoder.key'), values: past('encoder.value') }
    : {
        key: toHeads('encoder_hidden_states', 'cross_k'),
        values: toHeads('encoder_hidden_states', 'cross_v'),
      };
  const cross = attend(toHeads(self, 'cross_q'), heard.key, heard.values, 'cross_o');
  const last = g.add('Tanh', [g.add('Add', [self, cross.mixed])]);

  // With the cache, exports give back stand-ins for the encoder's part: nobody may use them.
  const kept = isCached ? ['dummy', 'dummy'] : [heard.key, heard.values];
  const results = [g.add('MatMul', [last, 'head']), key, values, ...kept, cross.weights];
  const named = results.map((result) => g.add('Identity', [result]));
  return {
    name: prefix,
    nodes: g.nodes,
    initializers: g.initializers,
    inputs: [],
    outputs: named.map((name) => ({ name, type: 1, dims: undefined })),
  };
}
