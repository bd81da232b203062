import { describe, expect, test } from 'vitest';
import { printData, printJson, say, toClock, toTable } from '../src/output.js';
import { drawBar, ProgressBar } from '../src/progress.js';
import { fakeTerminal } from './fake-terminal.js';

describe('what is printed', () => {
  test('cannot drive a terminal', async () => {
    const screen = fakeTerminal({ tty: true });
    await printData(screen.terminal, 'a\u001b]0;title\u0007b\n');
    say(screen.terminal, 'c\u001b[2Jd\u009b');
    expect(screen.stdout()).toBe('a]0;titleb\n');
    expect(screen.stderr()).toBe('c[2Jd\n');
  });

  test('goes into a pipe unchanged', async () => {
    const pipe = fakeTerminal();
    await printData(pipe.terminal, 'a\u001bb');
    expect(pipe.stdout()).toBe('a\u001bb');
  });

  test('is one line as JSON, whatever the text holds', async () => {
    const { terminal, stdout } = fakeTerminal();
    await printJson(terminal, { text: 'two\nlines' });
    expect(stdout()).toBe('{"text":"two\\nlines"}\n');
  });
});

test('a table has columns of equal width and no space at line ends', () => {
  expect(
    toTable([
      ['ID', 'TITLE'],
      ['long-id', ''],
    ]),
  ).toBe('ID       TITLE\nlong-id\n');
});

test('lengths read as on a clock', () => {
  expect([0, 11.2, 59.6, 3599.4, 3600, 36_061].map(toClock)).toEqual([
    '0:00',
    '0:11',
    '1:00',
    '59:59',
    '1:00:00',
    '10:01:01',
  ]);
});

describe('the progress bar', () => {
  test('fills with the fraction and fits the terminal', () => {
    const line = (fraction: number) => drawBar({ stage: 'transcribing', fraction }, 5, 80);
    expect([line(0), line(0.5), line(1)].map((text) => text.split('█').length - 1)).toEqual([0, 15, 30]);
    expect(line(0.5)).toContain(' 50%  0:05');
    expect(drawBar({ stage: 'waiting', fraction: 0 }, 5, 20)).toHaveLength(19);
  });

  test('is drawn on a terminal and removed at the end', async () => {
    const { terminal, stderr, stdout } = fakeTerminal({ tty: true });
    const bar = new ProgressBar(terminal);
    bar.report({ stage: 'decoding', fraction: 0.25 });
    await expect.poll(stderr).toContain('Decoding');
    bar.stop();
    expect(stderr().endsWith('\r\u001b[K')).toBe(true);
    expect(stdout()).toBe('');
  });

  test('is gone before anything is said of an interruption', async () => {
    const { terminal, interrupt, stderr } = fakeTerminal({ tty: true });
    const bar = new ProgressBar(terminal);
    await expect.poll(stderr).toContain('Uploading');
    interrupt.abort();
    bar.stop();
    expect(stderr().split('Uploading').at(-1)?.split('\r\u001b[K')).toHaveLength(2);
  });

  test('is silent when stderr is not a terminal', async () => {
    const { terminal, stderr } = fakeTerminal();
    const bar = new ProgressBar(terminal);
    bar.report({ stage: 'decoding', fraction: 0.25 });
    await new Promise((resolve) => setTimeout(resolve, 250));
    bar.stop();
    expect(stderr()).toBe('');
  });
});
