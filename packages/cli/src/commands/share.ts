/**
 * `sealscribe share`: a link to a transcript, for people without an account.
 */
import type { Share, ShareOptions } from '@sealscribe/sdk-node';
import type { Command } from 'commander';
import { connect, openVault } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { parseId, parseNumber, withAccount, withServer } from '../options.js';
import { printData, printJson, say, toLocalTime } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';
import { parseRange } from '../time-range.js';

interface Flags extends SettingFlags {
  password?: string;
  expires?: string;
  views?: number;
  range?: [number, number];
  speakers: boolean;
  wordTimes: boolean;
  title: boolean;
  json?: true;
}

const HELP = `
The key stands behind the # of the link and reaches no server: whoever has the link can read, and
nobody else. With --password they need that too; tell it by another way than the link. Expiry and
number of views are kept by the server; whoever has opened a link has the text.
A link shows the transcript as it is now, later edits do not reach it.

Process lists and shell histories keep --password: SEALSCRIBE_LINK_PASSWORD does the same.

Examples:
  $ sealscribe share ID --expires 7d
  $ sealscribe share ID --range 1:30-2:45 --no-speakers --views 1
  $ sealscribe shares`;

/** Adds the command to the program. */
export function registerShare(program: Command, terminal: Terminal): void {
  const command = program
    .command('share')
    .description('make a link to a transcript that opens without an account')
    .argument('<id>', 'ID of the transcript: sealscribe list', parseId)
    .option('--password <text>', 'needed to open besides the link (SEALSCRIBE_LINK_PASSWORD)')
    .option('--expires <time>', 'how long it is good for, such as 30m, 1h, 7d, 2w (default: until unshare)')
    .option('--views <number>', 'how often it can be opened (default: without limit)', parseNumber)
    .option(
      '--range <from-to>',
      'only what is spoken from here to there, such as 90-165 or 1:30-2:45',
      parseRange,
    )
    .option('--no-speakers', 'leave the names of speakers out')
    .option('--no-word-times', 'leave the times of words out')
    .option('--no-title', 'leave the title out');
  withAccount(withServer(command))
    .option('--json', 'print {"id","link",…} as one line of JSON')
    .addHelpText('after', HELP)
    .action(async (id: string, flags: Flags) => {
      const { expires, views, range, speakers, wordTimes, title } = flags;
      const password = flags.password ?? terminal.env.SEALSCRIBE_LINK_PASSWORD;
      const options: ShareOptions = {
        speakers,
        wordTimes,
        title,
        ...(password ? { password } : {}),
        ...(expires === undefined ? {} : { expires }),
        ...(views === undefined ? {} : { views }),
        ...(range === undefined ? {} : { range }),
      };
      if (flags.password === '') throw new CliError('usage', 'The password of the link must not be empty.');
      const vault = await openVault(await connect(terminal, flags));
      let share: Share;
      try {
        share = await vault.share(id, options);
      } catch (error) {
        throw error instanceof RangeError ? new CliError('usage', `${error.message}.`) : error;
      }
      if (flags.json) return printJson(terminal, share);
      say(terminal, aboutOf(share));
      await printData(terminal, `${share.link}\n`);
    });
}

function aboutOf({ id, expiresAt, maxViews, hasPassword }: Share): string {
  return [
    `Link ${id}`,
    hasPassword ? 'with a password' : 'without a password',
    expiresAt === null ? 'does not expire' : `expires ${toLocalTime(expiresAt)}`,
    maxViews === null ? 'any number of views' : `views: ${maxViews}`,
  ].join(', ');
}
