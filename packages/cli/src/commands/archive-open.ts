/**
 * `sealscribe archive open`: what an archive holds, listed, printed or written out in the clear. No server is asked.
 */
import type { IntegrityError, VaultEntry } from '@sealscribe/sdk-node';
import type { Command } from 'commander';
import { openArchiveFile } from '../archive-file.js';
import {
  listArchive,
  openEverything,
  openOne,
  type Archived,
  type ArchiveList,
} from '../archived-transcripts.js';
import { loadSettings } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { explainFailure } from '../failure.js';
import { chooseFormat, parseId, withAccount, withFormat, type Format } from '../options.js';
import { printData, printJson, say, toClock, toLocalTime, toTable } from '../output.js';
import { deliver, renderTranscript } from '../render.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';
import { writeTranscripts } from '../write-transcripts.js';

interface Flags extends SettingFlags {
  id?: string;
  format?: Format;
  out?: string;
  font?: string[];
  recovery?: true;
  json?: true;
}

/** Adds the command to `sealscribe archive`. */
export function registerArchiveOpen(archive: Command, terminal: Terminal): void {
  const command = archive
    .command('open')
    .description('list or open what an archive holds; no server is asked')
    .argument('<file>', 'the archive')
    .option('--id <id>', 'print this transcript', parseId)
    .option('--out <folder>', 'write the transcripts (or the one of --id) into this folder, in the clear')
    .option('--font <file>', 'font file for PDFs (may be repeated)', (file, files?: string[]) => [
      ...(files ?? []),
      file,
    ])
    .option('--recovery', 'open it with the recovery words instead of the password');
  withAccount(withFormat(command))
    .option('--json', 'print what there is, or the transcript, as one line of JSON')
    .action(async (file: string, flags: Flags) => {
      const { id, out, font: fonts, json } = flags;
      if (json && flags.format && out === undefined)
        throw new CliError('usage', '--json and --format both want standard output.');
      const settings = await loadSettings(terminal, flags);
      const archive = await openArchiveFile(
        file,
        flags.recovery
          ? { recoveryWords: await settings.recoveryWords() }
          : { email: await settings.email(), password: await settings.password() },
      );
      const problems: IntegrityError[] = [];
      const onProblem = (problem: IntegrityError) => {
        problems.push(problem);
        say(terminal, `${problem.id ?? 'The archive'}: ${explainFailure(problem).message}`);
      };
      if (out !== undefined) {
        const found =
          id === undefined
            ? openEverything(archive, await listArchive(archive, onProblem), onProblem)
            : [await openOne(archive, id)];
        const written = await writeTranscripts(found, out, { format: flags.format ?? 'txt', fonts });
        say(terminal, `${written.length} written.`);
        if (json) await printJson(terminal, written);
      } else if (id !== undefined) {
        const { transcript, ...facts } = await openOne(archive, id);
        if (json) return printJson(terminal, { ...facts, ...transcript });
        const format = chooseFormat(flags.format, undefined);
        const document = { title: facts.title ?? undefined, date: dateOf(facts), fonts };
        await deliver(terminal, await renderTranscript(transcript, format, document), undefined);
      } else {
        const list = await listArchive(archive, onProblem);
        await (json ? printJson(terminal, list) : printList(terminal, list));
      }
      if (problems.length > 0)
        throw new CliError('integrity', `${problems.length} cannot be opened, or not be trusted.`);
    });
}

async function printList(terminal: Terminal, list: ArchiveList): Promise<void> {
  const row = (entry: VaultEntry, workspace: string) => [
    entry.id,
    toLocalTime(entry.createdAt),
    toClock(entry.duration),
    oneLine(workspace),
    oneLine(entry.title ?? entry.fileName ?? ''),
  ];
  const rows = [
    ['ID', 'SAVED', 'LENGTH', 'WORKSPACE', 'TITLE'],
    ...list.transcripts.map((entry) => row(entry, '')),
    ...list.workspaces.flatMap(({ name, transcripts }) => transcripts.map((entry) => row(entry, name))),
  ];
  await printData(terminal, toTable(rows));
  const { privateMode = [], fingerprint, createdAt } = list;
  if (privateMode.length > 0) say(terminal, `And ${privateMode.length} of private mode: --out writes them.`);
  say(terminal, `Vault state ${fingerprint}, as the server had it on ${toLocalTime(createdAt)}.`);
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ');
const dateOf = ({ createdAt }: Pick<Archived, 'createdAt'>) =>
  createdAt === undefined ? undefined : new Date(createdAt);
