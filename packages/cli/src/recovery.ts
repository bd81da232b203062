/**
 * Recovery words, shown once. On a terminal the person proves that they are written down by typing two of them back; without
 * one they go to stderr, or into the JSON that was asked for.
 */
import { randomInt } from 'node:crypto';
import { CliError } from './exit-codes.js';
import { say } from './output.js';
import { askLine } from './prompt.js';
import { canPrompt, type Terminal } from './terminal.js';

const TRIES = 3;

/**
 * Shows new recovery words before they are put to use.
 * @throws CliError `interrupted` when the person cannot type them back: nothing has been changed then.
 */
export async function handOver(terminal: Terminal, words: string, flags: { json?: true }): Promise<void> {
  if (flags.json && !canPrompt(terminal)) return;
  const list = words.split(' ');
  say(terminal, 'Your recovery words. Write them down: with them you can set a new password, without');
  say(terminal, 'password and words nobody can open your transcripts. They are not shown again.\n');
  for (let i = 0; i < list.length; i += 4)
    say(
      terminal,
      list
        .slice(i, i + 4)
        .map((word, j) => `${String(i + j + 1).padStart(4)}. ${word.padEnd(10)}`)
        .join(''),
    );
  say(terminal, '');
  if (canPrompt(terminal)) await askBack(terminal, list);
}

async function askBack(terminal: Terminal, words: string[]): Promise<void> {
  const first = randomInt(words.length);
  const second = (first + 1 + randomInt(words.length - 1)) % words.length;
  for (const at of [first, second].sort((a, b) => a - b)) {
    for (let tries = 1; (await askLine(terminal, `Word ${at + 1}: `)).toLowerCase() !== words[at]; tries++) {
      if (tries === TRIES) throw new CliError('interrupted', 'That is not the word. Nothing was changed.');
      say(terminal, 'That is not the word; look again.');
    }
  }
}
