/**
 * `sealscribe-server models …`: lists, downloads, checks and removes models. The only part of the server that goes to the network by
 * itself, and only when it is told to. Data goes to stdout, talk to stderr.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { DEFAULT_MODEL } from '../config.js';
import { runProgram } from '../run-program.js';
import { findModels } from '../transcription/model-files.js';
import { DEFAULT_HUB } from './hub.js';
import { downloadedModels, isModelName, listModels, toTable } from './list.js';
import { MANIFEST } from './manifest.js';
import { ProgressLines } from './progress-lines.js';
import { pullModel } from './pull.js';
import { findEntry } from './registry.js';
import { verifyModel } from './verify.js';

interface Flags {
  data: string;
  models?: string;
  hub: string;
  json?: true;
  force?: true;
  /** Milliseconds before a new try. */
  pause?: number;
}

/**
 * Runs the command.
 *
 * @param args what follows `models` on the command line
 * @returns the exit code: 0, 1 when something failed, 2 for wrong usage.
 */
export async function runModels(args: readonly string[]): Promise<number> {
  let code = 0;
  const program = new Command('sealscribe-server models')
    .description('Models on this machine, and those that can be downloaded.')
    .exitOverride();
  const command = (usage: string, text: string) =>
    program
      .command(usage)
      .description(text)
      .addOption(
        new Option('--data <folder>', "the server's data folder")
          .default('./sealscribe-data')
          .env('SEALSCRIBE_SERVER_DATA'),
      )
      .addOption(
        new Option('--models <folder>', 'folder of models (default: models in --data)').env(
          'SEALSCRIBE_SERVER_MODELS',
        ),
      );
  const folderOf = (flags: Flags) => resolve(flags.models ?? join(flags.data, 'models'));

  command('list', 'list all models')
    .option('--json', 'print one JSON array on one line')
    .action((flags: Flags) => {
      const list = listModels(folderOf(flags));
      print(flags.json ? JSON.stringify(list) : toTable(list).join('\n'));
    });
  command('pull <names...>', 'download models')
    .addOption(new Option('--hub <url>', 'address of the hub').default(DEFAULT_HUB).env('HF_ENDPOINT'))
    .option('--force', 'download also what is there already')
    .addOption(new Option('--pause <ms>').argParser(Number).hideHelp())
    .action((names: string[], flags: Flags) => pull(names, folderOf(flags), flags));
  command('path <name>', 'print the folder of a model').action((name: string, flags: Flags) => {
    const [found] = findModels([name], folderOf(flags));
    print(resolve(found?.folder ?? ''));
  });
  command('verify [names...]', 'compare the hashes of all files (default: of all models)').action(
    async (names: string[], flags: Flags) => {
      if (!(await verify(names, folderOf(flags)))) code = 1;
    },
  );
  command('remove <names...>', 'delete downloaded models').action((names: string[], flags: Flags) =>
    remove(names, folderOf(flags)),
  );

  return (await runProgram(program, args)) || code;
}

const print = (line: string) => void process.stdout.write(`${line}\n`);
const say = (line: string) => void process.stderr.write(`${line}\n`);

async function pull(names: readonly string[], models: string, flags: Flags): Promise<void> {
  const entries = names.map((name) => {
    const entry = findEntry(name);
    if (entry) return entry;
    throw new Error(`There is no model "${name}" to download: see \`sealscribe-server models list\`.`);
  });
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort(new Error('Interrupted: the same command continues.')));
  for (const entry of entries) {
    const folder = join(models, entry.name);
    if (
      !flags.force &&
      existsSync(join(folder, MANIFEST)) &&
      (await verifyModel(folder)).problems.length === 0
    ) {
      say(`${entry.name} is there already, and right`);
    } else {
      say(`${entry.name} from ${new URL(flags.hub).host}/${entry.repository} (${entry.licence})`);
      const lines = new ProgressLines(process.stderr);
      await pullModel(entry, {
        hub: flags.hub,
        models,
        signal: abort.signal,
        onProgress: lines.report,
        pause: flags.pause,
      });
      lines.end();
    }
    print(folder);
  }
}

async function verify(names: readonly string[], models: string): Promise<boolean> {
  const wanted = names.length > 0 ? names : [DEFAULT_MODEL, ...downloadedModels(models)];
  let right = true;
  for (const name of wanted) {
    const folder = name === DEFAULT_MODEL ? findModels([name], models)[0]?.folder : join(models, name);
    if (folder === undefined || !existsSync(join(folder, MANIFEST)))
      throw new Error(`There is no model "${name}" in ${models}.`);
    const { id, problems, pinned, trusted } = await verifyModel(folder);
    if (problems.length > 0) right = false;
    for (const problem of problems) print(`${id}: ${problem}`);
    if (problems.length === 0)
      print(`${id}: right (${pinned} files pinned by this program, ${trusted} by the manifest)`);
  }
  return right;
}

async function remove(names: readonly string[], models: string): Promise<void> {
  for (const name of names) {
    const there = ['', '.part']
      .map((ending) => join(models, name + ending))
      .filter((path) => existsSync(path));
    if (!isModelName(name) || there.length === 0)
      throw new Error(`There is no model "${name}" in ${models}.`);
    for (const folder of there) await rm(folder, { recursive: true });
    say(`${name} is removed`);
  }
}
