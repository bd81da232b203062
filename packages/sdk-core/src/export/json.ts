/** The transcript as JSON, for programs. */
import type { Transcript } from '@sealscribe/protocol';

/** Indented JSON of a transcript, with a newline at the end. */
export function toJson(transcript: Transcript): string {
  return `${JSON.stringify(transcript, undefined, 2)}\n`;
}
