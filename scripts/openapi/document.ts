/**
 * docs/openapi.json: the protocol's routes, schemas and error codes as one OpenAPI 3.1 document. Everything comes from packages/protocol,
 * what the errors mean from docs/errors.md; only what a route takes and answers is put together in the files beside this one.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { globalRegistry, registry, toJSONSchema, type $ZodType } from 'zod/v4/core';
import * as protocol from '@sealscribe/protocol';
import { errorStatus, routes, type ErrorCode, type Route, type RouteName } from '@sealscribe/protocol';
import { accounts } from './accounts.js';
import { describeFrom, type JsonSchema } from './comments.js';
import type { Answer, Content, Operation, Parameter, Schema } from './operation.js';
import { transcription } from './transcription.js';
import { vault, workspaces } from './vault.js';

const root = new URL('../../', import.meta.url);
const operations: Record<RouteName, Operation> = { ...transcription, ...accounts, ...vault, ...workspaces };
const groups = { transcription, accounts, vault, workspaces };

const isSchema = (value: unknown): value is $ZodType =>
  typeof value === 'object' && value !== null && '_zod' in value;
const refTo = (name: string) => `#/components/schemas/${name}`;
const REF = /"#\/components\/schemas\/(\w+)"/g;

/** Every schema that the protocol exports, by the name that it has in the document. */
const named = registry<{ id: string }>();
const sources = new Map<string, string>();
for (const [name, value] of Object.entries(protocol))
  if (name.endsWith('Schema') && isSchema(value)) {
    const id = name.charAt(0).toUpperCase() + name.slice(1, -'Schema'.length);
    named.add(value, { id });
    sources.set(id, name);
  }

/** Without what a format or the numbers of JSON say already. */
const plain = {
  io: 'input',
  override: ({
    jsonSchema: schema,
  }: {
    jsonSchema: { format?: unknown; pattern?: unknown; maximum?: unknown };
  }) => {
    if (schema.format === 'date-time') delete schema.pattern;
    if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  },
} as const;

/** Those that are reached from what the document says. */
function componentsOf(told: object): Record<string, JsonSchema> {
  const { schemas } = toJSONSchema(named, { ...plain, uri: refTo }) as {
    schemas: Record<string, JsonSchema>;
  };
  const describe = describeFrom(fileURLToPath(new URL('packages/protocol/src', root)));
  const found = new Map<string, JsonSchema>();
  const follow = (json: unknown) => {
    for (const [, name = ''] of JSON.stringify(json).matchAll(REF)) {
      const schema = schemas[name];
      if (schema === undefined || found.has(name)) continue;
      const { $schema: _, $id: __, ...rest } = schema;
      found.set(name, rest);
      describe(sources.get(name) ?? '', rest);
      follow(rest);
    }
  };
  follow(told);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function schemaOf(schema: Schema): JsonSchema {
  if (!isSchema(schema)) {
    const entries = Object.entries(schema).map(([key, value]) => [
      key,
      key === 'anyOf' ? (value as Schema[]).map(schemaOf) : value,
    ]);
    return Object.fromEntries(entries) as JsonSchema;
  }
  const id = named.get(schema)?.id;
  if (id !== undefined) return { $ref: refTo(id) };
  const { $schema: _, ...json } = toJSONSchema(schema, { ...plain, metadata: globalRegistry });
  return json as JsonSchema;
}

const contentOf = (contents: readonly Content[]) =>
  Object.fromEntries(
    contents.map(({ type, schema, events }) => [
      type,
      {
        schema: schemaOf(schema),
        ...(events && {
          'x-events': Object.fromEntries(
            Object.entries(events).map(([name, each]) => [name, schemaOf(each)]),
          ),
        }),
      },
    ]),
  );

const REQUEST_ID = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };
const textHeader = (description: string) => ({ description, schema: { type: 'string' } });

const responseOf = ({ description, content, headers = {} }: Answer) => ({
  description,
  headers: {
    ...REQUEST_ID,
    ...Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, textHeader(text)])),
  },
  ...(content && { content: contentOf(content) }),
});

/** What each code means, from docs/errors.md. */
const meanings = new Map(
  [
    ...readFileSync(new URL('docs/errors.md', root), 'utf8').matchAll(
      /^\| `(\w+)` +\| \d{3} +\| (.*?) +\|$/gm,
    ),
  ].map(([, code = '', meaning = '']) => [code, meaning]),
);

/** Errors that follow from what a route is. */
function errorsOf(route: Route, { errors = [] }: Operation): ErrorCode[] {
  const { auth, sessionOnly, path, half, method } = route;
  const isWrite = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
  const isPublic = !auth && half === 'transcription';
  return [
    ...new Set<ErrorCode>([
      ...(['bad_request', 'unsupported_media', 'internal', 'unavailable'] as const),
      ...(auth ? (['unauthorized'] as const) : []),
      ...(sessionOnly ? (['forbidden'] as const) : []),
      ...(isPublic ? (['rate_limited'] as const) : []),
      ...(path.startsWith('/v1') && path.includes(':') ? (['not_found'] as const) : []),
      ...(isWrite ? (['payload_too_large', 'storage_full'] as const) : []),
      ...errors,
    ]),
  ];
}

/** Answers that are errors, shared by the routes that have them. */
const responses = new Map<string, object>();

function errorResponses(route: Route, operation: Operation) {
  const codes = errorsOf(route, operation);
  const statuses = [...new Set(codes.map((code) => errorStatus[code]))].sort();
  const reader = route.openai ? 'OpenAi' : route.half === 'vault' ? 'Vault' : 'Transcription';
  return statuses.map((status) => {
    // An answer to HEAD has no body.
    const these = codes.filter((code) => errorStatus[code] === status).sort();
    const name = [route.method === 'HEAD' ? 'Head' : reader, status, ...these].join('.');
    const narrowed = { properties: { code: { enum: these } } };
    const schema = {
      $ref: refTo(`${reader}Error`),
      ...(reader === 'Transcription' ? narrowed : { properties: { error: narrowed } }),
    };
    responses.set(name, {
      description: these.map((code) => `\`${code}\`: ${meanings.get(code) ?? ''}`).join('\n'),
      headers: {
        ...REQUEST_ID,
        ...((status === 429 || status === 503) && {
          'Retry-After': { $ref: '#/components/headers/RetryAfter' },
        }),
      },
      ...(route.method !== 'HEAD' && { content: { 'application/json': { schema } } }),
    });
    return [String(status), { $ref: `#/components/responses/${name}` }] as const;
  });
}

const placeholders: Record<string, Schema> = {
  id: protocol.idSchema,
  revision: { type: 'string', pattern: '^[1-9]\\d{0,14}$' },
  piece: { type: 'string', pattern: '^(0|[1-9]\\d{0,5})$' },
};

function parametersOf(route: Route, parameters: readonly Parameter[] = []) {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true },
    schema:
      route === routes.model || route === routes.sharePage
        ? { type: 'string' }
        : schemaOf(placeholders[name] ?? protocol.idSchema),
  }));
  return [...inPath, ...parameters.map((each) => ({ ...each, schema: schemaOf(each.schema) }))];
}

function securityOf(route: Route) {
  if (route === routes.openShare) return [{ link: [] }];
  if (!route.auth) return [];
  return [
    { session: [] },
    ...(route.sessionOnly ? [] : [{ apiKey: [] }]),
    ...(route === routes.stream ? [{ streamToken: [] }] : []),
  ];
}

function operationOf(name: RouteName) {
  const route: Route = routes[name];
  const operation = operations[name];
  const { summary, description, parameters, body, optionalBody, answers } = operation;
  const [tag = ''] = Object.entries(groups).find(([, group]) => name in group) ?? [];
  const all = parametersOf(route, parameters);
  return {
    ...{ operationId: name, tags: [tag], summary },
    ...(description && { description }),
    security: securityOf(route),
    ...(all.length > 0 && { parameters: all }),
    ...(body && { requestBody: { required: optionalBody !== true, content: contentOf(body) } }),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, told]) => [status, responseOf(told)]),
      ...errorResponses(route, operation),
    ]) as Record<string, object>,
  };
}

function pathsOf() {
  const paths: Record<string, Record<string, object>> = {};
  for (const name of Object.keys(routes) as RouteName[]) {
    const { method, path } = routes[name];
    (paths[path.replace(/:(\w+)/g, '{$1}')] ??= {})[method.toLowerCase()] = operationOf(name);
  }
  return paths;
}

/** The document, as JSON. */
export function openApiDocument() {
  const { streamMessageSchema, sessionTextSchema, streamReadySchema, streamStopSchema } = protocol;
  const told = {
    paths: pathsOf(),
    webhooks: {
      jobEnded: {
        post: {
          summary: 'A job of the account is done or has failed, or a trial',
          description:
            'Signed by the words of Standard Webhooks (docs/http-api.md, "Webhooks"). Anything but 2xx is tried again.',
          parameters: Object.values(protocol.WEBHOOK_HEADERS).map((name) => ({
            ...{ name, in: 'header', required: true, schema: { type: 'string' } },
          })),
          requestBody: {
            required: true,
            content: contentOf([{ type: 'application/json', schema: protocol.webhookEventSchema }]),
          },
          responses: { '2XX': { description: 'It was taken.' } },
        },
      },
    },
  };
  const messages = [streamMessageSchema, sessionTextSchema, streamReadySchema, streamStopSchema].map(
    schemaOf,
  );
  const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sealscribe',
      version: '1',
      summary:
        'Private transcription: the client seals the transcript, the server stores bytes it cannot read.',
      description:
        'Generated by `npm run openapi` from packages/protocol; docs/http-api.md says in words what the routes do. Bytes inside JSON are unpadded base64url, ids are 16 bytes that the client makes. What is no request of a right form is refused before there is a route: 400, 408, 417, 431.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'https://{host}', variables: { host: { default: '127.0.0.1:8443' } } }],
    tags: [
      { name: 'transcription', description: 'Sees audio and text in memory, and stores nothing.' },
      { name: 'accounts', description: 'Who somebody is. Passwords and keys do not come here.' },
      { name: 'vault', description: 'Stores bytes, and can read none of them.' },
      { name: 'workspaces', description: 'Transcripts of several people, as sealed as those of one.' },
    ],
    ...told,
    components: {
      securitySchemes: {
        session: bearer('The token of a session, from sign-up or sign-in.'),
        apiKey: bearer('An API key: it transcribes and moves sealed bytes.'),
        streamToken: {
          type: 'apiKey',
          in: 'query',
          name: 'token',
          description: 'Of `POST /v1/stream-tokens`.',
        },
        link: bearer('The access token that a link gives.'),
      },
      headers: {
        RequestId: textHeader('Under which the log of the server knows the request.'),
        RetryAfter: { description: 'Seconds to wait.', schema: { type: 'string', pattern: '^\\d+$' } },
      },
      responses: Object.fromEntries([...responses].sort(([a], [b]) => (a < b ? -1 : 1))),
      schemas: componentsOf([told, messages, [...responses.values()]]),
    },
  };
}
