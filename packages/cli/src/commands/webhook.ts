/** `sealscribe webhook`: where the account is told of its jobs. */
import type { Command } from 'commander';
import { newWebhookKeys } from '@sealscribe/sdk-node';
import { connect, ensureSession } from '../connection.js';
import { CliError } from '../exit-codes.js';
import { parseId, withAccount, withServer } from '../options.js';
import { printData, printJson, say, toLocalTime, toTable } from '../output.js';
import type { SettingFlags } from '../settings.js';
import type { Terminal } from '../terminal.js';
import { writeFileAtomic } from '../write-file.js';

const HELP = `
A delivery says that a job (transcribe --job) is done or has failed, signed with the secret that
"add" prints. With --sealed it carries the transcript too, sealed to a key that only FILE opens;
the server keeps neither. The operator has to allow the host.

Examples:
  $ sealscribe webhook add https://hooks.example.com/sealscribe
  $ sealscribe webhook add https://hooks.example.com/sealscribe --sealed webhook-key.txt
  $ sealscribe webhook test ID`;

/** Adds the command to the program. */
export function registerWebhook(program: Command, terminal: Terminal): void {
  const webhooks = program
    .command('webhook')
    .description('tell a server of yours when jobs are done')
    .addHelpText('after', HELP);
  const access = async (flags: SettingFlags) => {
    const connection = await connect(terminal, flags);
    await ensureSession(connection);
    return connection.client.webhooks;
  };

  const add = webhooks
    .command('add')
    .description('add one and print its secret, once')
    .argument('<url>', 'https:// address');
  withAccount(withServer(add))
    .option(
      '--sealed <file>',
      'deliver transcripts, sealed to a new key whose private half goes into this file',
    )
    .option('--json', 'print {"id","secret",…} as one line of JSON')
    .action(async (url: string, flags: SettingFlags & { sealed?: string; json?: true }) => {
      const hooks = await access(flags);
      const keys = flags.sealed === undefined ? undefined : await newWebhookKeys();
      // Before the server has the public half: what is sealed to a lost key is lost.
      if (keys && flags.sealed !== undefined)
        writeFileAtomic(flags.sealed, `${keys.privateKey}\n`, { overwrite: false, mode: 0o600 });
      const made = await hooks.add({ url, ...(keys && { publicKey: keys.publicKey }) });
      if (flags.json) return printJson(terminal, made);
      say(terminal, `Webhook ${made.id}. Its secret is not shown again:`);
      await printData(terminal, `${made.secret}\n`);
    });

  withAccount(withServer(webhooks.command('list').description('list them')))
    .option('--json', 'print JSON')
    .action(async (flags: SettingFlags & { json?: true }) => {
      const list = await (await access(flags)).list();
      if (flags.json) return printJson(terminal, list);
      const rows = list.map(({ id, url, publicKey, createdAt, pending }) => [
        ...[id, toLocalTime(createdAt), publicKey === null ? 'no' : 'yes', String(pending), url],
      ]);
      await printData(terminal, toTable([['ID', 'MADE', 'SEALED', 'PENDING', 'ADDRESS'], ...rows]));
    });

  const rm = webhooks.command('rm').description('remove one').argument('<id>', 'ID of the webhook', parseId);
  withAccount(withServer(rm))
    .option('--json', 'print {"id","deleted"} as one line of JSON')
    .action(async (id: string, flags: SettingFlags & { json?: true }) => {
      await (await access(flags)).remove(id);
      say(terminal, 'Removed.');
      if (flags.json) await printJson(terminal, { id, deleted: true });
    });

  const test = webhooks
    .command('test')
    .description('deliver a trial now')
    .argument('<id>', 'ID of the webhook', parseId);
  withAccount(withServer(test))
    .option('--json', 'print {"delivered","status"} as one line of JSON')
    .action(async (id: string, flags: SettingFlags & { json?: true }) => {
      const trial = await (await access(flags)).test(id);
      if (flags.json) await printJson(terminal, trial);
      else if (trial.delivered) say(terminal, `Delivered: the receiver answered ${trial.status}.`);
      if (!trial.delivered)
        throw new CliError(
          'network',
          trial.status === null ? 'Nothing answered there.' : `The receiver answered ${trial.status}.`,
        );
    });
}
