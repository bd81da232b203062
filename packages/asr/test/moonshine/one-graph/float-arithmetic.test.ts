import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWav } from '../../../../../test/fixtures/wav.js';
import { composeMoonshine, type ComposeOptions } from '../../../src/index.js';
import { OneGraph } from '../../../src/moonshine/one-graph/one-graph.js';
import { ElementType } from '../../../src/onnx/model.js';
import { parseModel } from '../../../src/onnx/parse.js';
import { dequantize, type QuantizedMatrix } from '../../../src/moonshine/one-graph/quantized-matrix.js';
import { files } from '../../models.js';
import { jfkPath } from '../../speech.js';

const jfk = readWav(jfkPath);
const compose = (arithmetic: ComposeOptions['arithmetic']) =>
  composeMoonshine(files.encoder, files.decoder, { arithmetic });

describe('weights multiplied out', () => {
  it('are (weight - zero point) * scale, by column or for all', () => {
    const matrix: QuantizedMatrix = {
      rows: 2,
      columns: 2,
      weights: Int8Array.of(-128, 0, 5, 127),
      scales: Float32Array.of(0.5, 2),
      zeroPoints: Int8Array.of(1, -1),
    };
    expect([...dequantize(matrix)]).toEqual([-64.5, 2, 2, 256]);
    expect([...dequantize({ ...matrix, scales: Float32Array.of(2), zeroPoints: Int8Array.of(1) })]).toEqual([
      -258, -2, 8, 252,
    ]);
  });
});

describe('the graph for graphics processors', () => {
  let integers: OneGraph;
  let floats: OneGraph;
  beforeAll(async () => {
    integers = await OneGraph.load(ort, compose('uint8'));
    floats = await OneGraph.load(ort, compose('float32'));
  }, 60_000);
  afterAll(async () => {
    await integers.release();
    await floats.release();
  });

  it('has no operation on 8-bit matrices', () => {
    const { nodes } = parseModel(compose('float32')).graph;
    const bodies = nodes.flatMap(({ attributes }) =>
      [...attributes.values()].flatMap((value) => (value.kind === 'graph' ? value.value.nodes : [])),
    );
    expect(bodies.length).toBeGreaterThan(100);
    const operators = new Set([...nodes, ...bodies].map(({ operator }) => operator));
    // What is left turns constants, and one row of the table of tokens per step, into numbers.
    expect([...operators].filter((name) => /quantize|integer/i.test(name))).toEqual(['DequantizeLinear']);
  });

  it('leaves nothing of 8-bit matrices but the table of tokens; convolutions are numbers when they are loaded', () => {
    const { initializers } = parseModel(compose('float32')).graph;
    const bytes = initializers.filter(({ type }) => type === ElementType.int8).map(({ name }) => name);
    expect(bytes.filter((name) => !/conv\d\.weight/.test(name))).toEqual([
      'embedding',
      'embedding.zero_point',
    ]);
  });

  it('writes the tokens of the graph for processors, with nearly the same probabilities', async () => {
    const wishes = { maxTokens: 76, noSpeechAbove: -0.7, attention: true };
    const expected = await integers.decode(jfk, wishes);
    const decoding = await floats.decode(jfk, wishes);
    expect(expected.tokens.length).toBeGreaterThan(20);
    expect(decoding.tokens).toEqual(expected.tokens);
    expect(decoding.meanLogProbability).toBeCloseTo(expected.meanLogProbability, 1);
    expect(decoding.followed?.attention.weights.length).toBe(expected.followed?.attention.weights.length);
  });
});
