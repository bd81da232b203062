/**
 * The edits that `sealscribe edit` knows, from what stands on the command line: each option is parsed to a function that changes
 * the transcript, and they are applied in the order in which they were given.
 */
import {
  mergeSegments,
  mergeSpeakers,
  renameSpeaker,
  setSpeaker,
  setText,
  shiftTimes,
  splitSegment,
  type Transcript,
} from '@sealscribe/sdk-node';
import { InvalidArgumentError } from 'commander';

/** A change of a transcript. */
export type Edit = (transcript: Transcript) => Transcript;

/** An option of the command: how it is written, what it does, and how its value is read. */
interface EditOption {
  flags: string;
  description: string;
  parse: (value: string) => Edit;
}

/** The part of a text before and after the first `mark`. */
function cut(value: string, mark: string, shape: string): [string, string] {
  const at = value.indexOf(mark);
  if (at < 1) throw new InvalidArgumentError(`Write it as ${shape}.`);
  return [value.slice(0, at), value.slice(at + mark.length)];
}

function number(text: string, shape: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`Write it as ${shape}; segments count from 0.`);
  return Number(text);
}

/** Every edit, in the order of the help. */
export const editOptions: readonly EditOption[] = [
  {
    flags: '--text <N=TEXT>',
    description: 'what segment N says; words that stay keep their times',
    parse: (value) => {
      const [before, text] = cut(value, '=', 'N=TEXT');
      const id = number(before, 'N=TEXT');
      return (transcript) => setText(transcript, id, text);
    },
  },
  {
    flags: '--split <N:OFFSET>',
    description: 'cut segment N in two after so many characters',
    parse: (value) => {
      const [id, offset] = cut(value, ':', 'N:OFFSET').map((text) => number(text, 'N:OFFSET'));
      return (transcript) => splitSegment(transcript, id ?? 0, offset ?? 0);
    },
  },
  {
    flags: '--merge <A-B>',
    description: 'make one segment of A to B',
    parse: (value) => {
      const [first, last] = cut(value, '-', 'A-B').map((text) => number(text, 'A-B'));
      return (transcript) => mergeSegments(transcript, first ?? 0, last ?? 0);
    },
  },
  {
    flags: '--speaker <N=NAME>',
    description: 'who speaks segment N; an empty name for nobody known',
    parse: (value) => {
      const [before, name] = cut(value, '=', 'N=NAME');
      const id = number(before, 'N=NAME');
      return (transcript) => setSpeaker(transcript, id, name === '' ? null : name);
    },
  },
  {
    flags: '--rename-speaker <OLD=NEW>',
    description: 'give a speaker another name',
    parse: (value) => {
      const [from, to] = cut(value, '=', 'OLD=NEW');
      return (transcript) => renameSpeaker(transcript, from, to);
    },
  },
  {
    flags: '--merge-speakers <A,B=NAME>',
    description: 'make one speaker of several',
    parse: (value) => {
      const [labels, into] = cut(value, '=', 'A,B=NAME');
      return (transcript) => mergeSpeakers(transcript, labels.split(','), into);
    },
  },
  {
    flags: '--shift <SECONDS>',
    description: 'move all times, later or (with a minus) earlier',
    parse: (value) => {
      if (!/^[+-]?\d+(\.\d+)?$/.test(value)) throw new InvalidArgumentError('Write it in seconds.');
      return (transcript) => shiftTimes(transcript, Number(value));
    },
  },
];
