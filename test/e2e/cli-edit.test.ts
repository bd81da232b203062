// The command on a vault that people work in: edit, history, search, summarize, export; from a transcript that the SDK saved.
import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe } from '@sealscribe/sdk-node';
import { hasBoth, prepareCommand } from './cli-command.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

const email = `${randomUUID()}@example.com`;
const password = `p-${randomUUID()}`;

describe.skipIf(!hasBoth)('sealscribe with a saved transcript', () => {
  let server: RunningServer;
  let cli: ReturnType<typeof prepareCommand>;
  let id: string;
  const run = (...args: string[]) => cli.command(args);
  beforeAll(async () => {
    server = await startServer();
    const vault = await new Sealscribe({ server: server.url, fingerprint: server.fingerprint }).signUp({
      email,
      password,
    });
    ({ id } = await vault.save(transcriptOf('Ask knot what your country can do'), { title: 'Inaugural' }));
    cli = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: email,
      SEALSCRIBE_PASSWORD: password,
    });
  });
  afterAll(() => server?.stop());

  test('edits are made in their order, and the history brings the first revision back', async () => {
    const edited = await run(
      ...['edit', id, '--text', '0=Ask not what your country can do', '--split', '0:12'],
      ...['--rename-speaker', 'SPEAKER_00=Kennedy', '--shift', '-0.25', '--title', 'Corrected', '--json'],
    );
    expect([edited.code, edited.stdout]).toEqual([0, `${JSON.stringify({ id, revision: 2 })}\n`]);
    const shown = JSON.parse((await run('show', id, '--json')).stdout);
    expect(shown).toMatchObject({ title: 'Corrected', speakers: ['Kennedy'], revision: 2 });
    expect(shown.segments.map(({ start, text }: { start: number; text: string }) => [start, text])).toEqual([
      [0, 'Ask not what'],
      [0.375, 'your country can do'],
    ]);
    const history = JSON.parse((await run('history', id, '--json')).stdout) as { revision: number }[];
    expect(history.map(({ revision }) => revision)).toEqual([2, 1]);
    expect((await run('show', id, '--revision', '1')).stdout).toContain('Ask knot what');
    expect((await run('history', id, '--restore', '1')).stderr).toContain('as revision 3');
    expect((await run('show', id)).stdout).toContain('Ask knot what');
    expect((await run('history', id, '--forget', '--yes', '--json')).stdout).toBe(
      `${JSON.stringify({ id, forgotten: true })}\n`,
    );
    expect((await run('show', id, '--revision', '1')).code).toBe(5);
  });

  test('edits that cannot be made are wrong usage, and change nothing', async () => {
    for (const args of [
      [],
      ['--merge', '0-9'],
      ['--text', 'x=y'],
      ['--rename-speaker', 'Nobody=Ada'],
      ['--shift', '-99'],
    ])
      expect((await run('edit', id, ...args)).code, args.join(' ')).toBe(2);
    expect((await run('show', id)).stdout).toContain('Ask knot what');
  });

  test('search finds it, in words and in JSON, and keeps only sealed bytes', async () => {
    const [hit] = JSON.parse((await run('search', 'COUNTRY', 'ask', '--json')).stdout);
    expect(hit).toMatchObject({
      id,
      segment: 0,
      speaker: 'SPEAKER_00',
      highlights: [
        [0, 3],
        [19, 26],
      ],
    });
    expect((await run('search', '"what your"')).stdout).toBe(
      `${id}  Inaugural\n  [0:00] SPEAKER_00: Ask knot ⟦what your⟧ country can do\n`,
    );
    const nothing = await run('search', 'absent');
    expect([nothing.code, nothing.stdout]).toEqual([0, '']);
    expect((await stat(join(cli.home, 'cache'))).mode & 0o777).toBe(0o700);
  });

  test('exports as documents and tables', async () => {
    const file = join(cli.home, 'out.docx');
    expect((await run('export', id, '-o', file)).code).toBe(0);
    expect((await readFile(file)).subarray(0, 2).toString()).toBe('PK');
    expect((await run('export', id, '--format', 'csv')).stdout).toContain(',SPEAKER_00,Ask knot what');
    expect((await run('export', id, '--format', 'md')).stdout).toMatch(/^# Inaugural\n/);
    const pdf = await run('export', id, '--format', 'pdf', '-o', join(cli.home, 'out.pdf'));
    // Without fontconfig or without a font, the message says what to install.
    if (pdf.code === 0)
      expect((await readFile(join(cli.home, 'out.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
    else expect([pdf.code, pdf.stderr]).toEqual([5, expect.stringContaining('install')]);
  });

  test('summarises without a model, and gives no text to the server for a model', async () => {
    expect((await run('summarize', id)).stdout).toBe('[0:00] Ask knot what your country can do\n');
    const model = await run('summarize', id, '--model-url', `${server.url}/v1`, '--model', 'm');
    expect([model.code, model.stderr]).toEqual([2, expect.stringContaining('Sealscribe server')]);
    expect((await run('summarize', id, '--question', 'Who?')).code).toBe(2);
  });
});
