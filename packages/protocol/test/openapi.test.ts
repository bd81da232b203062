/** docs/openapi.json is what the protocol says, is OpenAPI, and leaves no route out. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../../scripts/openapi/document.js';
import { openapi } from '../../../test/fixtures/documented.js';
import { errorStatus, routes, type Route } from '../src/index.js';

const told = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test('docs/openapi.json is generated from the protocol: `npm run openapi` writes it anew', () => {
  expect(openapi).toEqual(told(openApiDocument()));
});

test('it is OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate({ ...structuredClone(openapi) })).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  const broken: object = { ...structuredClone(openapi), info: { version: '1' } };
  expect((await new Validator().validate({ ...broken })).valid).toBe(false);
});

test('every route of the table is in it, with its sign-in, and nothing else', () => {
  const said = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...(operation as object) })),
  );
  const expected = Object.entries<Route>(routes).map(
    ([operationId, { method, path, auth, sessionOnly }]) => ({
      operationId,
      method: method.toLowerCase(),
      path: path.replace(/:(\w+)/g, '{$1}'),
      signIn: sessionOnly ? 'session' : auth ? 'any' : 'none',
    }),
  );
  const kindOf = (security: readonly Record<string, unknown>[]) =>
    security.some((each) => 'apiKey' in each)
      ? 'any'
      : security.some((each) => 'session' in each)
        ? 'session'
        : 'none';
  const found = said.map(({ path, method, ...rest }) => {
    const { operationId, security } = rest as unknown as {
      operationId: string;
      security: Record<string, unknown>[];
    };
    return { operationId, method, path, signIn: kindOf(security) };
  });
  const byName = (a: { operationId: string }, b: { operationId: string }) =>
    a.operationId < b.operationId ? -1 : 1;
  expect(found.sort(byName)).toEqual(expected.sort(byName));
});

test('every error code that a route answers with is in it, under its status', () => {
  const found = new Set<string>();
  for (const name of Object.keys(openapi.components.responses)) {
    const [, status, ...codes] = name.split('.');
    for (const code of codes) {
      expect(errorStatus[code as keyof typeof errorStatus], code).toBe(Number(status));
      found.add(code);
    }
  }
  // Answered where there is no route.
  const elsewhere = ['method_not_allowed'];
  expect([...found, ...elsewhere].sort()).toEqual(Object.keys(errorStatus).sort());
});

test('every field that has a doc comment has its description, and nothing is described that is not there', () => {
  const { schemas } = openapi.components as unknown as { schemas: Record<string, { description?: string }> };
  const at = (name: string, ...path: string[]) =>
    path.reduce<Record<string, unknown>>(
      (value, key) => value[key] as Record<string, unknown>,
      schemas[name] as never,
    );
  expect(at('ShareInfo', 'properties', 'views')['description']).toBe('How often it was opened.');
  expect(at('Segment', 'properties', 'words')['description']).toBe(
    'Empty where word times were not computed.',
  );
  expect(
    at('LanguageList', 'properties', 'languages', 'items', 'properties', 'models')['description'],
  ).toMatch(/^Ids/);
  expect(schemas['Segment']?.description).toMatch(/^A stretch of speech/);
});
