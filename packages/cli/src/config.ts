/**
 * What the command remembers between runs, in the home folder: config.json (0600) with the server, its fingerprint, the email and
 * the session. Never a password and never a key. freshness.json beside it belongs to the SDK.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Session } from '@sealscribe/sdk-node';
import { CliError } from './exit-codes.js';
import type { Terminal } from './terminal.js';
import { writeFileAtomic } from './write-file.js';

/** A session with the server and email that it was made for: it is never shown to another server. */
export interface SavedSession extends Session {
  server: string;
  email: string;
}

/** The contents of config.json. `fingerprint` belongs to `server`. */
export interface SavedConfig {
  server?: string;
  fingerprint?: string;
  email?: string;
  session?: SavedSession;
}

/** The folder of config.json and freshness.json: SEALSCRIBE_HOME, or `sealscribe` in the user's configuration folder. */
export function homeFolder(env: Terminal['env']): string {
  if (env.SEALSCRIBE_HOME) return env.SEALSCRIBE_HOME;
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'sealscribe');
}

/**
 * Reads config.json; an empty configuration when there is none.
 * @throws CliError `usage` when the file is there but is not a configuration.
 */
export async function loadConfig(home: string): Promise<SavedConfig> {
  let text: string;
  try {
    text = await readFile(join(home, 'config.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new CliError('usage', 'config.json in the Sealscribe home folder cannot be read.', {
      cause: error,
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isConfig(value)) return value;
  } catch {
    // Said below, without the parser's message: it quotes the file.
  }
  throw new CliError(
    'usage',
    'config.json in the Sealscribe home folder is damaged: delete it and sign in again.',
  );
}

/** Writes config.json, readable for its owner only; makes the home folder (0700) when it is missing. */
export async function saveConfig(home: string, config: SavedConfig): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  writeFileAtomic(join(home, 'config.json'), `${JSON.stringify(config, null, 2)}\n`, {
    overwrite: true,
    mode: 0o600,
  });
}

function isConfig(value: unknown): value is SavedConfig {
  if (!isRecord(value)) return false;
  const { server, fingerprint, email, session } = value;
  return (
    [server, fingerprint, email].every((field) => field === undefined || typeof field === 'string') &&
    (session === undefined || isSession(session))
  );
}

function isSession(value: unknown): boolean {
  const fields = ['server', 'email', 'token', 'accountId', 'expiresAt'];
  return isRecord(value) && fields.every((field) => typeof value[field] === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
