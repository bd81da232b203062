/**
 * Undo and redo while somebody edits. Edits never change what they get, so the history is the transcripts themselves; they share
 * every segment that an edit left alone. What was saved is the vault's history, not this one.
 */
import type { Transcript } from '@sealscribe/protocol';

/** Steps that can be taken back, unless said otherwise. */
const DEFAULT_STEPS = 200;

/** A transcript under edit, with the states before and after it. */
export class EditHistory {
  readonly #steps: number;
  #past: Transcript[] = [];
  #present: Transcript;
  #future: Transcript[] = [];

  /**
   * @param options.steps How many edits can be taken back; 200 by default.
   * @throws RangeError
   */
  constructor(transcript: Transcript, options: { steps?: number } = {}) {
    this.#steps = options.steps ?? DEFAULT_STEPS;
    if (!Number.isSafeInteger(this.#steps) || this.#steps < 1)
      throw new RangeError('steps must be a whole number from 1');
    this.#present = transcript;
  }

  /** The transcript as it is now. */
  get transcript(): Transcript {
    return this.#present;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /**
   * Applies an edit; what was undone can then no longer be redone. An edit that throws changes nothing.
   * @example
   * ```ts
   * history.apply((transcript) => renameSpeaker(transcript, 'SPEAKER_00', 'Ada'));
   * ```
   */
  apply(edit: (transcript: Transcript) => Transcript): Transcript {
    const next = edit(this.#present);
    if (next === this.#present) return next;
    this.#past = [...this.#past, this.#present].slice(-this.#steps);
    this.#present = next;
    this.#future = [];
    return next;
  }

  /** Takes the last edit back; does nothing where there is none. */
  undo(): Transcript {
    const before = this.#past.pop();
    if (before) {
      this.#future.push(this.#present);
      this.#present = before;
    }
    return this.#present;
  }

  /** Makes the edit again that was undone last; does nothing where there is none. */
  redo(): Transcript {
    const after = this.#future.pop();
    if (after) {
      this.#past.push(this.#present);
      this.#present = after;
    }
    return this.#present;
  }
}
