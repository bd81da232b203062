// Forms, JSON and headers of every kind to the routes that transcribe, and to those that say where results go: each is taken or refused as
// documented, no answer and no line of the log repeats what was sent, nothing of it stays, and the server goes on as before.
import {
  IDEMPOTENCY_HEADER,
  pathOf,
  routes,
  streamConfigSchema,
  TUS_HEADER,
  UPLOAD_LENGTH_HEADER,
  UPLOAD_OFFSET_HEADER,
  UPLOAD_TYPE,
  type Route,
} from '@sealscribe/protocol';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cases } from '../fixtures/cases.js';
import { anyForm, FORM_TYPE, formOf, silence } from './any-forms.js';
import {
  anyJson,
  CANARY,
  expectDocumented,
  expectDocumentedEvents,
  headerText,
  sendAny,
  type AnyAnswer,
  type AnyRequest,
} from './any-requests.js';
import { hasServer, JFK, newSession, transcribe } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const MOST_BYTES = 200_000;
const likely = <T>(usual: T, other: fc.Arbitrary<T>, weight = 5) =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
/** Headers as usual, and now and then something else in the place of one, or none. */
const headersLike = (usual: Readonly<Record<string, string>>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(usual).map(([name, text]) => [
        name,
        likely<string | undefined>(text, fc.option(headerText, { nil: undefined }), 9),
      ]),
    ),
  );
const without = (headers: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(headers).filter(([, text]) => text !== undefined)) as Record<
    string,
    string
  >;

describe.skipIf(!hasServer)('requests of every kind', () => {
  let server: RunningServer;
  let session: string;
  beforeAll(async () => {
    const limits = ['--max-upload', String(MOST_BYTES), '--max-memory', String(2 ** 26), '--metrics', '0'];
    const hosts = [
      '--fetch-from',
      'recordings.example=127.0.0.1:9',
      '--webhook-to',
      'hooks.example=127.0.0.1:9',
    ];
    server = await startServer({ args: ['--insecure-http', ...limits, ...hosts] });
    session = await newSession(server.url);
  });
  afterAll(async () => {
    await server?.stop();
  });

  const send = ({ headers, ...request }: AnyRequest): Promise<AnyAnswer> =>
    sendAny(server.url, { ...request, headers: { authorization: `Bearer ${session}`, ...headers } });
  const figure = async (name: string) => {
    const { metrics } = server.ready as unknown as { metrics: string };
    const text = await (await fetch(metrics)).text();
    return Number(new RegExp(`^sealscribe_${name} (.*)$`, 'm').exec(text)?.[1]);
  };

  test('forms with a recording, or without', async () => {
    const recordingRoutes = [routes.transcribe, routes.compare, routes.audioTranscriptions, routes.createJob];
    const accept = fc.constantFrom('*/*', 'text/event-stream', 'application/json');
    const one = fc.record({
      route: fc.constantFrom<Route>(...recordingRoutes),
      headers: fc
        .tuple(
          headersLike({ 'content-type': FORM_TYPE }),
          accept,
          fc.option(fc.oneof(headerText, fc.constantFrom('a', 'b')), { nil: undefined }),
        )
        .map(([headers, accepted, key]) =>
          without({ ...headers, accept: accepted, [IDEMPOTENCY_HEADER]: key }),
        ),
      body: anyForm,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 4, maxLength: 4 }), async (four) => {
        await Promise.all(
          four.map(async (request) => {
            const answer = await send(request);
            if (answer.headers['content-type']?.startsWith('text/event-stream'))
              return void expectDocumentedEvents(answer, request.route);
            const code = expectDocumented(answer, request.route);
            if (code !== undefined || request.route !== routes.createJob) return;
            expect(answer.status).toBe(202);
            const path = String(answer.headers.location);
            expectDocumented(await send({ route: routes.getJob, path, headers: {} }), routes.getJob);
            expectDocumented(await send({ route: routes.deleteJob, path, headers: {} }), routes.deleteJob);
          }),
        );
      }),
      cases(240),
    );
  });

  test('tokens of streams', async () => {
    const model = fc.oneof(
      fc.constantFrom('moonshine-tiny-en', 'auto', 'x'.repeat(128), 'x'.repeat(129)),
      headerText,
    );
    const language = fc.constantFrom('en', 'auto', 'EN', 'xx', 'x'.repeat(65));
    const body = fc.option(anyJson({ model, language, sample_rate: fc.constantFrom(16_000, 8000) }), {
      nil: undefined,
    });
    await fc.assert(
      fc.asyncProperty(body, headersLike({ 'content-type': 'application/json' }), async (bytes, headers) => {
        const route = routes.streamTokens;
        const answer = await send({ route, headers: without(headers), body: bytes });
        expectDocumented(answer, route);
        if (answer.status < 400)
          expect(
            streamConfigSchema.safeParse(bytes?.length ? (JSON.parse(String(bytes)) ?? {}) : {}).success,
          ).toBe(true);
      }),
      cases(1_600),
    );
  });

  test('recordings that come in parts', async () => {
    const part = fc.record({
      /** Where it says that it begins, from where the upload ends. */
      from: likely(0, fc.integer({ min: -3, max: 3 })),
      bytes: fc.nat(1500),
      by: fc.constantFrom('PATCH', 'POST'),
      change: likely<Record<string, string | undefined>>(
        {},
        fc
          .constantFrom(UPLOAD_OFFSET_HEADER, 'content-type', TUS_HEADER, 'x-http-method-override')
          .chain((name) => fc.option(headerText, { nil: undefined }).map((text) => ({ [name]: text }))),
      ),
    });
    const creating = fc.oneof(
      { weight: 4, arbitrary: fc.nat(4000).map(String) },
      { weight: 1, arbitrary: headerText },
      { weight: 1, arbitrary: fc.constantFrom('199999', '200001', '9007199254740993') },
    );
    const metadata = fc.oneof(
      headerText,
      fc.base64String().map((text) => `filename ${text}`),
      fc.constant(`filename ${CANARY},x`),
    );
    await fc.assert(
      fc.asyncProperty(
        creating,
        metadata,
        headersLike({ [TUS_HEADER]: '1.0.0' }),
        fc.array(part, { maxLength: 5 }),
        anyForm,
        async (announced, described, version, parts, form) => {
          // Blanks around a value are no part of it.
          const length = announced.replace(/^[ \t]+|[ \t]+$/g, '');
          const created = await send({
            route: routes.createUpload,
            headers: without({ ...version, [UPLOAD_LENGTH_HEADER]: announced, 'upload-metadata': described }),
          });
          expectDocumented(created, routes.createUpload);
          const valid =
            /^(0|[1-9]\d*)$/.test(length) && Number(length) <= MOST_BYTES && version[TUS_HEADER] === '1.0.0';
          expect(created.status === 201).toBe(valid);
          if (!valid) return;
          const path = String(created.headers.location);
          const plain = { [TUS_HEADER]: '1.0.0' };
          let there = 0;
          for (const { from, bytes, by, change } of parts) {
            const route = by === 'PATCH' ? routes.continueUpload : routes.overrideUpload;
            const usual = {
              ...plain,
              'content-type': UPLOAD_TYPE,
              [UPLOAD_OFFSET_HEADER]: String(there + from),
              ...(by === 'POST' && { 'x-http-method-override': 'PATCH' }),
            };
            const headers = without({ ...usual, ...change });
            const answer = await send({ route, path, headers, body: Buffer.alloc(bytes) });
            expectDocumented(answer, route);
            const taken = answer.status === 204;
            if (Object.keys(change).length === 0)
              expect(taken).toBe(from === 0 && there + bytes <= Number(length));
            if (taken) there += bytes;
            const { status, headers: told } = await send({ route: routes.getUpload, path, headers: plain });
            expect([status, told[UPLOAD_OFFSET_HEADER], told[UPLOAD_LENGTH_HEADER]]).toEqual([
              200,
              String(there),
              length,
            ]);
          }
          const id = path.split('/').at(-1) ?? '';
          const named = formOf([['upload', id]]);
          for (const body of [form, named]) {
            const answer = await send({
              route: routes.transcribe,
              headers: { 'content-type': FORM_TYPE },
              body,
            });
            const code = expectDocumented(answer, routes.transcribe);
            if (body === named && there < Number(length)) expect(code).toBe('conflict');
          }
          const removed = await send({ route: routes.deleteUpload, path, headers: plain });
          expect([204, 404]).toContain(removed.status);
          expect((await send({ route: routes.getUpload, path, headers: plain })).status).toBe(404);
        },
      ),
      cases(160),
    );
  });

  test('receivers of messages', async () => {
    const url = fc.oneof(
      fc.constantFrom(
        'https://hooks.example/a',
        'https://hooks.example:444/',
        'http://hooks.example/',
        'https://127.0.0.1/',
        `https://hooks.example/${CANARY}`,
        `https://u:${CANARY}@hooks.example/`,
        'https://hooks.example/#a',
        `javascript:${CANARY}`,
        `https://hooks.example/${'a'.repeat(3000)}`,
      ),
      fc.webUrl({ validSchemes: ['https', 'http', 'ftp'], withFragments: true, withQueryParameters: true }),
      fc.webPath().map((text) => `https://hooks.example${text}`),
      headerText,
    );
    const secret = fc.oneof(
      fc.constantFrom(`whsec_${'A'.repeat(44)}`, 'whsec_', `whsec_${'A'.repeat(89)}`),
      headerText,
    );
    const publicKey = fc.oneof(fc.constantFrom('A'.repeat(87), `B${'A'.repeat(86)}`, CANARY), headerText);
    await fc.assert(
      fc.asyncProperty(
        anyJson({ url, secret, publicKey }),
        headersLike({ 'content-type': 'application/json' }),
        async (body, headers) => {
          const answer = await send({ route: routes.createWebhook, headers: without(headers), body });
          if (answer.status >= 400) return void expectDocumented(answer, routes.createWebhook);
          const hook = JSON.parse(answer.text) as { id: string; url: string };
          const { protocol, hostname, username, hash } = new URL(hook.url);
          expect([answer.status, protocol, hostname, username + hash]).toEqual([
            201,
            'https:',
            'hooks.example',
            '',
          ]);
          const path = pathOf(routes.deleteWebhook, hook.id);
          expect((await send({ route: routes.deleteWebhook, path, headers: {} })).status).toBe(204);
        },
      ),
      cases(1_600),
    );
  });

  test('leave nothing behind', async () => {
    for (const name of [
      'recording_bytes',
      'uploads_open',
      'transcriptions_running',
      'transcriptions_waiting',
    ])
      await expect.poll(() => figure(name)).toBe(0);
    expect(server.stderr()).not.toContain(CANARY);
    expect(server.stderr()).not.toMatch(/"level":(50|60)/);
    const speech = readFileSync(JFK).subarray(0, 44 + 4 * 32_000);
    const answer = await transcribe(server.url, session, speech);
    expect([answer.status, answer.json.text]).toEqual([200, expect.stringMatching(/fellow/i)]);
    expect((await transcribe(server.url, session, silence(16_000))).status).toBe(200);
  });
});
