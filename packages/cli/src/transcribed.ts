/**
 * One recording on its way through `sealscribe transcribe`: sent, and with --save sealed and kept. What becomes of its text is the command's.
 */
import { basename } from 'node:path';
import type { Progress, Transcript, Vault } from '@sealscribe/sdk-node';
import type { Connection } from './connection.js';
import type { Format } from './options.js';
import { isUrl, type RecordingSource } from './recording-source.js';
import type { SettingFlags } from './settings.js';
import type { Terminal } from './terminal.js';

/** What the command line says about recordings. */
export interface TranscribeFlags extends SettingFlags {
  save?: true;
  keepRecording?: true;
  title?: string;
  language?: string;
  model?: string;
  diarize?: true;
  speakers?: number;
  job?: true;
  format?: Format;
  output?: string;
  out?: string;
  concurrency?: number;
  json?: true;
}

/** A recording with how it was named. */
export interface NamedRecording {
  readonly file: string;
  readonly source: RecordingSource;
}

/** What came of one. */
export interface Transcribed {
  readonly transcript: Transcript;
  /** Where it was saved. */
  readonly saved: { id: string } | undefined;
  /** Why the recording was not kept with its transcript. */
  readonly notKept: Error | undefined;
}

/** Transcribes it. */
export function sendRecording(
  { client }: Connection,
  { source }: NamedRecording,
  flags: TranscribeFlags,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<Transcript> {
  return client.transcribe(source, {
    ...{ signal, onProgress },
    ...(flags.job && { job: true }),
    ...(flags.language === undefined ? {} : { language: flags.language }),
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.diarize === undefined ? {} : { diarize: true }),
    ...(flags.speakers === undefined ? {} : { speakers: flags.speakers }),
  });
}

/** Saves it where there is a vault to save it in. */
export async function keep(
  transcript: Transcript,
  vault: Vault | undefined,
  { file, source }: NamedRecording,
  flags: TranscribeFlags,
  { signal }: Terminal,
): Promise<Transcribed> {
  const fileName = fileNameOf(file);
  const labels = {
    ...(flags.title === undefined ? {} : { title: flags.title }),
    ...(fileName ? { fileName } : {}),
  };
  const sound = { recording: source, signal };
  let notKept: Error | undefined;
  const saved = await vault
    ?.save(transcript, { ...labels, ...(flags.keepRecording && sound) })
    .catch(async (error: unknown) => {
      if (!flags.keepRecording || signal.aborted) throw error;
      // The text is not to be lost with it.
      notKept = error as Error;
      return vault.save(transcript, labels);
    });
  return { transcript, saved, notKept };
}

/** The name of a recording's file, where it has one. */
export function fileNameOf(file: string): string | undefined {
  if (file === '-') return undefined;
  return (isUrl(file) ? new URL(file).pathname.split('/').at(-1) : basename(file)) || undefined;
}
