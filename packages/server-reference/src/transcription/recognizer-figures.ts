/** What the recognisers have done since the start, in numbers alone: for the metrics. */
import type { JobHeader } from './recognizer-protocol.js';
import type { RecyclingReason } from './recycling.js';

/** Kinds of jobs. */
export const JOB_KINDS = ['vad', 'recognize', 'voice', 'speakers'] as const satisfies JobHeader['kind'][];
/** What can come of a job. */
export const JOB_OUTCOMES = ['done', 'refused', 'died'] as const;
/** Why processes ended: they were replaced, or died. */
export const PROCESS_ENDS = ['jobs', 'age', 'memory', 'died'] as const satisfies (RecyclingReason | 'died')[];

type JobKind = (typeof JOB_KINDS)[number];

/** Sums since the start. */
export class RecognizerFigures {
  readonly jobs = Object.fromEntries(
    JOB_KINDS.map((kind) => [kind, { done: 0, refused: 0, died: 0, seconds: 0 }]),
  ) as Record<JobKind, Record<(typeof JOB_OUTCOMES)[number] | 'seconds', number>>;
  readonly ends: Record<(typeof PROCESS_ENDS)[number], number> = { jobs: 0, age: 0, memory: 0, died: 0 };
}
