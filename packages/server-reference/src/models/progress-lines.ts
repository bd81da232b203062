/** The progress of a download for people: one line that is written over on a terminal, else a line for each tenth of a file. */
import type { PullProgress } from './pull.js';

/** Writes to a stream. */
export class ProgressLines {
  readonly #stream: NodeJS.WriteStream;
  #file = '';
  #shown = -1;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  readonly report = ({ file, bytes, size }: PullProgress): void => {
    if (file !== this.#file) {
      this.end();
      this.#file = file;
      this.#shown = -1;
    }
    const percent = size === undefined || size === 0 ? 100 : Math.floor((100 * bytes) / size);
    const step = this.#stream.isTTY ? percent : Math.floor(percent / 10) * 10;
    if (step === this.#shown) return;
    this.#shown = step;
    const line = `  ${file}  ${(bytes / 1e6).toFixed(1)} MB  ${step} %`;
    this.#stream.write(this.#stream.isTTY ? `\r${line.padEnd(72)}` : `${line}\n`);
  };

  /** Ends the line that is being written over. */
  end(): void {
    if (this.#stream.isTTY && this.#file !== '') this.#stream.write('\n');
    this.#file = '';
  }
}
