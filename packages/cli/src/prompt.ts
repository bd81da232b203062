/**
 * Questions to a person at a terminal: a visible line, a hidden password, a yes or no. The questions go to stderr.
 * Whether anybody may be asked at all is decided by the callers (settings.ts, confirm-deletion.ts).
 */
import { createInterface } from 'node:readline';
import { CliError } from './exit-codes.js';
import type { Terminal } from './terminal.js';

const interrupted = () => new CliError('interrupted', 'Interrupted.');

/**
 * Asks for one visible line; an empty answer gives `fallback`.
 * @throws CliError `interrupted` on Ctrl-C or at the end of input.
 */
export async function askLine(terminal: Terminal, question: string, fallback = ''): Promise<string> {
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('close', () => reject(interrupted()));
      lines.once('SIGINT', () => {
        terminal.stderr.write('\n');
        reject(interrupted());
      });
      lines.question(question, (answer) => resolve(answer.trim() || fallback));
    });
  } finally {
    lines.close();
  }
}

/** Asks a question that only "y" or "yes" answers with yes. */
export async function askYes(terminal: Terminal, question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await askLine(terminal, `${question} [y/N] `));
}

/**
 * Asks for a line that is not shown while it is typed. Backspace, Ctrl-U and pasting work; arrow keys are ignored.
 * @throws CliError `interrupted` on Ctrl-C, Ctrl-D or at the end of input.
 */
export async function askHidden(terminal: Terminal, question: string): Promise<string> {
  const { stdin, stderr } = terminal;
  // Before the question is seen, so that nothing typed in answer to it is shown.
  stdin.setRawMode?.(true);
  stderr.write(question);
  stdin.setEncoding('utf8');
  try {
    return await new Promise<string>((resolve, reject) => {
      let typed: string[] = [];
      const done = (finish: () => void) => {
        stdin.off('data', onData);
        stdin.off('end', onEnd);
        finish();
      };
      const onEnd = () => done(() => reject(interrupted()));
      const onData = (chunk: string | Buffer) => {
        // An escape sequence arrives as one chunk and types nothing.
        const text = String(chunk);
        if (text.startsWith('\u001b')) return;
        for (const character of text) {
          if (character === '\r' || character === '\n') return done(() => resolve(typed.join('')));
          if (character === '\u0003' || character === '\u0004') return done(() => reject(interrupted()));
          if (character === '\u007f' || character === '\b') typed.pop();
          else if (character === '\u0015') typed = [];
          else if (character >= ' ') typed.push(character);
        }
      };
      stdin.on('data', onData);
      stdin.once('end', onEnd);
      stdin.resume();
    });
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
    stderr.write('\n');
  }
}
