/**
 * What `sealscribe doctor` looks at: everything that has to be right before a command can work, in the order in which it is needed.
 * Nothing is changed, nobody is asked a question, and no password is used; what comes after a failure is left out, not guessed at.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Health } from '@sealscribe/sdk-node';
import { homeFolder } from './config.js';
import { connect, loadSettings, type Connection } from './connection.js';
import type { ExitName } from './exit-codes.js';
import { explainFailure } from './failure.js';
import { hasKeyring } from './keyring.js';
import type { SettingFlags } from './settings.js';
import type { Terminal } from './terminal.js';

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  /** `warn` is for what works, but not as well as it could. */
  readonly result: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What the command ends with because of a failure. */
  readonly exit?: ExitName;
}

/** Looks at this computer, the server and the account. */
export async function* examine(
  terminal: Terminal,
  flags: SettingFlags,
  version: string,
): AsyncGenerator<Finding> {
  yield ok('program', `sealscribe ${version}, Node ${process.versions.node} on ${process.platform}`);
  yield await examineHome(terminal);
  yield (await hasKeyring())
    ? ok('keyring', 'the system has one, for `login --stay`')
    : warn('keyring', 'none that opens: `login --stay` has no place but a file (--stay=file)');

  let connection: Connection;
  try {
    connection = await connectUnasked(terminal, flags);
  } catch (error) {
    yield failed('settings', error);
    return;
  }
  const { client, settings } = connection;
  const fingerprint = await settings.fingerprint();
  yield ok(
    'settings',
    `${await settings.server()}, ${fingerprint ? 'its certificate is pinned' : 'trusted by authorities'}`,
  );
  let health: Health;
  try {
    health = await client.health();
  } catch (error) {
    yield failed('server', error);
    return;
  }
  yield* describeServer(health, version);
  yield await examineAccount(connection, terminal);
  await client.close();
}

/** By the settings that there are: without a terminal to type on nobody is asked for others. */
function connectUnasked(terminal: Terminal, flags: SettingFlags): Promise<Connection> {
  return connect({ ...terminal, stdin: Readable.from([]) }, flags);
}

async function examineHome(terminal: Terminal): Promise<Finding> {
  const home = homeFolder(terminal.env);
  try {
    await loadSettings(terminal, {});
    const { mode } = await stat(join(home, 'config.json'));
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      return warn('home', `others can read config.json, which holds your session: chmod 600 it in ${home}`);
    return ok('home', home);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return ok('home', `${home}, empty: nobody has signed in`);
    return failed('home', error);
  }
}

function* describeServer(health: Health, version: string): Generator<Finding> {
  yield health.status === 'ok'
    ? ok('server', `answers, version ${health.version}, on ${health.device}, ${health.models.join(', ')}`)
    : warn('server', 'is stopping, and takes no new work');
  const [mine, theirs] = [version, health.version].map((text) => text.split('.').slice(0, 2).join('.'));
  if (mine !== theirs)
    yield warn(
      'versions',
      `this is ${version} and the server ${health.version}: the older one should be updated`,
    );
  yield health.decoder === 'ffmpeg'
    ? ok('decoder', 'the server has ffmpeg: any audio or video')
    : warn('decoder', 'the server has no ffmpeg: WAV, MP3, FLAC and Ogg only');
}

async function examineAccount({ client }: Connection, terminal: Terminal): Promise<Finding> {
  if (!client.session && !terminal.env.SEALSCRIBE_API_KEY)
    return warn('account', 'not signed in: sealscribe login, or signup');
  try {
    await client.models();
    return ok('account', client.session ? 'signed in' : 'the API key is good');
  } catch (error) {
    return failed('account', error);
  }
}

const ok = (check: string, message: string): Finding => ({ check, result: 'ok', message });
const warn = (check: string, message: string): Finding => ({ check, result: 'warn', message });

function failed(check: string, error: unknown): Finding {
  const { message, exit } = explainFailure(error);
  return { check, result: 'fail', message, exit };
}
