/**
 * `sealscribe transcribe` of several recordings: some at once, each on its own; what fails is named, and the rest goes on.
 */
import { mkdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { Vault } from '@sealscribe/sdk-node';
import type { Connection } from './connection.js';
import { CliError, type ExitName } from './exit-codes.js';
import { explainFailure } from './failure.js';
import { FileLines } from './file-lines.js';
import { chooseFormat } from './options.js';
import { printJson, say, toClock } from './output.js';
import { findSource } from './recording-source.js';
import { renderTranscript } from './render.js';
import type { Terminal } from './terminal.js';
import { fileNameOf, keep, sendRecording, type Transcribed, type TranscribeFlags } from './transcribed.js';
import { writeFileAtomic } from './write-file.js';

const AT_ONCE = 2;

/** What all of them share. */
interface Batch {
  readonly connection: Connection;
  readonly vault: Vault | undefined;
  readonly flags: TranscribeFlags;
  readonly terminal: Terminal;
}

/** Refuses what makes sense for one recording only. @throws CliError `usage` */
export function checkSeveral(files: readonly string[], flags: TranscribeFlags): void {
  const wrong = (message: string) => new CliError('usage', message);
  if (files.includes('-'))
    throw wrong('Standard input goes alone: several recordings are files or addresses.');
  if (flags.output !== undefined) throw wrong('-o names one file: for several recordings use --out DIR.');
  if (flags.title !== undefined)
    throw wrong('--title names one transcript: several are named by their files.');
  if (flags.out === undefined && !flags.save && !flags.json)
    throw wrong('Say where several transcripts go: --out DIR, --save or --json.');
}

/**
 * Transcribes them.
 *
 * @throws CliError when some failed, once all are through
 */
export async function transcribeSeveral(files: readonly string[], batch: Batch): Promise<void> {
  const { flags, terminal } = batch;
  if (flags.out !== undefined) mkdirSync(flags.out, { recursive: true });
  const outputs = namesOf(files, flags);
  const lines = new FileLines(terminal);
  const failed: ExitName[] = [];
  let seconds = 0;
  const waiting = files.map((file, index) => ({ file, output: outputs[index] }));
  const work = async () => {
    for (let next = waiting.shift(); next && !terminal.signal.aborted; next = waiting.shift()) {
      const name = fileNameOf(next.file) ?? next.file;
      try {
        const report = lines.begin(next, name);
        const done = await transcribeOne(next, batch, report);
        seconds += done.transcript.duration;
        const { id } = done.saved ?? {};
        if (flags.json)
          await printJson(terminal, {
            file: next.file,
            ...(next.output && { output: next.output }),
            ...(id && { id }),
            ...done.transcript,
          });
        const places = [next.output, id && `saved as ${id}`].filter(Boolean).join(', ');
        lines.end(next, `${next.file}: ${toClock(done.transcript.duration)}${places && `, ${places}`}`);
        if (done.notKept) throw done.notKept;
      } catch (error) {
        if (terminal.signal.aborted) throw error;
        const { exit, code, message } = explainFailure(error);
        failed.push(exit);
        if (flags.json) await printJson(terminal, { file: next.file, error: { code, message } });
        lines.end(next, `${next.file}: failed: ${message}`);
      }
    }
  };
  const working = Array.from({ length: flags.concurrency ?? AT_ONCE }, work);
  terminal.parting = Promise.allSettled(working);
  try {
    await Promise.all(working);
  } finally {
    lines.stop();
  }
  const done = files.length - failed.length;
  say(
    terminal,
    `${files.length} recordings: ${done} done (${toClock(seconds)} of sound), ${failed.length} failed.`,
  );
  const [first] = failed;
  if (first === undefined) return;
  const exit = failed.every((other) => other === first) ? first : 'other';
  throw new CliError(exit, `${failed.length} of ${files.length} recordings failed.`);
}

async function transcribeOne(
  { file, output }: { file: string; output: string | undefined },
  { connection, vault, flags, terminal }: Batch,
  onProgress: Parameters<typeof sendRecording>[3]['onProgress'],
): Promise<Transcribed> {
  const recording = { file, source: await findSource(file, terminal) };
  const { signal } = terminal;
  const transcript = await sendRecording(connection, recording, flags, { signal, onProgress });
  if (output !== undefined) {
    const facts = { title: fileNameOf(file) };
    const data = await renderTranscript(transcript, chooseFormat(flags.format, undefined), facts);
    writeFileAtomic(output, data, { overwrite: true });
  }
  return keep(transcript, vault, recording, flags, terminal);
}

/** Where each transcript goes: the recording's name with another ending, and a number where two would meet. */
function namesOf(files: readonly string[], { out, format }: TranscribeFlags): (string | undefined)[] {
  if (out === undefined) return files.map(() => undefined);
  const taken = new Set<string>();
  return files.map((file) => {
    const { name } = parse(fileNameOf(file) ?? 'recording');
    const ending = chooseFormat(format, undefined);
    let path = join(out, `${name}.${ending}`);
    // Some file systems take A and a for one.
    for (let number = 2; taken.has(path.toLowerCase()); number++)
      path = join(out, `${name}-${number}.${ending}`);
    taken.add(path.toLowerCase());
    return path;
  });
}
