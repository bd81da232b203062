import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readResponse, writeRequest, type TensorFacts } from '../../src/triton/tensors.js';

const expected: TensorFacts[] = [
  { name: 'tokens', datatype: 'INT64', shape: [-1] },
  { name: 'attention', datatype: 'FP32', shape: [-1, 2] },
];
const outputs = () => [
  { name: 'attention', datatype: 'FP32', shape: [3, 2], parameters: { binary_data_size: 24 } },
  { name: 'tokens', datatype: 'INT64', shape: [2], parameters: { binary_data_size: 16 } },
];
const values = Buffer.concat([
  Buffer.from(Float32Array.of(0.5, 1, 1.5, 2, 2.5, 3).buffer),
  Buffer.from(BigInt64Array.of(7n, -2n).buffer),
]);
function answer(described: unknown, binary: Uint8Array = values) {
  const json = Buffer.from(JSON.stringify(described));
  return { status: 200, jsonBytes: json.length, body: new Uint8Array(Buffer.concat([json, binary])) };
}

describe('tensors for Triton', () => {
  it('are sent as they lie in memory, a single value as one of one dimension', () => {
    const pcm = Float32Array.of(9, 0.25, -0.5, 9).subarray(1, 3);
    const inputs: TensorFacts[] = [
      { name: 'audio', datatype: 'FP32', shape: [1, -1] },
      { name: 'most', datatype: 'INT64', shape: [1] },
    ];
    const feeds = {
      audio: new Tensor('float32', pcm, [1, 2]),
      most: new Tensor('int64', BigInt64Array.of(5n), []),
    };
    const { jsonBytes, parts } = writeRequest(inputs, feeds, ['tokens']);
    const [json, audio, most] = parts;
    expect(json).toHaveLength(jsonBytes);
    expect(JSON.parse(Buffer.from(json ?? []).toString())).toEqual({
      inputs: [
        { name: 'audio', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } },
        { name: 'most', datatype: 'INT64', shape: [1], parameters: { binary_data_size: 8 } },
      ],
      outputs: [{ name: 'tokens', parameters: { binary_data: true } }],
    });
    expect(Buffer.from(audio ?? []).toString('hex')).toBe('0000803e000000bf');
    expect(Buffer.from(most ?? []).toString('hex')).toBe('0500000000000000');
    // Not a copy: nothing is left to be wiped.
    pcm.fill(0);
    expect(Buffer.from(audio ?? []).toString('hex')).toBe('0000000000000000');
  });

  it('are not sent as another type than the model takes', () => {
    const inputs: TensorFacts[] = [{ name: 'audio', datatype: 'FP32', shape: [1] }];
    const wrong = { audio: new Tensor('int64', BigInt64Array.of(5n), [1]) };
    expect(() => writeRequest(inputs, wrong, [])).toThrow(TypeError);
    expect(() => writeRequest(inputs, {}, [])).toThrow(TypeError);
  });

  it('are read in the order in which they come', () => {
    const received = readResponse(answer({ outputs: outputs() }), expected);
    expect(received.get('tokens')).toMatchObject({ shape: [2], values: BigInt64Array.of(7n, -2n) });
    expect(received.get('attention')?.values).toEqual(Float32Array.of(0.5, 1, 1.5, 2, 2.5, 3));
  });

  it('are refused at every length but their own', () => {
    const { jsonBytes, body } = answer({ outputs: outputs() });
    for (let length = 0; length < body.length; length++)
      expect(() =>
        readResponse({ status: 200, jsonBytes, body: body.subarray(0, length) }, expected),
      ).toThrow('Triton answers something else');
    const longer = answer({ outputs: outputs() }, Buffer.concat([values, Buffer.of(0)]));
    expect(() => readResponse(longer, expected)).toThrow('Triton answers something else');
  });

  it('are refused when they are not those that were asked for', () => {
    const [attention, tokens] = outputs();
    const wrong: unknown[] = [
      ...[null, 7, {}, { outputs: null }, { outputs: [null] }, { outputs: [] }, { outputs: [attention] }],
      ...[{ shape: [2, 3] }, { shape: [6] }, { shape: [-3, -2] }, { shape: [1.5, 4] }, { shape: 'none' }].map(
        (change) => ({ outputs: [{ ...attention, ...change }, tokens] }),
      ),
      ...[{ datatype: 'INT64' }, { datatype: 'BYTES' }, { name: 'other' }, { parameters: undefined }].map(
        (change) => ({ outputs: [{ ...attention, ...change }, tokens] }),
      ),
      { outputs: [{ ...attention, shape: [2 ** 53, 2] }, tokens] },
      { outputs: [attention, tokens, tokens] },
      { outputs: [attention, { ...attention, shape: [2, 2], parameters: { binary_data_size: 16 } }] },
    ];
    for (const described of wrong)
      expect(() => readResponse(answer(described), expected)).toThrow('Triton answers something else');
    const whole = answer({ outputs: outputs() });
    for (const jsonBytes of [undefined, NaN, -1, 0, 3, 1e9])
      expect(() => readResponse({ ...whole, jsonBytes }, expected)).toThrow('Triton answers something else');
  });
});
