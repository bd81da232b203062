// One recording through several models: over HTTP, with the SDK and on the command line.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparisonSchema } from '@sealscribe/protocol';
import { Sealscribe } from '@sealscribe/sdk-node';
import { countWordErrors } from '../fixtures/wer.js';
import { bareWords, hasBoth, prepareCommand } from './cli-command.js';
import { call, JFK, JFK_TEXT, newSession } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const embedded = fileURLToPath(new URL('../../packages/model-moonshine-tiny-en/files/', import.meta.url));
const CREDENTIALS = { email: 'compare@example.com', password: 'a password for this test' };

/** The embedded model under another id; with `change`, its vocabulary says other words for the same tokens. */
function anotherModel(folder: string, id: string, change?: (tokens: string) => string): string {
  const place = join(folder, id);
  mkdirSync(place);
  for (const name of ['encoder_model.onnx', 'decoder_model_merged.onnx', 'tokens.txt'])
    cpSync(join(embedded, name), join(place, name));
  const tokens = join(place, 'tokens.txt');
  if (change) writeFileSync(tokens, change(readFileSync(tokens, 'utf8')));
  const files = ['encoder_model.onnx', 'decoder_model_merged.onnx', 'tokens.txt'].map((name) => ({
    name,
    size: readFileSync(join(place, name)).length,
  }));
  const manifest = { id, name: id, family: 'moonshine', languages: ['en'], files };
  writeFileSync(join(place, 'manifest.json'), JSON.stringify(manifest));
  return place;
}

describe.skipIf(!hasBoth)('comparing models', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-compare-'));
  const jfk = readFileSync(JFK);
  let server: RunningServer;
  let token: string;
  beforeAll(async () => {
    const same = anotherModel(folder, 'same');
    const renamed = anotherModel(folder, 'renamed', (tokens) =>
      tokens.replace('\n▁country\n', '\n▁village\n'),
    );
    const args = ['--workers', '1', '--model', 'moonshine-tiny-en', '--model', same, '--model', renamed];
    server = await startServer({ dataFolder: join(folder, 'data'), args });
    token = await newSession(server.url);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  async function compare(...models: string[]) {
    const form = new FormData();
    for (const model of models) form.append('models', model);
    form.append('file', new Blob([jfk]), 'recording');
    const encoded = new Response(form);
    return call(`${server.url}/v1/compare`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': encoded.headers.get('content-type') ?? '',
      },
      body: new Uint8Array(await encoded.arrayBuffer()),
    });
  }

  test('models that write the same have results side by side and no differences', async () => {
    const { status, json } = await compare('moonshine-tiny-en', 'same');
    expect(status).toBe(200);
    const { results, differences } = comparisonSchema.parse(json);
    expect(results.map(({ model, transcript }) => [model, transcript.model])).toEqual([
      ['moonshine-tiny-en', 'moonshine-tiny-en'],
      ['same', 'same'],
    ]);
    expect(results[1]?.transcript.segments).toEqual(results[0]?.transcript.segments);
    expect(results.every(({ seconds }) => seconds > 0)).toBe(true);
    expect(differences).toEqual([]);
  });

  test('words that models write differently stand beside each other, at their time', async () => {
    const { json } = await compare('moonshine-tiny-en,renamed', 'same');
    const { differences } = comparisonSchema.parse(json);
    const shown = differences.map(({ variants }) =>
      variants.map(({ model, words }) => [model, bareWords(words.join(' '))]),
    );
    const place = [
      ['moonshine-tiny-en', 'country'],
      ['renamed', 'village'],
      ['same', 'country'],
    ];
    expect(shown).toEqual([place, place]);
    // "your country can do for you" and, three seconds later, "for your country".
    expect(differences[0]?.at).toBeGreaterThan(4);
    expect((differences[1]?.at ?? 0) - (differences[0]?.at ?? 0)).toBeGreaterThan(1.5);
  });

  test.each([
    [['moonshine-tiny-en'], 400, 'bad_request'],
    [['same', 'same', 'same'], 400, 'bad_request'],
    [['same', 'another'], 404, 'model_not_found'],
  ])('%j is refused', async (models, status, code) => {
    expect(await compare(...models)).toMatchObject({ status, json: { code, error: expect.any(String) } });
  });

  test('nobody compares without a session', async () => {
    expect((await call(`${server.url}/v1/compare`, { method: 'POST' })).status).toBe(401);
  });

  test('the SDK gives progress over all models and the comparison', async () => {
    const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    await client.signUp(CREDENTIALS);
    const fractions: number[] = [];
    const { results } = await client.compare(
      { data: jfk },
      {
        models: ['same', 'moonshine-tiny-en'],
        onProgress: ({ stage, fraction }) => void (stage === 'transcribing' && fractions.push(fraction)),
      },
    );
    expect(results.map(({ model }) => model)).toEqual(['same', 'moonshine-tiny-en']);
    for (const { transcript } of results) expect(countWordErrors(JFK_TEXT, transcript.text).errors).toBe(0);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    await expect(client.compare({ data: jfk }, { models: ['same'] })).rejects.toThrow(RangeError);
    await client.close();
  });

  test('the command shows a table for people and JSON for scripts', async () => {
    const { command } = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: CREDENTIALS.email,
      SEALSCRIBE_PASSWORD: CREDENTIALS.password,
    });
    const table = await command(['compare', JFK, '--models', 'moonshine-tiny-en,renamed']);
    expect([table.code, table.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^MODEL .*\nmoonshine-tiny-en .*\nrenamed .*\n\nAT .*\n\d:\d\d\.\d .*country.*village/,
      ),
    ]);
    const json = await command(['compare', JFK, '--json']);
    expect(comparisonSchema.parse(JSON.parse(json.stdout)).results.length).toBe(3);
    expect((await command(['compare', JFK, '--models', 'same'])).code).toBe(2);
  });
});
