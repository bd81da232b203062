/**
 * A transcript as people read it: what one speaker says until somebody else speaks, as one paragraph. Long turns are cut at a
 * segment, so that a time stands beside the text often enough to find the place in the recording.
 */
import type { Transcript } from '@sealscribe/protocol';

/** What a document says besides the transcript. */
export interface DocumentOptions {
  /** Its heading. */
  title?: string | undefined;
  /** When it was transcribed; nothing is said of it where it is left out. */
  date?: Date | undefined;
}

/** One paragraph of a document. */
export interface Turn {
  /** Seconds. */
  start: number;
  speaker: string | null;
  text: string;
}

/** A paragraph goes on at most so many seconds before the next one begins. */
const LONGEST = 60;

/** The paragraphs of a transcript; segments without text are left out. */
export function toTurns({ segments }: Pick<Transcript, 'segments'>): Turn[] {
  const turns: Turn[] = [];
  for (const { start, speaker, text } of segments) {
    const line = toLine(text);
    if (line === '') continue;
    const turn = turns.at(-1);
    if (turn && turn.speaker === speaker && start - turn.start < LONGEST) turn.text += ` ${line}`;
    else turns.push({ start, speaker: speaker === null ? null : toLine(speaker), text: line });
  }
  return turns;
}

/**
 * A text on one line, without control characters, without marks that turn the direction of what follows, and without halves of
 * characters: none of them may reach a document's markup or disturb what stands beside them.
 */
export function toLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
}

/** Seconds as `m:ss` or `h:mm:ss`. */
export function toClock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
}

/** The line under the heading: date, length, language, model. */
export function aboutLine({ duration, language, model }: Transcript, { date }: DocumentOptions): string {
  const day = date === undefined ? [] : [date.toISOString().slice(0, 10)];
  return [...day, toClock(duration), language, model].map(toLine).join(' · ');
}
