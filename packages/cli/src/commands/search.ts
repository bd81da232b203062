/**
 * `sealscribe search`: looks for text in everything the vault holds, on this computer. Sealed transcripts are kept in the home folder,
 * as sealed as they came, so that the next search need not fetch them.
 */
import type { Command } from 'commander';
import type { SearchHit } from '@sealscribe/sdk-node';
import { connect, openVault } from '../connection.js';
import { explainFailure } from '../failure.js';
import { parseNumber, withAccount, withServer } from '../options.js';
import { printData, printJson, say, toClock } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';

interface Flags extends SettingFlags {
  words?: true;
  anywhere?: true;
  limit?: number;
  json?: true;
}

const HELP = `
Case and diacritics make no difference. All words must stand in one segment, or with
--anywhere in one transcript; quotes keep a phrase together. The server learns nothing of it.

Examples:
  $ sealscribe search budget
  $ sealscribe search '"fiscal year" berlin' --anywhere
  $ sealscribe search budget --json | jq -r '.[] | "\\(.id) \\(.time)"'`;

/** Adds the command to the program. */
export function registerSearch(program: Command, terminal: Terminal): void {
  const command = program
    .command('search')
    .description('look for text in all transcripts, on this computer')
    .argument('<text...>', 'what to look for')
    .option('--words', 'whole words only')
    .option('--anywhere', 'the words may stand anywhere in a transcript')
    .option('--limit <number>', 'hits at most (default: 500)', parseNumber);
  withAccount(withServer(command))
    .option(
      '--json',
      'print [{"id","title","segment","time","speaker","text","highlights"}] as one line of JSON',
    )
    .addHelpText('after', HELP)
    .action(async (text: string[], flags: Flags) => {
      const vault = await openVault(await connect(terminal, flags));
      const hits = await vault.search(text.join(' '), {
        signal: terminal.signal,
        within: flags.anywhere ? 'transcript' : 'segment',
        wholeWords: flags.words === true,
        ...(flags.limit === undefined ? {} : { limit: flags.limit }),
        onProblem: (problem) =>
          say(terminal, `${problem.id ?? 'The vault'}: ${explainFailure(problem).message}`),
      });
      if (flags.json) return printJson(terminal, hits);
      if (hits.length === 0) return say(terminal, 'Nothing was found.');
      await printData(terminal, hits.map((hit, at) => describe(hit, hits[at - 1])).join(''));
    });
}

/** A hit as a line, under the id and title of its transcript where that changes. */
function describe(hit: SearchHit, before: SearchHit | undefined): string {
  const { id, title, segment, time, speaker } = hit;
  const heading = before?.id === id ? '' : `${before ? '\n' : ''}${id}  ${oneLine(title ?? '')}\n`;
  if (segment === null) return heading;
  return `${heading}  [${toClock(time)}] ${speaker === null ? '' : `${oneLine(speaker)}: `}${oneLine(marked(hit))}\n`;
}

/** The text with what was found between brackets that no language uses. */
function marked({ text, highlights }: SearchHit): string {
  let result = '';
  let at = 0;
  for (const [start, end] of highlights) {
    result += `${text.slice(at, start)}⟦${text.slice(start, end)}⟧`;
    at = end;
  }
  return result + text.slice(at);
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ');
