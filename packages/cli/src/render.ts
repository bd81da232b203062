/**
 * A transcript in the shape that was asked for, always with a line end at its end.
 */
import { toJson, toSrt, toTxt, toVtt, type Transcript } from '@sealscribe/sdk-node';
import type { Format } from './options.js';
import { isStandardOutput, printData, say } from './output.js';
import type { Terminal } from './terminal.js';
import { writeFileAtomic } from './write-file.js';

const EXPORTERS = { txt: toTxt, srt: toSrt, vtt: toVtt, json: toJson } as const;

/** A transcript as text in one of the formats. */
export function renderTranscript(transcript: Transcript, format: Format): string {
  const text = EXPORTERS[format](transcript);
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** Writes a rendered transcript to the named file, or to stdout where none or `-` is named. */
export async function deliver(terminal: Terminal, text: string, output: string | undefined): Promise<void> {
  if (output === undefined || isStandardOutput(output)) return printData(terminal, text);
  writeFileAtomic(output, text, { overwrite: true });
  if (terminal.stderr.isTTY) say(terminal, 'Written.');
}
