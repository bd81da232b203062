/**
 * The whole command: its name, its help, and its commands. Commands register themselves; nothing is run here.
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { registerArchive } from './commands/archive.js';
import { registerChangeEmail } from './commands/change-email.js';
import { registerCompare } from './commands/compare.js';
import { registerCompletion } from './commands/completion.js';
import { registerDecrypt } from './commands/decrypt.js';
import { registerDoctor } from './commands/doctor.js';
import { registerEdit } from './commands/edit.js';
import { registerEncrypt } from './commands/encrypt.js';
import { registerExitCodes } from './commands/exit-codes.js';
import { registerExport } from './commands/export.js';
import { registerHealth } from './commands/health.js';
import { registerHistory } from './commands/history.js';
import { registerList } from './commands/list.js';
import { registerListen } from './commands/listen.js';
import { registerLogin } from './commands/login.js';
import { registerLogout } from './commands/logout.js';
import { registerMcp } from './commands/mcp.js';
import { registerModels } from './commands/models.js';
import { registerOpen } from './commands/open.js';
import { registerPasswd } from './commands/passwd.js';
import { registerRecording } from './commands/recording.js';
import { registerRecover } from './commands/recover.js';
import { registerHarden } from './commands/harden.js';
import { registerSessions } from './commands/sessions.js';
import { registerApiKey } from './commands/api-key.js';
import { registerDeleteEverything } from './commands/delete-everything.js';
import { registerRm } from './commands/rm.js';
import { registerSearch } from './commands/search.js';
import { registerShare } from './commands/share.js';
import { registerShares, registerUnshare } from './commands/shares.js';
import { registerShow } from './commands/show.js';
import { registerSignup } from './commands/signup.js';
import { registerSummarize } from './commands/summarize.js';
import { registerTranscribe } from './commands/transcribe.js';
import { registerUsage } from './commands/usage.js';
import { registerWebhook } from './commands/webhook.js';
import { registerWorkspace } from './commands/workspace.js';
import type { Terminal } from './terminal.js';

const EXAMPLES = `
Start here:
  $ sealscribe signup --server https://127.0.0.1:8443 --fingerprint HEX --email you@example.com
  $ sealscribe transcribe interview.mp3 --save
  $ sealscribe list
  $ sealscribe export ID --format srt -o interview.srt

Without a server:
  $ sealscribe encrypt notes.txt
  $ sealscribe decrypt notes.txt.sealed -o notes.txt

Settings come from options, then the environment (SEALSCRIBE_SERVER, SEALSCRIBE_FINGERPRINT,
SEALSCRIBE_EMAIL, SEALSCRIBE_PASSWORD, SEALSCRIBE_API_KEY, SEALSCRIBE_HOME), then the last sign-in, then questions
on a terminal. Without a terminal nothing is ever asked. Data goes to stdout, talk to stderr.
Exit codes: sealscribe help exit-codes`;

/** Builds the command for one run in these surroundings. */
export function buildProgram(terminal: Terminal): Command {
  const program = new Command('sealscribe')
    .description('Private transcription: your recording becomes text, sealed so that only you can read it.')
    .version(readVersion(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      // Said by main.ts, in the same words as every other failure.
      outputError: () => undefined,
    });
  const commands = [
    registerSignup,
    registerLogin,
    registerLogout,
    registerPasswd,
    registerChangeEmail,
    registerRecover,
    registerHarden,
    registerSessions,
    registerApiKey,
    registerWebhook,
    registerUsage,
    registerDeleteEverything,
    registerTranscribe,
    registerListen,
    registerCompare,
    registerList,
    registerShow,
    registerExport,
    registerSearch,
    registerSummarize,
    registerEdit,
    registerHistory,
    registerRecording,
    registerShare,
    registerShares,
    registerUnshare,
    registerOpen,
    registerArchive,
    registerWorkspace,
    registerRm,
    registerMcp,
    registerEncrypt,
    registerDecrypt,
    registerModels,
    registerHealth,
    registerDoctor,
    registerCompletion,
    registerExitCodes,
  ];
  for (const register of commands) register(program, terminal);
  return program;
}

/** The version of this package. */
function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
