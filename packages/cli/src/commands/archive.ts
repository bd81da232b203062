/**
 * `sealscribe archive`: everything of the account in one file of sealed bytes; that file opened without a server; and brought into
 * another account.
 */
import type { Command } from 'commander';
import { openArchiveFile, saveArchive } from '../archive-file.js';
import { connect, ensureSession, openVault } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { explainFailure } from '../failure.js';
import { withAccount, withServer } from '../options.js';
import { printJson, say } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';
import { registerArchiveOpen } from './archive-open.js';

const HELP = `
An archive is a tar file: key records, transcripts with their history, workspaces, private mode; all
sealed, and opened by the password or the recovery words alone. What it is made of: docs/formats.md.

Examples:
  $ sealscribe archive save backup.tar
  $ sealscribe archive open backup.tar                        (no server is asked)
  $ sealscribe archive open backup.tar --id ID --format srt
  $ sealscribe archive open backup.tar --out folder --format md
  $ sealscribe archive import backup.tar --from-email me@example.org`;

/** Adds the commands to the program. */
export function registerArchive(program: Command, terminal: Terminal): void {
  const archive = program
    .command('archive')
    .description('take everything with you: save, open without a server, import elsewhere')
    .addHelpText('after', HELP);
  registerSave(archive, terminal);
  registerArchiveOpen(archive, terminal);
  registerImport(archive, terminal);
}

function registerSave(archive: Command, terminal: Terminal): void {
  const command = archive
    .command('save')
    .description('fetch everything as one file of sealed bytes')
    .argument('<file>', 'file to write')
    .option('--force', 'replace the file if it is there')
    .option('--no-check', 'do not open it again (needs no password, only a session or an API key)');
  withAccount(withServer(command))
    .option('--json', 'print {"bytes","transcripts","privateMode","unopened"} as one line of JSON')
    .action(async (file: string, flags: SettingFlags & { force?: true; check: boolean; json?: true }) => {
      const connection = await connect(terminal, flags);
      const { settings } = connection;
      // The password is asked for before the download, not after it.
      const key = flags.check
        ? { email: await settings.email(), password: await settings.password() }
        : undefined;
      await (key ? openVault(connection) : ensureSession(connection));
      const found = await saveArchive(connection.client, file, {
        key,
        overwrite: flags.force === true,
        signal: terminal.signal,
      });
      say(terminal, key ? 'Saved, and opened again: everything is in order.' : 'Saved.');
      if (found.unopened)
        say(terminal, `${found.unopened} of private mode did not open: sealed with an earlier password?`);
      if (flags.json) await printJson(terminal, found);
    });
}

function registerImport(archive: Command, terminal: Terminal): void {
  const command = archive
    .command('import')
    .description('bring an archive into the account you are signed in to, sealed anew')
    .argument('<file>', 'the archive')
    .option('--from-email <address>', 'email of the account that the archive is of (default: the same)')
    .option('--recovery', 'open the archive with the recovery words of that account');
  withAccount(withServer(command))
    .option('--json', 'print {"transcripts","privateMode","problems"} as one line of JSON')
    .addHelpText(
      'after',
      `
The password of the archive's account: SEALSCRIBE_FROM_PASSWORD, or typed. What is there already is
left alone, so an import that broke off is simply begun again.`,
    )
    .action(
      async (file: string, flags: SettingFlags & { fromEmail?: string; recovery?: true; json?: true }) => {
        const { client, settings } = await connect(terminal, flags);
        const credentials = { email: await settings.email(), password: await settings.password() };
        const opened = await openArchiveFile(
          file,
          flags.recovery
            ? { recoveryWords: await settings.recoveryWords() }
            : {
                email: flags.fromEmail ?? credentials.email,
                password: await settings.fromPassword(),
              },
        );
        const { transcripts, privateMode, problems } = await client.importArchive(opened, credentials, {
          signal: terminal.signal,
          onProgress: ({ done, total }) => {
            if (terminal.stderr.isTTY) terminal.stderr.write(`\r${done} of ${total} `);
          },
        });
        if (terminal.stderr.isTTY) terminal.stderr.write('\r');
        const all = [...transcripts, ...(privateMode ?? [])];
        const count = (outcome: string) => all.filter((one) => one.outcome === outcome).length;
        say(
          terminal,
          `${count('imported')} imported, ${count('unchanged')} there already, ${count('kept')} changed here since and kept.`,
        );
        const failures = problems.map((problem) => ({ id: problem.id, code: problem.code }));
        for (const problem of problems)
          say(terminal, `${problem.id ?? 'The archive'}: ${explainFailure(problem).message}`);
        if (flags.json) await printJson(terminal, { transcripts, privateMode, problems: failures });
        if (problems.length > 0)
          throw new CliError('integrity', `${problems.length} could not be trusted and stayed behind.`);
      },
    );
}
