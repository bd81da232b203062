/**
 * Of zod/mini what the protocol's schemas use, in a tenth of the bytes: the build puts this in its place (tsup.config.ts). The same
 * values pass and the same are refused, which a test compares with zod over every schema; why one is refused is not told, because
 * the client never asks.
 */

/** Given back by a parser in place of a value that is refused. */
const REFUSED = Symbol();

type Parse = (value: unknown) => unknown;
type Check = (value: never) => boolean;
type Fields = Record<string, Schema>;

/** A schema, as far as the client uses one. */
export interface Schema {
  parse: Parse;
  safeParse(value: unknown): { success: true; data: unknown } | { success: false };
  check(...checks: Check[]): Schema;
  /** Of an object: the schemas of its fields. */
  shape: Fields;
  isStrict: boolean;
}

const schema = (parse: Parse, shape: Fields = {}, isStrict = false): Schema => ({
  ...{ parse, shape, isStrict },
  safeParse: (value) => {
    const data = parse(value);
    return data === REFUSED ? { success: false } : { success: true, data };
  },
  check: (...checks) =>
    schema((value) => {
      const data = parse(value);
      return data !== REFUSED && checks.every((check) => check(data as never)) ? data : REFUSED;
    }),
});

const when = (accepts: (value: unknown) => boolean): Schema =>
  schema((value) => (accepts(value) ? value : REFUSED));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const ofFields = (fields: Fields, isStrict: boolean): Schema =>
  schema(
    (value) => {
      if (!isObject(value) || (isStrict && !Object.keys(value).every((key) => Object.hasOwn(fields, key))))
        return REFUSED;
      const data: Record<string, unknown> = {};
      for (const [key, { parse }] of Object.entries(fields)) {
        const parsed = parse(value[key]);
        if (parsed === REFUSED) return REFUSED;
        if (key in value) data[key] = parsed;
      }
      return data;
    },
    fields,
    isStrict,
  );

export const object = (fields: Fields): Schema => ofFields(fields, false);
export const strictObject = (fields: Fields): Schema => ofFields(fields, true);
export const extend = ({ shape, isStrict }: Schema, fields: Fields): Schema =>
  ofFields({ ...shape, ...fields }, isStrict);

const each = (value: unknown, parseOf: (position: number) => Parse | undefined): unknown => {
  if (!Array.isArray(value)) return REFUSED;
  const data = value.map((item, position) => parseOf(position)?.(item));
  return data.includes(REFUSED) ? REFUSED : data;
};
export const array = ({ parse }: Schema): Schema => schema((value) => each(value, () => parse));
export const tuple = (items: readonly Schema[]): Schema =>
  schema((value) => {
    const data = each(value, (position) => items[position]?.parse);
    return data !== REFUSED && (data as unknown[]).length === items.length ? data : REFUSED;
  });

export const record = (keys: Schema, values: Schema): Schema =>
  schema((value) => {
    if (!isObject(value)) return REFUSED;
    const data: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const parsed = values.parse(item);
      if (keys.parse(key) === REFUSED || parsed === REFUSED) return REFUSED;
      data[key] = parsed;
    }
    return data;
  });

export const discriminatedUnion = (_key: string, options: readonly Schema[]): Schema =>
  schema((value) => {
    for (const { parse } of options) {
      const data = parse(value);
      if (data !== REFUSED) return data;
    }
    return REFUSED;
  });

export const optional = ({ parse }: Schema): Schema =>
  schema((value) => (value === undefined ? value : parse(value)));
export const nullable = ({ parse }: Schema): Schema =>
  schema((value) => (value === null ? value : parse(value)));

export const string = (): Schema => when((value) => typeof value === 'string');
export const number = (): Schema => when((value) => Number.isFinite(value));
export const int = (): Schema => when((value) => Number.isSafeInteger(value));
export const boolean = (): Schema => when((value) => typeof value === 'boolean');
export const literal = (only: unknown): Schema => when((value) => value === only);
const oneOf = (values: readonly unknown[]): Schema => when((value) => values.includes(value));
export { oneOf as enum };

export const regex = (pattern: RegExp) => (value: string) => pattern.test(value);
export const minLength = (least: number) => (value: string) => value.length >= least;
export const maxLength = (most: number) => (value: string) => value.length <= most;
export const gte = (least: number) => (value: number) => value >= least;
export const lte = (most: number) => (value: number) => value <= most;

/** A time in UTC, of a day that there is. */
const TIME = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?Z$/;
const isTime = (value: unknown): boolean => {
  if (typeof value !== 'string' || !TIME.test(value)) return false;
  const day = value.slice(0, 10);
  const midnight = new Date(`${day}T00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
};
export const iso = { datetime: (): Schema => when(isTime) };

/** Nothing here is ever compiled. */
export const config = (): void => undefined;
