// Damaged files of Moonshine models, their bytes and what they say: one graph is made of them, or they are an invalid model, also where
// ONNX Runtime is what finds out; never anything else.
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { cases } from '../../../../../test/fixtures/cases.js';
import { AsrError, composeMoonshine } from '../../../src/index.js';
import { OneGraph } from '../../../src/moonshine/one-graph/one-graph.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../../src/onnx/model.js';
import { parseModel } from '../../../src/onnx/parse.js';
import { serializeModel } from '../../../src/onnx/serialize.js';
import { smallDecoder, smallEncoder } from './small-model.js';

const options = fc.constantFrom<Parameters<typeof composeMoonshine>[2]>(
  {},
  { drafts: true },
  { encoder: 'original' },
  { arithmetic: 'float32' },
);
const sizes = fc.oneof(
  fc.integer({ min: -40, max: 40 }),
  fc.constantFrom(2 ** 31, 2 ** 40, -(2 ** 33), 2 ** 53 - 1),
);
const place = fc.nat(10_000);

/** One thing of a graph, changed. */
type Change = (graph: OnnxGraph) => OnnxGraph;
const changed = <T>(list: readonly T[], at: number, to: (one: T) => readonly T[]): T[] =>
  list.flatMap((one, i) => (i === at % list.length ? to(one) : [one]));
const inTensors =
  (at: number, to: (one: OnnxTensor) => readonly OnnxTensor[]): Change =>
  (graph) => ({
    ...graph,
    initializers: changed(graph.initializers, at, to),
  });
/** Nodes of the graph and of those inside it. */
const inNodes =
  (at: number, to: (one: OnnxNode) => readonly OnnxNode[]): Change =>
  (graph) => {
    const merged = graph.nodes.length === 1 ? graph.nodes[0] : undefined;
    if (merged === undefined) return { ...graph, nodes: changed(graph.nodes, at, to) };
    const attributes = [...merged.attributes].map(([name, value]): [string, OnnxAttribute] => [
      name,
      value.kind === 'graph' ? { ...value, value: inNodes(at, to)(value.value) } : value,
    ]);
    return { ...graph, nodes: [{ ...merged, attributes: new Map(attributes) }] };
  };
const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(place, fc.array(sizes, { maxLength: 3 }))
    .map(([at, dims]) => inTensors(at, (one) => [{ ...one, dims }])),
  fc
    .tuple(place, fc.nat(3), sizes)
    .map(([at, dim, size]) =>
      inTensors(at, (one) => [
        { ...one, dims: one.dims.map((each, i) => (i === dim % one.dims.length ? size : each)) },
      ]),
    ),
  place.map((at) => inTensors(at, (one) => [{ ...one, dims: one.dims.map((size) => -size) }])),
  fc.tuple(place, fc.nat(3), fc.nat(600)).map(([at, times, bytes]) =>
    inTensors(at, (one) => {
      const data = Buffer.concat(Array.from({ length: times }, () => one.data)).subarray(
        0,
        times * one.data.length - bytes,
      );
      return [{ ...one, data: new Uint8Array(data) }];
    }),
  ),
  fc.tuple(place, fc.nat(20)).map(([at, type]) => inTensors(at, (one) => [{ ...one, type }])),
  place.map((at) => inTensors(at, () => [])),
  fc.tuple(place, place).map(([at, other]): Change => (graph) => {
    const name = graph.initializers[other % graph.initializers.length]?.name ?? '';
    return inTensors(at, (one) => [{ ...one, name }])(graph);
  }),
  place.map((at) => inNodes(at, () => [])),
  fc
    .tuple(
      place,
      fc.array(fc.constantFrom('', 'weight_1_quantized', 'values', '/Transpose_output_0'), { maxLength: 3 }),
    )
    .map(([at, inputs]) => inNodes(at, (one) => [{ ...one, inputs }])),
  fc.array(fc.oneof(sizes, fc.constant('steps')), { maxLength: 5 }).map((dims): Change => (graph) => ({
    ...graph,
    inputs: graph.inputs.map((input) => ({ ...input, dims })),
  })),
  fc.constant<Change>((graph) => ({ ...graph, nodes: [] })),
);
const damaged = (model: OnnxModel) =>
  fc
    .array(change, { maxLength: 2 })
    .map((changes) =>
      serializeModel({ ...model, graph: changes.reduce((graph, each) => each(graph), model.graph) }),
    );
const encoders = damaged(smallEncoder());
const decoders = damaged(smallDecoder());

/** What is made, or nothing where the files are refused. */
function compose(...files: Parameters<typeof composeMoonshine>): Uint8Array | undefined {
  try {
    return composeMoonshine(...files);
  } catch (error) {
    expect(error).toBeInstanceOf(AsrError);
    expect((error as AsrError).code).toBe('invalid_model');
    return undefined;
  }
}

/** Opens a graph and lets it write; gives whether it did. */
async function writes(graph: Uint8Array): Promise<boolean> {
  try {
    const opened = await OneGraph.load(ort, graph);
    try {
      await opened.decode(new Float32Array(160).fill(0.5), { maxTokens: 4, noSpeechAbove: 0, draft: [3] });
    } finally {
      await opened.release();
    }
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(AsrError);
    return false;
  }
}

it('whole files make a graph that writes', async () => {
  const [encoder, decoder] = [serializeModel(smallEncoder()), serializeModel(smallDecoder())];
  for (const each of [{}, { drafts: true }, { arithmetic: 'float32' as const }])
    expect(await writes(composeMoonshine(encoder, decoder, each))).toBe(true);
});

it('a decoder that declares more heads than it has weights for is refused at once', () => {
  const model = smallDecoder();
  for (const dims of [
    ['batch', 2 ** 40, 'steps', 8],
    ['batch', -2, 'steps', -8],
    ['batch', 2, 'steps', 9],
  ]) {
    const inputs = model.graph.inputs.map((input) => ({ ...input, dims }));
    const decoder = serializeModel({ ...model, graph: { ...model.graph, inputs } });
    expect(compose(serializeModel(smallEncoder()), decoder)).toBeUndefined();
  }
});

it('files that say something else are refused, or make a graph', () => {
  fc.assert(
    fc.property(encoders, decoders, options, (encoder, decoder, how) => {
      const graph = compose(encoder, decoder, how);
      if (graph) expect(parseModel(graph).graph.name).toBe('moonshine');
    }),
    cases(1_000),
  );
});

it('files of other bytes are refused, or make a graph', () => {
  const [encoder, decoder] = [serializeModel(smallEncoder()), serializeModel(smallDecoder())];
  const byte = fc.tuple(fc.nat(), fc.nat(255));
  const bytes = fc.tuple(
    fc.array(byte, { minLength: 1, maxLength: 4 }),
    fc.option(fc.nat(8000), { nil: undefined }),
  );
  const broken = (file: Uint8Array, changes: readonly (readonly [number, number])[], end?: number) => {
    const copy = file.slice(0, end);
    for (const [at, to] of changes) if (copy.length > 0) copy[at % copy.length] = to;
    return copy;
  };
  fc.assert(
    fc.property(bytes, fc.boolean(), options, ([changes, end], first, how) => {
      compose(
        first ? broken(encoder, changes, end) : encoder,
        first ? decoder : broken(decoder, changes, end),
        how,
      );
    }),
    cases(1_000),
  );
});

it('a graph that was made opens and writes, or is an invalid model', async () => {
  let wrote = 0;
  await fc.assert(
    fc.asyncProperty(encoders, decoders, options, async (encoder, decoder, how) => {
      const graph = compose(encoder, decoder, how);
      if (graph && (await writes(graph))) wrote++;
    }),
    cases(300),
  );
  expect(wrote).toBeGreaterThan(0);
});
