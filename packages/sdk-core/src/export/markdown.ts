/**
 * The transcript as Markdown (CommonMark): a heading, what it is, then a paragraph per turn under its speaker and time. Characters
 * that Markdown or HTML would act on are escaped; what was said is never markup.
 */
import type { Transcript } from '@sealscribe/protocol';
import { aboutLine, toClock, toLine, toTurns, type DocumentOptions } from './turns.js';

/** Markdown with LF line ends. */
export function toMarkdown(transcript: Transcript, options: DocumentOptions = {}): string {
  const { title } = options;
  const paragraphs = toTurns(transcript).flatMap(({ start, speaker, text }) => {
    const who = speaker === null ? '' : `**${escape(speaker)}** `;
    return [`${who}*${toClock(start)}*`, escape(text)];
  });
  const heading = title === undefined || toLine(title) === '' ? [] : [`# ${escape(toLine(title))}`];
  return [...heading, escape(aboutLine(transcript, options)), ...paragraphs]
    .map((block) => `${block}\n`)
    .join('\n');
}

/** Everything that can begin markup anywhere, and what can begin it at the start of a line. */
const escape = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>&~|$^{}]/g, '\\$&')
    .replace(/^([#+\-=:])/, '\\$1')
    .replace(/^(\d{1,9})([.)])/, '$1\\$2');
