// `sealscribe listen` as people and scripts run it: samples piped in, sentences out, kept in the vault when asked for.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countWordErrors } from '../fixtures/wer.js';
import { hasBoth, JFK, JFK_TEXT, MAIN, prepareCommand } from './cli-command.js';
import { startServer, type RunningServer } from './server-process.js';

const wav = hasBoth ? readFileSync(JFK) : Buffer.alloc(0);
const samples = wav.subarray(44);
const password = 'only for this test';

describe.skipIf(!hasBoth)('sealscribe listen', () => {
  let server: RunningServer;
  let cli: ReturnType<typeof prepareCommand>;
  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1'] });
    cli = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: 'listener@example.com',
      SEALSCRIBE_PASSWORD: password,
    });
    expect(await cli.command(['signup'])).toMatchObject({ code: 0 });
  });
  afterAll(() => server?.stop());

  test('writes what was said, a line for each segment, and nothing else', async () => {
    const { code, stdout, stderr } = await cli.command(['listen'], { stdin: samples });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(countWordErrors(JFK_TEXT, stdout).errors).toBeLessThanOrEqual(4);
    expect(stdout.endsWith('\n')).toBe(true);
  });

  test('seals and saves with --save, and tells all as lines with --json', async () => {
    const { code, stdout } = await cli.command(['listen', '--json', '--save', '--title', 'Speech'], {
      stdin: samples,
    });
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; id: string; text: string });
    const segments = lines.filter(({ type }) => type === 'segment');
    const last = lines.at(-1);
    expect(last).toMatchObject({ type: 'transcript', text: segments.map(({ text }) => text).join(' ') });
    const shown = await cli.command(['show', String(last?.id), '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ title: 'Speech' });
    expect(shown.stdout).toContain(segments[0]?.text);
  });

  test('keeps what was said when it is interrupted', async () => {
    const variables = { SEALSCRIBE_HOME: cli.home, SEALSCRIBE_PASSWORD: password };
    const child = spawn(process.execPath, [MAIN, 'listen', '--save'], {
      env: { ...process.env, ...variables },
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    let talk = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (talk += text));
    // The input does not end: it is a microphone.
    child.stdin.write(samples);
    child.stdout.once('data', () => child.kill('SIGINT'));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(talk).toMatch(/^Sealed and saved as/);
    expect(code).toBe(0);
    expect(said).toMatch(/fellow/i);
  });

  test('says what is wrong with its input', async () => {
    expect(await cli.command(['listen'], { stdin: wav })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/WAV/),
    });
    expect(await cli.command(['listen', '--title', 'x'], { stdin: samples })).toMatchObject({ code: 2 });
    expect(await cli.command(['listen', '--language', 'de'], { stdin: samples })).toMatchObject({ code: 7 });
    expect(cli.said()).not.toContain(password);
  });
});
