/** Small ONNX files made in tests: they stand in for models whose weights nobody can be asked to download. */
import { GraphBuilder } from '../src/onnx/graph-builder.js';
import { ElementType, type OnnxValue } from '../src/onnx/model.js';
import { serializeModel } from '../src/onnx/serialize.js';

type Shape = readonly (number | string)[];

/** The declaration of an input or output. */
export const value = (name: string, type: keyof typeof ElementType, dims: Shape): OnnxValue => ({
  name,
  type: ElementType[type],
  dims,
});

/** Nodes of a stand-in. */
export class StandInGraph extends GraphBuilder {
  /** Gives a result another name: that of an output. */
  rename(result: string, name: string): void {
    this.add('Identity', [result]);
    this.nameResults(0, [name]);
  }
}

/** The bytes of an ONNX file; `build` adds the nodes and gives the outputs their names. */
export function makeModel(
  inputs: readonly OnnxValue[],
  outputs: readonly OnnxValue[],
  build: (graph: StandInGraph) => void,
): Uint8Array {
  const graph = new StandInGraph();
  build(graph);
  return serializeModel({
    irVersion: 8,
    opsets: new Map([['', 17]]),
    graph: { name: 'stand-in', nodes: graph.nodes, initializers: graph.initializers, inputs, outputs },
  });
}

/** A tone of half a second and more, which the stand-ins tell apart by its pitch. */
export function tone(hertz: number, seconds = 2): Float32Array {
  return Float32Array.from(
    { length: seconds * 16_000 },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / 16_000),
  );
}
