/**
 * How several recordings are doing, on stderr: on a terminal one line for each that is on its way, redrawn, and a line for each that is
 * through; elsewhere the latter alone.
 */
import { printable, say } from './output.js';
import { drawBar, type ProgressReport } from './progress.js';
import type { Terminal } from './terminal.js';

const REDRAW_MS = 100;
const NAME_CELLS = 24;

/** Lines by the recordings that they are about. */
export class FileLines {
  readonly #active = new Map<object, { name: string; report: ProgressReport; start: number }>();
  readonly #terminal: Terminal;
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    if (!terminal.stderr.isTTY || terminal.env.TERM === 'dumb') return;
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    this.#timer.unref();
    terminal.signal.addEventListener('abort', this.stop, { once: true });
  }

  /** One begins; what it gives takes its reports. */
  begin(key: object, name: string): (report: ProgressReport) => void {
    const line = {
      name,
      report: { stage: 'uploading', fraction: 0 } as ProgressReport,
      start: performance.now(),
    };
    this.#active.set(key, line);
    return (report) => (line.report = report);
  }

  /** One is through. */
  end(key: object, line: string): void {
    this.#active.delete(key);
    this.#clear();
    say(this.#terminal, line);
  }

  /** Removes what is drawn, and draws no more. */
  readonly stop = (): void => {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#clear();
  };

  #clear(): void {
    if (this.#drawn > 0) this.#terminal.stderr.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }

  #draw(): void {
    // A terminal that does not know its width says 0.
    const columns = this.#terminal.stderr.columns || 80;
    const now = performance.now();
    this.#clear();
    for (const { name, report, start } of this.#active.values()) {
      const cells = Array.from(printable(name).replace(/[\t\n]/g, ' '));
      const short = cells.length > NAME_CELLS ? [...cells.slice(0, NAME_CELLS - 1), '…'] : cells;
      const bar = drawBar(report, (now - start) / 1000, Math.max(2, columns - NAME_CELLS - 2));
      this.#terminal.stderr.write(`${short.join('').padEnd(NAME_CELLS)}  ${bar}\n`);
      this.#drawn++;
    }
  }
}
