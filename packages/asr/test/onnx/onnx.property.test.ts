// Protocol Buffers and ONNX files of any content, whole and damaged: what was written is read back, all else is an invalid model.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { AsrError } from '../../src/index.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel } from '../../src/onnx/model.js';
import { parseModel } from '../../src/onnx/parse.js';
import { serializeModel } from '../../src/onnx/serialize.js';
import { readFields, readVarints, WireWriter } from '../../src/onnx/wire.js';

/** LEB128 of 64 bits, by hand. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest % 128n) + 128);
  }
}

const number = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const bytes = fc.uint8Array({ maxLength: 40 });
const field = fc.oneof(
  fc.record({ number, type: fc.constant(0), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ number, type: fc.constant(1), value: fc.uint8Array({ minLength: 8, maxLength: 8 }) }),
  fc.record({ number, type: fc.constant(2), value: bytes }),
  fc.record({ number, type: fc.constant(5), value: fc.uint8Array({ minLength: 4, maxLength: 4 }) }),
);

it('any fields are written as the encoding says, and read back', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 10 }), (fields) => {
      const writer = new WireWriter();
      for (const one of fields) writer.field(one);
      const expected = fields.flatMap(({ number, type, value }) => [
        ...varint(BigInt(number) * 8n + BigInt(type)),
        ...(typeof value === 'bigint'
          ? varint(value)
          : [...(type === 2 ? varint(BigInt(value.length)) : []), ...value]),
      ]);
      expect([...writer.finish()]).toEqual(expected);
      expect([...readFields(Uint8Array.from(expected))]).toEqual(fields);
    }),
    cases(4_000),
  );
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })), (values) => {
      const packed = Uint8Array.from(values.flatMap(varint));
      expect([...readVarints(packed)]).toEqual(values.map((value) => BigInt.asUintN(64, value)));
    }),
    cases(2_000),
  );
});

const name = fc.string({ unit: 'grapheme', maxLength: 6 });
const whole = fc.maxSafeInteger();
const tensor = fc.record({ name, type: fc.nat(20), dims: fc.array(whole, { maxLength: 4 }), data: bytes });
const value = fc.record({
  name,
  type: fc.nat(20),
  dims: fc.array(
    fc.oneof(
      whole,
      name.filter((text) => text !== ''),
    ),
    { maxLength: 4 },
  ),
});
const { graph } = fc.letrec<{ graph: OnnxGraph; attribute: OnnxAttribute }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant('int' as const), value: whole }),
    fc.record({ kind: fc.constant('float' as const), value: fc.float() }),
    fc.record({ kind: fc.constant('string' as const), value: name }),
    fc.record({ kind: fc.constant('ints' as const), value: fc.array(whole) }),
    fc.record({ kind: fc.constant('tensor' as const), value: tensor }),
    fc.record({ kind: fc.constant('graph' as const), value: tie('graph') }),
  ),
  graph: fc.record({
    name,
    nodes: fc.array(
      fc.record({
        operator: name,
        domain: name,
        name,
        inputs: fc.array(name, { maxLength: 3 }),
        outputs: fc.array(name, { maxLength: 3 }),
        attributes: fc.array(fc.tuple(name, tie('attribute')), { maxLength: 3 }).map((list) => new Map(list)),
        other: fc.constant([]),
      }),
      { maxLength: 3 },
    ),
    initializers: fc.array(tensor, { maxLength: 2 }),
    inputs: fc.array(value, { maxLength: 2 }),
    outputs: fc.array(value, { maxLength: 2 }),
    other: fc.constant([]),
  }),
}));
const model: fc.Arbitrary<OnnxModel> = fc.record({
  irVersion: fc.nat(),
  opsets: fc.array(fc.tuple(name, fc.nat()), { maxLength: 3 }).map((list) => new Map(list)),
  graph,
  other: fc.constant([]),
});

/** Without where the bytes were read from, and views as arrays. */
const plain = (read: unknown): unknown =>
  JSON.parse(
    JSON.stringify(read, (key, value: unknown) => {
      if (key === 'source') return undefined;
      if (value instanceof Map) return [...value];
      if (value instanceof Uint8Array) return [...value];
      // JSON knows neither these nor a negative zero.
      return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
        ? String(value) + 'n'
        : value;
    }),
  );

it('any model that is written is read back, also out of the middle of a larger buffer', () => {
  fc.assert(
    fc.property(model, fc.nat(9), (written, offset) => {
      const file = serializeModel(written);
      const buffer = Buffer.alloc(file.length + offset + 3, 0xff);
      buffer.set(file, offset);
      const read = parseModel(buffer.subarray(offset, offset + file.length));
      expect(plain(read)).toEqual(plain(written));
      expect([...serializeModel(read)]).toEqual([...file]);
    }),
    cases(2_500),
  );
});

/** What reading throws for bytes that are no model. */
function refuse(file: Uint8Array): void {
  try {
    serializeModel(parseModel(file));
  } catch (error) {
    expect(error).toBeInstanceOf(AsrError);
    expect((error as AsrError).code).toBe('invalid_model');
  }
}

it('a damaged model is an invalid model or another one, never anything else', () => {
  const change = fc.tuple(fc.nat(2000), fc.nat(255));
  fc.assert(
    fc.property(
      model,
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(400)),
      (one, changes, end) => {
        const file = serializeModel(one).subarray(0, end ?? undefined);
        for (const [at, to] of changes) if (file.length > 0) file[at % file.length] = to;
        refuse(file);
      },
    ),
    cases(5_000),
  );
  const shaped = fc
    .array(
      fc.tuple(fc.constantFrom(1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 14, 20), fc.constantFrom(0, 1, 2, 5), bytes),
    )
    .map((list) =>
      Uint8Array.from(
        list.flatMap(([at, type, body]) => [at * 8 + type, ...(type === 2 ? [body.length] : []), ...body]),
      ),
    );
  fc.assert(fc.property(fc.oneof(bytes, shaped), refuse), cases(6_000));
});

it('graphs inside of graphs end somewhere', () => {
  let file = new Uint8Array(0);
  for (let depth = 0; depth < 10_000; depth++) {
    const attribute = new WireWriter().bytes(6, file).integer(20, 5);
    file = Uint8Array.from(new WireWriter().message(1, new WireWriter().message(5, attribute)).finish());
    if (depth > 200) depth += 1000;
  }
  expect(() => parseModel(new WireWriter().bytes(7, file).finish())).toThrow(AsrError);
});
