/**
 * What is being said at the moment, as one line on a terminal that redraws itself: its end, where it is wider than the terminal.
 * On anything but a terminal it draws nothing at all.
 */
import { printable } from './output.js';
import type { Terminal } from './terminal.js';

/** The line, on stderr. */
export class PartialLine {
  readonly #terminal: Terminal;
  readonly #draws: boolean;
  #drawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#draws = terminal.stderr.isTTY === true && terminal.env['TERM'] !== 'dumb';
  }

  /** Shows a text in place of the one before. */
  draw(text: string): void {
    if (!this.#draws) return;
    // A terminal that does not know its width says 0.
    const columns = (this.#terminal.stderr.columns || 80) - 1;
    const line = printable(text).replaceAll('\n', ' ');
    const shown = line.length > columns ? `…${line.slice(1 - columns)}` : line;
    this.#terminal.stderr.write(`\r\u001b[K${shown}`);
    this.#drawn = true;
  }

  /** Removes the line. */
  clear(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#terminal.stderr.write('\r\u001b[K');
  }
}
