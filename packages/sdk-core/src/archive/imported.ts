/** What an import tells of its work. */
import type { IntegrityError } from '../errors.js';

/** What became of one transcript, or of one blob of private mode. */
export interface Imported {
  /** Its id in the account. */
  readonly id: string;
  /** Its id in the archive. */
  readonly from: string;
  /** "kept" where the account has something else under this id, which was left as it is. */
  readonly outcome: 'imported' | 'unchanged' | 'kept';
}

/** What became of an archive. */
export interface ImportResult {
  readonly transcripts: readonly Imported[];
  /** Undefined when the archive was opened with recovery words, which do not open private mode. */
  readonly privateMode: readonly Imported[] | undefined;
  /** What the archive holds and cannot be trusted: one error each, with its id in the archive. */
  readonly problems: readonly IntegrityError[];
}

/** What goes with the work on one kind of things. */
export interface Importing {
  /** Ends the work between two things. */
  signal: AbortSignal | undefined;
  /** Takes what cannot be trusted. */
  onProblem: (problem: IntegrityError) => void;
  /** Called after each, with how many there are. */
  onDone: (of: number) => void;
}
