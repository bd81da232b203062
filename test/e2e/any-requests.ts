/**
 * Requests as fast-check makes them, and what every answer to one must be: of a documented shape and code, no fault of the server's, and
 * without anything of what was sent.
 */
import { request, type IncomingHttpHeaders } from 'node:http';
import {
  errorStatus,
  openAiErrorSchema,
  transcriptionErrorSchema,
  vaultErrorSchema,
  type Route,
} from '@sealscribe/protocol';
import fc from 'fast-check';
import { expect } from 'vitest';

/** Stands in whatever is sent; no answer and no line of the log may hold it. */
export const CANARY = 'canary-4711';

/** A request that is sent as it is. */
export interface AnyRequest {
  readonly route: Route;
  /** Instead of the route's. */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

export interface AnyAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one over a connection of its own, in plain HTTP. */
export function sendAny(
  url: string,
  { route, path = route.path, headers, body }: AnyRequest,
): Promise<AnyAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const outgoing = request(url + path, {
      method: route.method,
      agent: false,
      headers: { ...length, ...headers },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    outgoing.end(body);
  });
}

/** The code of an answer that is an error, once it is one that is documented. */
export function expectDocumented(answer: AnyAnswer, route: Route): string | undefined {
  const { status, headers, text } = answer;
  expect(status).toBeLessThan(500);
  expect(JSON.stringify(headers) + text).not.toContain(CANARY);
  if (status < 400 || route.method === 'HEAD') return undefined;
  return expectError(JSON.parse(text), route, { status, id: headers['x-request-id'] });
}

/** The code of an error in the shape that clients of this route read. */
function expectError(json: unknown, route: Route, answer?: { status: number; id: unknown }): string {
  if (route.openai) {
    const { code } = openAiErrorSchema.parse(json).error;
    if (answer) expect(errorStatus[code]).toBe(answer.status);
    return code;
  }
  const { code, requestId } =
    route.half === 'vault' ? vaultErrorSchema.parse(json).error : transcriptionErrorSchema.parse(json);
  if (answer) expect([errorStatus[code], requestId]).toEqual([answer.status, answer.id]);
  return code;
}

/** As {@link expectDocumented}, for an answer in events: its last one may be an error. */
export function expectDocumentedEvents(answer: AnyAnswer, route: Route): string | undefined {
  expect(answer.text).not.toContain(CANARY);
  const [, last = ''] = /data: (.*)\n\n$/.exec(answer.text) ?? [];
  const json = JSON.parse(last) as { error?: unknown };
  if (json.error === undefined) return undefined;
  const code = expectError(json, route);
  expect(errorStatus[code as keyof typeof errorStatus]).toBeLessThan(500);
  return code;
}

/** What may stand in a header: all that Node's client lets through. */
export const headerText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789abcZ-_,;=*/." \t%+'), maxLength: 24 }),
  fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\x20-\x7e]/g, '')),
  fc.constantFrom(
    CANARY,
    '',
    ' ',
    '0',
    '-1',
    '1e3',
    '00',
    '9'.repeat(400),
    'null',
    'Ünïcödé',
    '1, 2',
    CANARY.repeat(99),
  ),
);

/** Any JSON value, and such as hurt. */
export const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(CANARY, 1e308, -1, 0.5, '', '\0', 2 ** 53, [], {}, null, [CANARY], {
    [CANARY]: CANARY,
  }),
);

/** A body that should be JSON: objects of these fields, twice the same field, nested too deep, and no JSON at all. */
export function anyJson(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Buffer> {
  const name = fc.constantFrom(...Object.keys(fields), '__proto__', 'constructor', 'toString', CANARY);
  const field = name.chain((key) =>
    fc.tuple(
      fc.constant(key),
      fields[key] === undefined || !Object.hasOwn(fields, key) ? anyValue : fc.oneof(fields[key], anyValue),
    ),
  );
  const listed = fc.array(field, { maxLength: 6 });
  const write = (entries: readonly (readonly [string, unknown])[]) =>
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const deep = fc
    .tuple(fc.integer({ min: 1, max: 50_000 }), fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[', '']))
    .map(([depth, [open = '', close = '']]) => `${open.repeat(depth)}1${close.repeat(depth)}`);
  return fc
    .oneof(
      { weight: 4, arbitrary: fc.record(fields, { requiredKeys: [] }).map((one) => JSON.stringify(one)) },
      { weight: 4, arbitrary: listed.map(write) },
      { weight: 1, arbitrary: deep },
      {
        weight: 1,
        arbitrary: fc.constantFrom('', '1e999', 'null', '[]', '"', `{"a":"${'\\u0000'.repeat(9_000)}"}`),
      },
      { weight: 1, arbitrary: fc.json().map((one) => `${one}${CANARY}`) },
    )
    .map((text) => Buffer.from(text, 'utf8'));
}
