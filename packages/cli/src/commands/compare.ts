/** `sealscribe compare`: one recording through several of the server's models, and where their words differ. */
import type { Command } from 'commander';
import type { Comparison } from '@sealscribe/sdk-node';
import { connect, ensureSession } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { checkStandardInput, withAccount, withServer } from '../options.js';
import { printData, printJson, toTable } from '../output.js';
import { ProgressBar } from '../progress.js';
import { findSource } from '../recording-source.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

interface Flags extends SettingFlags {
  models?: string;
  language?: string;
  json?: true;
}

/** Adds the command to the program. */
export function registerCompare(program: Command, terminal: Terminal): void {
  const command = program
    .command('compare')
    .description('show where several models understand a recording differently')
    .argument('<file>', 'recording: a file, - for standard input, or an https:// address')
    .option('--models <ids>', 'two to four models, separated by commas (default: all of the server)')
    .option('--language <code>', 'language spoken, such as en (default: found out)');
  withAccount(withServer(command))
    .option('--json', 'print the whole comparison as one line of JSON')
    .action(async (file: string, flags: Flags) => {
      checkStandardInput(file, flags);
      const models = flags.models?.split(',').filter((id) => id !== '');
      if (models !== undefined && (models.length < 2 || models.length > 4))
        throw new CliError('usage', '--models takes two to four ids: see sealscribe models.');
      const source = await findSource(file, terminal);
      const connection = await connect(terminal, flags);
      await ensureSession(connection);
      const bar = new ProgressBar(terminal);
      let comparison: Comparison;
      try {
        comparison = await connection.client.compare(source, {
          signal: terminal.signal,
          onProgress: bar.report,
          ...(models && { models }),
          ...(flags.language !== undefined && { language: flags.language }),
        });
      } finally {
        bar.stop();
      }
      if (flags.json) return printJson(terminal, comparison);
      await printData(terminal, render(comparison));
    });
}

/** Models with their times, then a row for each place at which they differ. */
function render({ results, differences }: Comparison): string {
  const ids = results.map(({ model }) => model);
  const models = results.map(({ model, transcript, seconds }) => [
    model,
    String(transcript.text.split(/\s+/).filter(Boolean).length),
    seconds.toFixed(1),
  ]);
  const rows = differences.map(({ at, variants }) => [
    clock(at),
    ...ids.map((id) => variants.find(({ model }) => model === id)?.words.join(' ') || '–'),
  ]);
  const table = toTable([['MODEL', 'WORDS', 'SECONDS'], ...models]);
  if (rows.length === 0) return `${table}\nAll models wrote the same words.\n`;
  return `${table}\n${toTable([['AT', ...ids.map((id) => id.toUpperCase())], ...rows])}`;
}

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;
