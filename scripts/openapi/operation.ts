/**
 * What docs/openapi.json says about one route beyond the protocol's table: what it takes and what it answers, by schemas of the protocol.
 * document.ts adds what follows from the table itself: parameters of the path, sign-in, and the errors that come with both.
 */
import type { $ZodType } from 'zod/v4/core';
import type { ErrorCode } from '@sealscribe/protocol';

/** A schema of the protocol, or a JSON Schema of what is not JSON: forms, bytes, headers. */
export type Schema = $ZodType | { readonly [key: string]: unknown };

/** A header or a value of the query string. */
export interface Parameter {
  readonly name: string;
  readonly in: 'header' | 'query';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

/** One media type of a body. */
export interface Content {
  readonly type: string;
  readonly schema: Schema;
  /** Of an event stream: the data of each event, by its name. */
  readonly events?: Readonly<Record<string, Schema>>;
}

/** An answer that is no error. */
export interface Answer {
  readonly description: string;
  readonly content?: readonly Content[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** One route. */
export interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: readonly Content[];
  /** Whether the body may be left out. */
  readonly optionalBody?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Besides those that every such route has. */
  readonly errors?: readonly ErrorCode[];
}

export const json = (schema: Schema): Content => ({ type: 'application/json', schema });
export const bytes = (type = 'application/octet-stream'): Content => ({ type, schema: {} });
export const text = (type: string): Content => ({ type, schema: { type: 'string' } });

/** A form: its fields by name, and those that must be there. */
export const form = (
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = [],
): Content => ({
  type: 'multipart/form-data',
  schema: { type: 'object', properties, ...(required.length > 0 && { required }) },
});

/** A file of a form. */
export const file = (description: string) => ({ type: 'string', format: 'binary', description });

/** Server-sent events. */
export const events = (kinds: Readonly<Record<string, Schema>>): Content => ({
  type: 'text/event-stream',
  schema: { type: 'string' },
  events: kinds,
});

/** An answer with a body of one shape. */
export const answer = (
  description: string,
  content: Content | readonly Content[],
  headers?: Answer['headers'],
): Answer => ({
  description,
  content: [content].flat(),
  ...(headers && { headers }),
});

/** Done, and nothing to say about it. */
export const done = { 204: { description: 'Done.' } } as const;

const tag = { type: 'string', pattern: '^"(0|[1-9]\\d{0,14})"$' };

/** A request header. */
export const header = (name: string, description: string, schema: Schema, required = false): Parameter => ({
  ...{ name, in: 'header', description, schema },
  ...(required && { required }),
});

export const ifMatch = (what: string, required = true): Parameter =>
  header('If-Match', `The revision that is replaced, in double quotes: ${what}.`, tag, required);
export const ifNoneMatch: Parameter = header(
  'If-None-Match',
  'Creates; what is there already is not replaced.',
  {
    const: '*',
  },
);
export const entityTag = (what: string) => ({ ETag: `The revision in double quotes: ${what}.` });
export const revisionTag = tag;
