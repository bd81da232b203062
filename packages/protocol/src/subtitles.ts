/**
 * Transcript to plain text and subtitles: TXT, SubRip (.srt) and WebVTT (https://www.w3.org/TR/webvtt1/). Pure functions that
 * server and clients share, so that both give the same file. How segments become cues is cues.ts; styling is left out.
 *
 * Transcript text is not trusted to be tidy: blank lines, control characters and "-->" would end a cue early or start a new one.
 */
import { cutIntoCues, type Cue } from './cues.js';
import type { Segment, Transcript } from './transcript.js';

/** What of a transcript subtitles are made of. */
export type Subtitled = Pick<Transcript, 'segments'>;

/** One line per segment; where speakers are known, a speaker's label stands before the first line of each turn. */
export function toTxt(transcript: Subtitled): string {
  let speaker: string | null = null;
  return spokenIn(transcript)
    .map((segment) => {
      const label =
        segment.speaker !== null && segment.speaker !== speaker ? `${oneLine(segment.speaker)}: ` : '';
      speaker = segment.speaker;
      return `${label}${oneLine(segment.text)}\n`;
    })
    .join('');
}

/** SubRip: numbered cues with comma milliseconds; "-->" inside text becomes an arrow character. */
export function toSrt(transcript: Subtitled): string {
  return spokenIn(transcript)
    .flatMap((segment) => {
      const label = segment.speaker === null ? '' : `${oneLine(segment.speaker)}: `;
      return cutIntoCues(segment, label.length).map((cue, i) => ({ cue, label: i === 0 ? label : '' }));
    })
    .map(({ cue, label }, index) => {
      const text = `${label}${cueLines(cue.text)}`.replaceAll('-->', '→');
      return `${index + 1}\n${cueTimes(cue, ',')}\n${text}\n\n`;
    })
    .join('');
}

/** WebVTT: text escaped (`&`, `<`, `>`), a known speaker as a `<v>` voice span. */
export function toVtt(transcript: Subtitled): string {
  const cues = spokenIn(transcript).flatMap((segment) => {
    const voice = segment.speaker === null ? '' : `<v ${escapeVtt(oneLine(segment.speaker))}>`;
    return cutIntoCues(segment).map(
      (cue) => `${cueTimes(cue, '.')}\n${voice}${escapeVtt(cueLines(cue.text))}\n\n`,
    );
  });
  return `WEBVTT\n\n${cues.join('')}`;
}

const spokenIn = (transcript: Subtitled): Segment[] =>
  transcript.segments.filter((segment) => oneLine(segment.text) !== '');

/** `start --> end` of a cue, which always lasts at least a millisecond. */
function cueTimes(cue: Cue, mark: ',' | '.'): string {
  const start = Math.round(cue.start * 1000);
  const end = Math.max(Math.round(cue.end * 1000), start + 1);
  return `${clock(start, mark)} --> ${clock(end, mark)}`;
}

function clock(milliseconds: number, mark: ',' | '.'): string {
  const digits = (value: number, width: number) => String(Math.floor(value)).padStart(width, '0');
  return (
    `${digits(milliseconds / 3_600_000, 2)}:${digits((milliseconds / 60_000) % 60, 2)}:` +
    `${digits((milliseconds / 1000) % 60, 2)}${mark}${digits(milliseconds % 1000, 3)}`
  );
}

/** Text with LF line ends, no blank line and no control characters. */
function cueLines(text: string): string {
  return text
    .split(/[\r\n\v\f\u0085\u2028\u2029]+/u)
    .map((line) => line.replace(/\p{Cc}+/gu, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

const oneLine = (text: string): string => cueLines(text).replaceAll('\n', ' ');

const escapeVtt = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
