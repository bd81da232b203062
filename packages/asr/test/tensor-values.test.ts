import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { openSession, runSession } from '../src/runtime.js';
import { readFloats, toFloatTensor, toIntegerTensor, wipeTensor, zeroTensor } from '../src/tensor-values.js';
import { makeModel, value } from './stand-in-graph.js';

/** Casts in the runtime, which knows half precision. */
const casts = makeModel(
  [value('half', 'float16', ['n']), value('small', 'int32', ['n']), value('cache', 'float16', ['b', 2, 'p'])],
  [value('single', 'float32', ['n']), value('back', 'float16', ['n']), value('large', 'int64', ['n'])],
  (g) => {
    g.rename(g.add('Cast', ['half'], { to: 1 }), 'single');
    g.rename('half', 'back');
    g.rename(g.add('Cast', ['small'], { to: 7 }), 'large');
  },
);

describe('tensors of half precision', () => {
  it('hold the nearest numbers, and are read back exactly', async () => {
    const session = await openSession(ort, casts, { name: 'casts', inputs: [], outputs: [] });
    const numbers = [
      0,
      -0,
      1,
      -1,
      0.1,
      -2.5,
      65_504,
      65_519,
      65_520,
      1e9,
      -1e9,
      2 ** -14,
      2 ** -24,
      2 ** -25,
      1e-9,
    ];
    numbers.push(1 - 2 ** -12, 2047.5, 0.000_061, 3.14159, Infinity, -Infinity, NaN);
    const half = toFloatTensor(ort, session, 'half', Float32Array.from(numbers), [numbers.length]);
    const small = toIntegerTensor(ort, session, 'small', [7, -8], [2]);
    expect([half.type, small.type]).toEqual(['float16', 'int32']);
    const cache = zeroTensor(ort, session, 'cache', { 0: 1, 2: 0 });
    expect([cache.type, cache.dims]).toEqual(['float16', [1, 2, 0]]);
    const result = await runSession(session, { half, small, cache });
    const exact = readFloats(result['single']);
    expect([...readFloats(result['back'])]).toEqual([...exact]);
    for (const [i, number] of numbers.entries()) {
      const got = exact[i];
      if (!Number.isFinite(number) || Math.abs(number) >= 65_520) {
        expect(got).toBe(Math.abs(number) >= 65_520 ? Math.sign(number) * Infinity : number);
      } else {
        // Half a unit in the last place of 11 bits, or of the smallest number.
        expect(Math.abs(got - number)).toBeLessThanOrEqual(Math.max(Math.abs(number) * 2 ** -11, 2 ** -25));
      }
    }
    expect([...(result['large'].data as BigInt64Array)]).toEqual([7n, -8n]);
    wipeTensor(half);
    expect(readFloats(half).every((x) => x === 0)).toBe(true);
    expect(() => zeroTensor(ort, session, 'half', {})).toThrow(/shape/);
    expect(() => zeroTensor(ort, session, 'nothing', {})).toThrow(/nothing/);
    await session.release();
  });
});
