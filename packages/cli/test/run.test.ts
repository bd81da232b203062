import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXIT, exitMeanings } from '../src/exit-codes.js';
import { run } from '../src/run.js';
import { fakeTerminal } from './fake-terminal.js';

const env = { SEALSCRIBE_HOME: '/nowhere' };
async function command(...args: string[]) {
  const screen = fakeTerminal({ env });
  return { code: await run(args, screen.terminal), ...screen };
}
const COMMANDS =
  'signup login logout transcribe list show export rm encrypt decrypt models health exit-codes'.split(' ');
const ID = 'AAAAAAAAAAAAAAAAAAAAAA';

describe('help', () => {
  test('of every command is data, is on stdout, and is a success', async () => {
    for (const name of COMMANDS) {
      const { code, stdout, stderr } = await command(name, '--help');
      expect([name, code, stderr()]).toEqual([name, 0, '']);
      expect(stdout()).toContain(`Usage: sealscribe ${name}`);
    }
  });

  test('of the whole names every command and begins with an example', async () => {
    const { stdout } = await command('--help');
    for (const name of COMMANDS) expect(stdout()).toContain(`\n  ${name} `);
    expect(stdout()).toContain('$ sealscribe signup');
  });

  test('about exit codes has the whole table', async () => {
    const [help, direct] = [await command('help', 'exit-codes'), await command('exit-codes')];
    for (const meaning of Object.values(exitMeanings)) {
      expect(help.stdout()).toContain(meaning);
      expect(direct.stdout()).toContain(meaning);
    }
  });

  test('no command has an option for the password', async () => {
    for (const name of COMMANDS)
      expect((await command(name, '--help')).stdout()).not.toMatch(/--password[ <]/);
  });
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { code, stdout } = await command('--version');
  expect([code, stdout()]).toEqual([0, `${version}\n`]);
});

test('the exit codes are 0 for success and 1 to 9 for errors, each once, and the README has them all', () => {
  const { success, ...errors } = EXIT;
  expect(success).toBe(0);
  expect(Object.values(errors).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
  for (const [name, code] of Object.entries(EXIT))
    expect(readme).toContain(`| ${code} | ${exitMeanings[name as keyof typeof EXIT]} |`);
});

describe('wrong usage is exit code 2, said on stderr', () => {
  test.each([
    [[]],
    [['nonsense']],
    [['list', '--nonsense']],
    [['list', 'extra']],
    [['transcribe']],
    [['show', 'not-an-id']],
    [['export', ID, '--format', 'docx']],
    [['rm', ID]],
    [['signup']],
    [['login']],
    [['list']],
    [['show', ID]],
    [['export', ID]],
    [['rm', ID, '--yes']],
    [['models']],
    [['health']],
    [['transcribe', 'a', '--title', 'no save']],
    [['transcribe', 'a', '--json', '--format', 'srt']],
    [['transcribe', 'https://']],
  ])('%j', async (args) => {
    const { code, stdout, stderr } = await command(...args);
    expect([code, stdout()]).toEqual([EXIT.usage, '']);
    expect(stderr()).not.toBe('');
  });
});

describe('a password on the command line', () => {
  test.each([
    [['login', '--password=hunter2']],
    [['login', '--password', 'hunter2']],
    [['list', '-phunter2']],
  ])('%j is refused without repeating it', async (args) => {
    const { code, stderr } = await command(...args);
    expect(code).toBe(EXIT.usage);
    expect(stderr()).not.toContain('hunter2');
  });

  test('gets told where passwords go', async () => {
    expect((await command('login', '--password=hunter2')).stderr()).toContain('SEALSCRIBE_PASSWORD');
  });
});

test('with --json an error is for people first and for scripts second', async () => {
  const { stderr } = await command('list', '--json');
  const [forPeople, forScripts] = stderr().trimEnd().split('\n');
  expect(forPeople).toMatch(/^sealscribe: Please set/);
  expect(JSON.parse(forScripts)).toEqual({
    error: { code: 'usage', message: forPeople.replace('sealscribe: ', ''), exitCode: 2 },
  });
});

test('an interruption ends a question at once, with its own exit code', async () => {
  const { terminal, interrupt, stderr } = fakeTerminal({ env, tty: true });
  const running = run(['list'], terminal);
  await expect.poll(stderr).toContain('Server');
  interrupt.abort();
  expect(await running).toBe(EXIT.interrupted);
});
