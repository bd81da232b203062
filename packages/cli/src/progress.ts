/**
 * The progress bar of a transcription: one line on stderr that redraws itself and is gone at the end.
 * On anything but a terminal it draws nothing at all.
 */
import { toClock } from './output.js';
import type { Terminal } from './terminal.js';

/** How far a transcription is, as the SDK reports it. */
export interface ProgressReport {
  stage: 'loading' | 'uploading' | 'waiting' | 'decoding' | 'transcribing';
  /** 0 to 1 of this stage. */
  fraction: number;
}

const LABELS = {
  loading: 'Loading',
  uploading: 'Uploading',
  waiting: 'Waiting',
  decoding: 'Decoding',
  transcribing: 'Transcribing',
} as const;
const BAR_CELLS = 30;
const REDRAW_MS = 100;

/** The bar's line for a report and the seconds since the start, cut to `columns`. */
export function drawBar(report: ProgressReport, elapsed: number, columns: number): string {
  const filled = Math.round(report.fraction * BAR_CELLS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
  const percent = `${Math.floor(report.fraction * 100)}%`.padStart(4);
  return `${LABELS[report.stage].padEnd(12)} ${bar} ${percent}  ${toClock(elapsed)}`.slice(0, columns - 1);
}

/** A bar that is fed by `report` and removed by `stop`. */
export class ProgressBar {
  #latest: ProgressReport = { stage: 'uploading', fraction: 0 };
  #drawn = '';
  readonly #start = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(readonly terminal: Terminal) {
    if (!terminal.stderr.isTTY || terminal.env.TERM === 'dumb') return;
    // Drawn by the clock, so that the seconds go on while the server is silent.
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    this.#timer.unref();
    terminal.signal.addEventListener('abort', this.stop, { once: true });
  }

  /** Takes the latest report; it is drawn at the next tick. */
  readonly report = (report: ProgressReport): void => {
    this.#latest = report;
  };

  /** Removes the bar, once. */
  readonly stop = (): void => {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.terminal.stderr.write('\r\u001b[K');
  };

  #draw(): void {
    const elapsed = (performance.now() - this.#start) / 1000;
    // A terminal that does not know its width says 0.
    const line = drawBar(this.#latest, elapsed, this.terminal.stderr.columns || 80);
    if (line === this.#drawn) return;
    this.#drawn = line;
    this.terminal.stderr.write(`\r\u001b[K${line}`);
  }
}
