/**
 * A transcript in the shape that was asked for, as text with a line end at its end or as the bytes of a document.
 */
import {
  toCsv,
  toDocx,
  toJson,
  toMarkdown,
  toPdf,
  toSrt,
  toTxt,
  toVtt,
  type Transcript,
} from '@sealscribe/sdk-node';
import { CliError } from './exit-codes.js';
import { loadFonts } from './fonts.js';
import type { Format } from './options.js';
import { isStandardOutput, printData, say } from './output.js';
import type { Terminal } from './terminal.js';
import { writeFileAtomic } from './write-file.js';

/** What a document says besides the transcript, and the font files that were named for it. */
export interface DocumentFacts {
  title?: string | undefined;
  date?: Date | undefined;
  fonts?: readonly string[] | undefined;
}

/** A transcript in one of the formats. */
export async function renderTranscript(
  transcript: Transcript,
  format: Format,
  { fonts = [], ...facts }: DocumentFacts = {},
): Promise<string | Uint8Array> {
  switch (format) {
    case 'docx':
      return toDocx(transcript, facts);
    case 'pdf': {
      const text = [facts.title ?? '', transcript.text, ...transcript.speakers].join(' ');
      return toPdf(transcript, { ...facts, fonts: await loadFonts(text, fonts) });
    }
    case 'md':
      return toMarkdown(transcript, facts);
    default:
      return EXPORTERS[format](transcript);
  }
}

const EXPORTERS = { txt: toTxt, srt: toSrt, vtt: toVtt, json: toJson, csv: toCsv } as const;

/**
 * Writes a rendered transcript to the named file, or to stdout where none or `-` is named.
 * @throws CliError `usage` when a document of bytes would go to a screen
 */
export async function deliver(
  terminal: Terminal,
  data: string | Uint8Array,
  output: string | undefined,
): Promise<void> {
  if (output === undefined || isStandardOutput(output)) {
    if (typeof data !== 'string' && terminal.stdout.isTTY)
      throw new CliError('usage', 'This format is no text to read on a screen: add -o FILE.');
    const whole = typeof data !== 'string' || data.endsWith('\n');
    return printData(terminal, whole ? data : `${data}\n`);
  }
  writeFileAtomic(output, data, { overwrite: true });
  if (terminal.stderr.isTTY) say(terminal, 'Written.');
}
