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
 * Shows new recovery words to a person before they are put to use, and has two of them typed back.
 * @throws CliError `interrupted` when the person cannot type them back: nothing has been changed then.
 */
export async function confirmWords(terminal: Terminal, words: string): Promise<void> {
  if (!canPrompt(terminal)) return;
  show(terminal, words);
  await askBack(terminal, words.split(' '));
}

/** Where nobody was asked, leaves the words that are in use now on stderr, unless they are in the JSON. */
export function leaveWords(terminal: Terminal, words: string, flags: { json?: true }): void {
  if (!canPrompt(terminal) && !flags.json) show(terminal, words);
}

function show(terminal: Terminal, words: string): void {
  const list = words.split(' ').map((word, i) => `${String(i + 1).padStart(4)}. ${word.padEnd(10)}`);
  say(terminal, 'Your recovery words. Write them down: with them you can set a new password, without');
  say(terminal, 'password and words nobody can open your transcripts. They are not shown again.\n');
  for (let i = 0; i < list.length; i += 4) say(terminal, list.slice(i, i + 4).join(''));
  say(terminal, '');
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
