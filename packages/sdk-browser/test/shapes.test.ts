/**
 * The schemas as the bundle has them against those of zod: over every schema of the protocol, the same values pass, come out the same, and the
 * same are refused. The values are made from zod's own description of each schema, then spoilt in every place.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as protocol from '@sealscribe/protocol';
import { build } from 'vite';
import { describe, expect, test } from 'vitest';

/** What is asked of a schema, and how zod describes its own. */
interface Schema {
  safeParse(value: unknown): { success: boolean; data?: unknown };
  _zod: { def: Definition };
}
interface Definition {
  type: string;
  shape?: Record<string, Schema>;
  element?: Schema;
  innerType?: Schema;
  options?: Schema[];
  items?: Schema[];
  keyType?: Schema;
  valueType?: Schema;
  entries?: Record<string, string>;
  values?: unknown[];
}

const TEXTS = [
  ...[
    '',
    'a',
    'ab',
    'abc',
    'A b',
    '0',
    '7',
    '123456',
    '200',
    '201',
    'ABCD-EFGH',
    'owner',
    'a@b',
    'a@b.c',
    'a b@c',
    'audio/mpeg',
    'audio/mpeg; codecs=x',
    'text/html',
  ],
  ...[12, 21, 22, 42, 43, 44, 87, 139, 140, 151, 200, 320, 400, 1400, 1601].map((length) =>
    'A'.repeat(length),
  ),
  ...[`B${'A'.repeat(86)}`, `whsec_${'A'.repeat(32)}`, '2026-05', '2026-5'],
  ...['B'.repeat(22), `sealscribe_${'A'.repeat(43)}`, `${'A'.repeat(42)}=`],
  ...['2026-01-01T00:00:00Z', '2026-02-29T00:00:00Z', '2024-02-29T23:59:59.999Z', '2026-13-01T00:00:00Z'],
  ...[
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00+01:00',
    '2026-01-01',
    '2026-01-01T00:00Z',
    '0000-01-01T00:00:00Z',
  ],
  ...['1900-02-29T00:00:00Z', '2000-02-29T00:00:00Z', '2026-04-31T10:00:00.1Z', '2026-01-01T00:00:60Z'],
];
const VALUES: unknown[] = [
  ...TEXTS,
  ...[0, 1, -1, 0.5, 1.5, 1000, 1001, 3650, 3651, 16_000, 600_000, 10_000_001, 2 ** 53, -0, NaN, Infinity],
  ...[true, false, null, undefined, [], {}, [1, 2], { a: 1 }],
];

const samples = new Map<Schema, unknown>();

/** A value that passes. */
function sample(schema: Schema): unknown {
  if (!samples.has(schema)) samples.set(schema, makeSample(schema));
  return samples.get(schema);
}

function makeSample(schema: Schema): unknown {
  const { type, shape, element, innerType, options, items, keyType, valueType } = schema._zod.def;
  if (shape) return Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, sample(field)]));
  if (element) return [sample(element), sample(element)];
  if (items) return items.map(sample);
  if (options) return sample(options[0]);
  if (keyType && valueType) return { [String(sample(keyType))]: sample(valueType) };
  if (innerType) return sample(innerType);
  return [...own(schema), ...VALUES].find((value) => schema.safeParse(value).success) ?? type;
}

/** The values that a schema names. */
const own = ({ _zod: { def } }: Schema): unknown[] => [
  ...Object.values(def.entries ?? {}),
  ...(def.values ?? []),
];

/** Values that pass and values that do not: everything in the place of everything. */
function* variants(schema: Schema): Generator<unknown> {
  const { shape, element, innerType, options, items, valueType } = schema._zod.def;
  yield* own(schema);
  yield* VALUES;
  if (innerType) yield* variants(innerType);
  for (const option of options ?? []) yield* variants(option);
  if (shape) {
    const whole = sample(schema) as Record<string, unknown>;
    yield whole;
    yield { ...whole, unknown: 1 };
    yield JSON.parse(`{"__proto__":1,${JSON.stringify(whole).slice(1)}`);
    for (const [key, field] of Object.entries(shape)) {
      yield Object.fromEntries(Object.entries(whole).filter(([name]) => name !== key));
      for (const value of variants(field)) yield { ...whole, [key]: value };
    }
  }
  if (element) for (const value of variants(element)) yield [sample(element), value];
  if (items) {
    yield items.map(sample);
    yield [...items.map(sample), sample(items[0])];
    for (const [place, item] of items.entries())
      for (const value of variants(item))
        yield items.map((each, at) => (at === place ? value : sample(each)));
  }
  if (valueType) {
    const id = Object.keys(sample(schema) as object)[0] ?? '';
    for (const value of variants(valueType)) yield { [id]: value };
    for (const key of TEXTS) yield { [key]: sample(valueType) };
  }
}

/** The protocol as it is in the bundle. */
async function bundled(): Promise<Record<string, Schema>> {
  const entry = fileURLToPath(new URL('../../protocol/src/index.ts', import.meta.url));
  const shapes = fileURLToPath(new URL('../src/bundle/shapes.ts', import.meta.url));
  const made = await build({
    ...{ configFile: false, logLevel: 'error', publicDir: false },
    resolve: { alias: { 'zod/mini': shapes } },
    build: { write: false, minify: false, lib: { entry, formats: ['es'] } },
  });
  const { code } = (made as { output: { code: string }[] }[])[0].output[0];
  const file = join(mkdtempSync(join(tmpdir(), 'sealscribe-shapes-')), 'protocol.mjs');
  writeFileSync(file, code);
  try {
    return (await import(file)) as Record<string, Schema>;
  } finally {
    rmSync(dirname(file), { recursive: true });
  }
}

const ours = await bundled();
const theirs = protocol as unknown as Record<string, Schema>;
const names = Object.keys(theirs).filter((name) => name.endsWith('Schema'));

describe('the schemas of the bundle', () => {
  test.each(names)('%s takes what zod takes', (name) => {
    const [our, their] = [ours[name], theirs[name]];
    expect('_zod' in our, 'not zod twice').toBe(false);
    let passed = 0;
    let refused = 0;
    for (const value of variants(their)) {
      const expected = their.safeParse(value);
      const found = our.safeParse(value);
      if (found.success !== expected.success || (found.success && !same(found.data, expected.data)))
        expect({ value, ...found }).toEqual({ value, success: expected.success, data: expected.data });
      if (expected.success) passed += 1;
      else refused += 1;
    }
    expect(passed).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(VALUES.length / 2);
  });

  test('are all of them', () => {
    expect(names.length).toBeGreaterThan(40);
  });
});

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
