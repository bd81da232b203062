import { describe, expect, test } from 'vitest';
import { askHidden, askLine, askYes } from '../src/prompt.js';
import { fakeTerminal } from './fake-terminal.js';

describe('a hidden answer', () => {
  test.each([
    ['plain', 'secret\r', 'secret'],
    ['with backspaces, by character and not by code unit', 'a😀\u007fb\r', 'ab'],
    ['begun again with Ctrl-U', 'wrong\u0015right\r', 'right'],
    ['pasted with what follows the line end', 'secret\nls\n', 'secret'],
  ])('%s', async (_name, typed, answer) => {
    const { terminal, type } = fakeTerminal({ tty: true });
    const asked = askHidden(terminal, 'Password: ');
    type(typed);
    expect(await asked).toBe(answer);
  });

  test('an arrow key types nothing', async () => {
    const { terminal, type } = fakeTerminal({ tty: true });
    const asked = askHidden(terminal, '? ');
    type('ab');
    await new Promise((resolve) => setTimeout(resolve, 20));
    type('\u001b[D');
    await new Promise((resolve) => setTimeout(resolve, 20));
    type('c\r');
    expect(await asked).toBe('abc');
  });

  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s ends it as interrupted', async (_name, key) => {
    const { terminal, type } = fakeTerminal({ tty: true });
    const asked = askHidden(terminal, '? ');
    type(`half${key}`);
    await expect(asked).rejects.toMatchObject({ exit: 'interrupted' });
  });
});

test('a line may be left empty for the default', async () => {
  const { terminal, type } = fakeTerminal({ tty: true });
  const asked = askLine(terminal, '? ', 'default');
  type('\n');
  expect(await asked).toBe('default');
});

test('the end of input at a question is an interruption, not an answer', async () => {
  const { terminal } = fakeTerminal({ tty: true, stdin: '' });
  await expect(askLine(terminal, '? ')).rejects.toMatchObject({ exit: 'interrupted' });
});

test.each([
  ['y', true],
  ['YES', true],
  ['', false],
  ['n', false],
  ['yeah', false],
])('the answer %j to yes or no is %j', async (typed, yes) => {
  const { terminal, type } = fakeTerminal({ tty: true });
  const asked = askYes(terminal, 'Delete?');
  type(`${typed}\n`);
  expect(await asked).toBe(yes);
});
