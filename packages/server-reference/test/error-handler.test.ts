import Fastify from 'fastify';
import { expect, test } from 'vitest';
import {
  errorStatus,
  transcriptionErrorSchema,
  vaultErrorSchema,
  type ErrorCode,
} from '@sealscribe/protocol';
import { handleError } from '../src/error-handler.js';
import { HttpError } from '../src/http-error.js';

const SECRET = 'canary-7f3a text of a transcript';

/** An app of which every route throws this, and the lines that it logs. */
async function throwing(thrown: unknown) {
  const lines: string[] = [];
  const app = Fastify({
    logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } },
  });
  app.setErrorHandler(handleError);
  for (const url of ['/v1/models', '/v1/blobs'])
    app.get(url, () => {
      throw thrown;
    });
  const ask = (url: string) => app.inject({ url });
  return { vault: await ask('/v1/blobs'), transcription: await ask('/v1/models'), lines };
}

test('each half answers in its own shape, with the status of the code', async () => {
  for (const code of Object.keys(errorStatus) as ErrorCode[]) {
    const { vault, transcription } = await throwing(new HttpError(code));
    expect([vault.statusCode, transcription.statusCode]).toEqual([errorStatus[code], errorStatus[code]]);
    expect(vaultErrorSchema.parse(vault.json()).error.code).toBe(code);
    expect(transcriptionErrorSchema.parse(transcription.json()).code).toBe(code);
  }
});

test.each([
  new Error(SECRET),
  Object.assign(new Error(SECRET), { code: 'SQLITE_CORRUPT' }),
  Object.assign(new Error(SECRET), { statusCode: 400 }),
  SECRET,
])('an unexpected error is internal, and its message reaches neither client nor log', async (thrown) => {
  const { vault, transcription, lines } = await throwing(thrown);
  expect(vault.statusCode).toBe(500);
  expect(vault.json().error.code).toBe('internal');
  expect(lines).toHaveLength(2);
  expect([vault.body, transcription.body, ...lines].join('\n')).not.toContain('canary');
});

test.each(['SQLITE_FULL', 'ENOSPC'])('a full disk (%s) is storage_full', async (code) => {
  const { vault } = await throwing(Object.assign(new Error(SECRET), { code }));
  expect([vault.statusCode, vault.json().error.code]).toEqual([507, 'storage_full']);
});

test('Retry-After is in whole seconds, at least one', async () => {
  for (const [retryAfter, header] of [
    [0.01, '1'],
    [1.2, '2'],
    [30, '30'],
  ] as const) {
    const { vault } = await throwing(new HttpError('locked_out', undefined, { retryAfter }));
    expect(vault.headers['retry-after']).toBe(header);
  }
});
