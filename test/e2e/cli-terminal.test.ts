// The command as a person at a terminal meets it: a real pseudo-terminal, made by `script` of util-linux.
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe } from '@sealscribe/sdk-node';
import { bareWords, hasBoth, JFK, JFK_TEXT, MAIN } from './cli-command.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

const hasScript = spawnSync('script', ['--version'], { stdio: 'ignore' }).status === 0;
/** Where a question stands on the screen, from a position on. */
function find(screen: string, question: string | RegExp, from: number): { end: number } | undefined {
  const text = screen.slice(from);
  const match = typeof question === 'string' ? undefined : question.exec(text);
  const at = typeof question === 'string' ? text.indexOf(question) : (match?.index ?? -1);
  if (at < 0) return undefined;
  return { end: from + at + (match?.[0].length ?? (question as string).length) };
}
/** The recovery word that the last question on the screen asks for. */
function askedWord(screen: string): string {
  const number = [...screen.matchAll(/Word (\d+): /g)].at(-1)?.[1];
  const word = new RegExp(`\\b${number}\\. ([a-z]+)`).exec(screen)?.[1];
  return `${word}\r`;
}
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

describe.skipIf(!hasBoth || !hasScript)('sealscribe on a terminal', () => {
  const password = `p-${randomUUID()}`;
  let server: RunningServer;
  let home: string;

  beforeAll(async () => {
    server = await startServer();
    home = await mkdtemp(join(tmpdir(), 'sealscribe-terminal-'));
  });
  afterAll(() => server?.stop());

  /** Runs the command; whenever the screen shows a question, its answer is typed. Returns the screen and the exit code. */
  function session(
    args: string[],
    answers: [question: string | RegExp, answer: string | ((screen: string) => string)][] = [],
  ) {
    const line = [process.execPath, MAIN, ...args].map(quote).join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      env: { PATH: process.env['PATH'] ?? '', SEALSCRIBE_HOME: home, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const open = [...answers];
    let screen = '';
    let seen = 0;
    return new Promise<{ screen: string; code: number | null }>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        screen += text;
        const found = open[0] && find(screen, open[0][0], seen);
        if (!found) return;
        seen = found.end;
        const answer = open.shift()![1];
        child.stdin.write(typeof answer === 'string' ? answer : answer(screen));
      });
      child.once('error', reject);
      child.once('close', (code) => resolve({ screen, code }));
    });
  }

  test('signing up asks for all it needs and never shows the password', async () => {
    const { screen, code } = await session(
      ['signup'],
      [
        ['Server [', `${server.url}\r`],
        ['Fingerprint', `${server.fingerprint}\r`],
        ['Email: ', 'person@example.com\r'],
        ['Password: ', `${password}\r`],
        ['Password again: ', `${password}\r`],
        // Typed back from what the screen shows: the first question is answered wrongly once.
        [/Word \d+: /, 'nonsense\r'],
        [/Word \d+: /, askedWord],
        [/Word \d+: /, askedWord],
      ],
    );
    expect(code).toBe(0);
    expect(screen).toContain('That is not the word; look again.');
    expect(screen).toContain('You are signed in.');
    expect(screen).not.toContain(password);
  });

  test('a transcription shows a progress bar, removes it, and prints the text', async () => {
    const { screen, code } = await session(['transcribe', JFK]);
    expect([code, screen]).toEqual([0, screen]);
    const drawn = screen.split('\r\u001b[K');
    expect(drawn[1]).toMatch(/^(Uploading|Waiting|Decoding|Transcribing) +[█░]{30} +\d+% {2}0:\d\d$/);
    expect(bareWords(drawn.at(-1)!)).toBe(bareWords(JFK_TEXT));
  });

  test('deleting asks first, and anything but yes deletes nothing', async () => {
    const saved = await session(['transcribe', JFK, '--save'], [['Password: ', `${password}\r`]]);
    const id = /Sealed and saved as (\S{22})/.exec(saved.screen)?.[1] ?? '';
    const { code } = await session(['rm', id], [['[y/N] ', '\r']]);
    expect(code).toBe(9);
    const list = await session(['list'], [['Password: ', `${password}\r`]]);
    expect(list.screen).toContain(id);
  });

  test('Ctrl-C at the password ends the command and leaves the terminal in order', async () => {
    const { screen, code } = await session(['list'], [['Password: ', 'half\u0003']]);
    expect([code, screen]).toEqual([9, 'Password: \r\nsealscribe: Interrupted.\r\n']);
  });

  test('a link asks for its password, without showing it', async () => {
    const { url, fingerprint } = server;
    const vault = await new Sealscribe({ server: url, fingerprint }).signUp({
      email: 'link@example.com',
      password,
    });
    const { id } = await vault.save(transcriptOf('ask not what your country can do'));
    const { link } = await vault.share(id, { password: 'by telephone' });
    const open = ['open', link, '--fingerprint', fingerprint];
    const { screen, code } = await session(open, [['Password of the link: ', 'by telephone\r']]);
    expect([code, screen]).toEqual([0, expect.stringContaining('ask not what your country can do')]);
    expect(screen).not.toContain('by telephone');
    expect((await session(open, [['Password of the link: ', 'x\r']])).code).toBe(3);
  });
});
