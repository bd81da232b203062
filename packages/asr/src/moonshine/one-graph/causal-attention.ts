/**
 * Self-attention of several rows at once, each over itself and those before it, to the last bit as one row after the other has it:
 * a difference in the last digit may end up as another byte in the next multiplication, and in the end as another word.
 * Scores are made together; the sums over rows, which the runtime adds up in another order for several rows, row by row.
 */
import { ElementType, type OnnxGraph } from '../../onnx/model.js';
import { float, GraphBuilder } from '../../onnx/graph-builder.js';
import type { KeyValue, Workbench } from './layers.js';

/** Adds the attention; gives back what is mixed, [1, rows, hidden], and the keys and values [1, heads, rows, head size]. */
export function addCausalAttention(
  { graph, tensors, shape }: Workbench,
  name: string,
  { query, key, value }: { query: string; key: string; value: string },
): { mixed: string; written: KeyValue } {
  const { heads, headSize, hidden } = shape;
  const byHead = tensors.integers('shape.rows_by_head', [3], [-1, heads, headSize]);
  const [queries, keys, values] = [query, key, value].map((rows) =>
    graph.add('Transpose', [graph.add('Reshape', [rows, byHead])], { perm: [1, 0, 2] }),
  );
  const [scores] = graph.addContrib('FusedMatMul', [queries, keys], {
    transB: 1,
    alpha: float(shape.attentionScale),
  });
  const count = graph.add('Shape', [queries], { start: 1, end: 2 });
  const begin = ['first', 'second'].map((row, i) => tensors.integers(`row.${row}`, [1], [i]));
  const body = rowOf(tensors, name, scores, values);
  const [, , rows] = graph.addMany('Loop', [count, '', ...begin], 3, { body });
  const batch = tensors.integers('axis.batch', [1], [0]);
  return {
    mixed: graph.add('Reshape', [rows, tensors.integers('shape.together', [3], [1, -1, hidden])]),
    written: { key: graph.add('Unsqueeze', [keys, batch]), value: graph.add('Unsqueeze', [values, batch]) },
  };
}

/** One row: it and those before it, [heads, 1, head size]. */
function rowOf(tensors: GraphBuilder, name: string, scores: string, values: string): OnnxGraph {
  const graph = new GraphBuilder(`${name}.row:`);
  const { int64, bool, float32 } = ElementType;
  const own = (result: string) => `${name}.${result}`;
  const [row, end] = [own('row'), own('end')];
  const from = tensors.integers('from.start', [1], [0]);
  const upTo = (all: string, axis: number) =>
    graph.add('Slice', [all, from, end, tensors.integers(`along.${axis}`, [1], [axis])]);

  const weights = graph.add('Softmax', [upTo(graph.add('Gather', [scores, row], { axis: 1 }), 2)], {
    axis: -1,
  });
  const mixed = graph.add('MatMul', [weights, upTo(values, 1)]);
  const results: [name: string, type: number][] = [
    [graph.add('Identity', [own('going')]), bool],
    [graph.add('Identity', [end]), int64],
    [graph.add('Add', [end, tensors.integers('row.second', [1], [1])]), int64],
    [mixed, float32],
  ];
  return {
    name: own('row'),
    nodes: graph.nodes,
    initializers: [],
    inputs: [
      { name: own('number'), type: int64, dims: [] },
      { name: own('going'), type: bool, dims: [] },
      { name: row, type: int64, dims: [1] },
      { name: end, type: int64, dims: [1] },
    ],
    outputs: results.map(([result, type]) => ({ name: result, type, dims: undefined })),
  };
}
