import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { AsrError } from '../../src/index.js';
import { float, GraphBuilder } from '../../src/onnx/graph-builder.js';
import { ElementType, type OnnxGraph, type OnnxModel } from '../../src/onnx/model.js';
import { parseModel } from '../../src/onnx/parse.js';
import { serializeModel } from '../../src/onnx/serialize.js';
import { files, modelFile } from '../models.js';
import { seededRandom } from '../speech.js';

const vad = new Uint8Array(readFileSync(modelFile('silero_vad_v6.onnx')));
const published = { encoder: files.encoder, decoder: files.decoder, 'voice activity': vad };

const hashOf = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Everything that a graph says, its inner graphs too; weights as hashes. */
function outline({ nodes, inputs, outputs, initializers, other }: OnnxGraph): unknown {
  return {
    nodes: nodes.map(({ attributes, ...node }) => ({
      ...node,
      attributes: [...attributes].map(([name, { kind, value }]) => {
        if (kind === 'graph') return [name, outline(value)];
        return [name, kind, kind === 'tensor' ? hashOf(value.data) : value];
      }),
    })),
    inputs,
    outputs,
    initializers: initializers.map(({ name, type, dims, data }) => [name, type, dims, hashOf(data)]),
    other: other?.length,
  };
}

describe('ONNX files', () => {
  it.each(Object.entries(published))('say the same when read and written again: %s', (_, bytes) => {
    const model = parseModel(bytes);
    const written = serializeModel(model);
    const again = parseModel(written);
    expect(again.opsets).toEqual(model.opsets);
    expect(outline(again.graph)).toEqual(outline(model.graph));
    // From then on they are the same to the byte.
    expect(Buffer.compare(serializeModel(again), written)).toBe(0);
  });

  it('are read without copying the weights', () => {
    const largest = Math.max(...parseModel(files.decoder).graph.initializers.map(({ data }) => data.length));
    expect(largest).toBeGreaterThan(9_000_000);
    for (const { data } of parseModel(files.decoder).graph.initializers)
      if (data.length > 1000) expect(data.buffer).toBe(files.decoder.buffer);
  });

  it('run as before when written again', async () => {
    const run = async (bytes: Uint8Array) => {
      const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
      const result = await session.run({
        input: new ort.Tensor(
          'float32',
          Float32Array.from({ length: 576 }, (_, i) => Math.sin(i)),
          [1, 576],
        ),
        state: new ort.Tensor('float32', new Float32Array(256), [2, 1, 128]),
        sr: new ort.Tensor('int64', BigInt64Array.of(16_000n), []),
      });
      await session.release();
      return [result['output'].data, result['stateN'].data];
    };
    expect(await run(serializeModel(parseModel(vad)))).toEqual(await run(vad));
  });

  it('that are cut off, overwritten or nonsense are refused, and nothing else happens', () => {
    const random = seededRandom(4);
    const small = vad.slice(0, 40_000);
    const attempts: Uint8Array[] = [
      new Uint8Array(0),
      new TextEncoder().encode('not a model'),
      nested(100_000),
    ];
    for (let i = 0; i < 300; i++) attempts.push(small.subarray(0, Math.floor(random() * small.length)));
    for (let i = 0; i < 300; i++) {
      const damaged = vad.slice();
      for (let n = 0; n < 20; n++) damaged[Math.floor(random() * 3_000)] = Math.floor(random() * 256);
      attempts.push(damaged);
    }
    let refused = 0;
    for (const bytes of attempts) {
      try {
        parseModel(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(AsrError);
        expect(error).toMatchObject({ code: 'invalid_model' });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(400);
  });

  it('keep weights elsewhere are refused', () => {
    const tensor = [0x08, 1, 0x10, 1, 0x70, 1]; // dims 1, float32, data_location external
    const graph = [0x2a, tensor.length, ...tensor];
    expect(() => parseModel(Uint8Array.of(0x3a, graph.length, ...graph))).toThrow(/another file/);
  });
});

/** Graphs inside attributes inside nodes inside graphs. */
function nested(depth: number): Uint8Array {
  const parts: number[][] = [];
  let length = 0;
  const wrap = (field: number): void => {
    const head = [field * 8 + 2];
    for (let rest = length; ; rest >>>= 7) {
      if (rest < 128) {
        head.push(rest);
        break;
      }
      head.push((rest & 127) | 128);
    }
    parts.push(head);
    length += head.length;
  };
  for (let i = 0; i < depth; i++) {
    const kind = [0xa0, 0x01, 5]; // type: graph
    parts.push(kind);
    length += kind.length;
    for (const field of [6, 5, 1]) wrap(field);
  }
  wrap(7);
  return Uint8Array.from(parts.reverse().flat());
}

describe('GraphBuilder', () => {
  it('makes graphs that run, with attributes of every kind and a graph inside', async () => {
    const graph = new GraphBuilder();
    const one = graph.floats('one', [], [1]);
    const body = new GraphBuilder('body:');
    const next = body.add('Add', ['x', one]);
    const still = body.add('Identity', ['going']);
    const value = (name: string, type: number, dims: number[] = []) => ({ name, type, dims });
    graph.addMany(
      'Loop',
      ['count', graph.tensor('yes', ElementType.bool, [], () => Uint8Array.of(1)), 'start'],
      1,
      {
        body: {
          name: 'body',
          nodes: body.nodes,
          initializers: [],
          inputs: [
            value('i', ElementType.int64),
            value('going', ElementType.bool),
            value('x', ElementType.float32),
          ],
          outputs: [value(still, ElementType.bool), value(next, ElementType.float32)],
        },
      },
    );
    graph.nameResults(0, ['sum']);
    const axes = graph.integers('shape', [2], [1, 1]);
    graph.add('Reshape', [graph.add('LeakyRelu', ['sum'], { alpha: float(2) }), axes], { allowzero: 0 });
    graph.nameResults(0, ['row']);
    graph.add('Transpose', ['row'], { perm: [1, 0] });
    graph.nameResults(0, ['column']);
    const model: OnnxModel = {
      irVersion: 8,
      opsets: new Map([['', 17]]),
      graph: {
        name: 'test',
        nodes: graph.nodes,
        initializers: graph.initializers,
        inputs: [value('count', ElementType.int64), value('start', ElementType.float32)],
        outputs: [value('column', ElementType.float32, [1, 1])],
      },
    };
    const session = await ort.InferenceSession.create(serializeModel(model), { logSeverityLevel: 3 });
    const result = await session.run({
      count: new ort.Tensor('int64', BigInt64Array.of(5n), []),
      start: new ort.Tensor('float32', Float32Array.of(-7), []),
    });
    expect(result['column'].data).toEqual(Float32Array.of(-4));
    await session.release();
  });
});
