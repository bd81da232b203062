/**
 * Where a setting comes from, in this order: the command line, the environment, what was saved at sign-in, a question on a terminal.
 * Without a terminal nothing is asked: a missing setting ends the command with exit code 2 and a message that names what to set.
 * There is no option for the password itself, because process lists and shell histories would keep it.
 */
import type { SavedConfig, SavedSession } from './config.js';
import { CliError } from './exit-codes.js';
import { askHidden, askLine } from './prompt.js';
import { canPrompt, type Terminal } from './terminal.js';

/** The settings that the command line may carry. */
export interface SettingFlags {
  server?: string;
  fingerprint?: string;
  email?: string;
  passwordStdin?: boolean;
}

/** The settings of one run, each looked up when it is first needed. */
export class Settings {
  #password: Promise<string> | undefined;
  #email: Promise<string> | undefined;
  #server: Promise<string> | undefined;
  #fingerprint: Promise<string | undefined> | undefined;

  constructor(
    readonly flags: SettingFlags,
    readonly saved: SavedConfig,
    readonly terminal: Terminal,
  ) {}

  /** The server's address, without a slash at its end. */
  server(): Promise<string> {
    this.#server ??= this.#lookUp('server', {
      set: 'the server: --server URL or SEALSCRIBE_SERVER',
      given: this.flags.server ?? this.terminal.env.SEALSCRIBE_SERVER ?? '',
      saved: this.saved.server,
      ask: () => askLine(this.terminal, 'Server [https://127.0.0.1:8443]: ', 'https://127.0.0.1:8443'),
    }).then(checkServer);
    return this.#server;
  }

  /**
   * The SHA-256 fingerprint to pin, or undefined where the certificate is to be judged by the system's authorities.
   * Only with `ask` is a person asked for it; what was found or answered first holds for the whole run.
   */
  fingerprint(options: { ask?: boolean } = {}): Promise<string | undefined> {
    this.#fingerprint ??= this.#findFingerprint(options.ask === true);
    return this.#fingerprint;
  }

  async #findFingerprint(ask: boolean): Promise<string | undefined> {
    const given = this.flags.fingerprint ?? this.terminal.env.SEALSCRIBE_FINGERPRINT;
    if (given) return checkFingerprint(given);
    const server = await this.server();
    // A fingerprint was saved for one server and says nothing about another.
    if (server === this.saved.server) return this.saved.fingerprint;
    if (!ask || !canPrompt(this.terminal)) return undefined;
    const question =
      "Fingerprint of the server's certificate, as the server prints it (empty: publicly trusted): ";
    const answer = await askLine(this.terminal, question);
    return answer ? checkFingerprint(answer) : undefined;
  }

  /** The email, exactly as it was typed. */
  email(): Promise<string> {
    this.#email ??= this.#lookUp('email', {
      set: 'the email: --email ADDRESS or SEALSCRIBE_EMAIL',
      given: this.flags.email ?? this.terminal.env.SEALSCRIBE_EMAIL ?? '',
      saved: this.saved.email,
      ask: () => askLine(this.terminal, 'Email: '),
    });
    return this.#email;
  }

  /** The email as one that an account can have. */
  async accountEmail(): Promise<string> {
    return checkEmail(await this.email());
  }

  /** The password: from standard input with --password-stdin, from SEALSCRIBE_PASSWORD, or typed; `confirm` has it typed twice. */
  password(options: { confirm?: boolean } = {}): Promise<string> {
    this.#password ??= this.flags.passwordStdin
      ? readPassword(this.terminal)
      : this.#lookUp('password', {
          set: 'the password: SEALSCRIBE_PASSWORD or --password-stdin',
          given: this.terminal.env.SEALSCRIBE_PASSWORD ?? '',
          saved: undefined,
          ask: () => askPassword(this.terminal, options.confirm === true),
        });
    return this.#password;
  }

  /** Whether a password was given for this run, so that nothing that is kept takes its place. */
  get hasPassword(): boolean {
    return this.flags.passwordStdin === true || Boolean(this.terminal.env.SEALSCRIBE_PASSWORD);
  }

  /** A new password: from SEALSCRIBE_NEW_PASSWORD, or typed twice. */
  newPassword(): Promise<string> {
    return this.#lookUp('new password', {
      set: 'the new password: SEALSCRIBE_NEW_PASSWORD',
      given: this.terminal.env.SEALSCRIBE_NEW_PASSWORD ?? '',
      saved: undefined,
      ask: () => askPassword(this.terminal, true, 'New password'),
    });
  }

  /** The password of the account that an archive is of: from SEALSCRIBE_FROM_PASSWORD, or typed. */
  fromPassword(): Promise<string> {
    return this.#lookUp('password of the archive', {
      set: 'the password of the account that the archive is of: SEALSCRIBE_FROM_PASSWORD',
      given: this.terminal.env.SEALSCRIBE_FROM_PASSWORD ?? '',
      saved: undefined,
      ask: () => askPassword(this.terminal, false, "Password of the archive's account"),
    });
  }

  /** The recovery words: from SEALSCRIBE_RECOVERY_WORDS, or typed. */
  recoveryWords(): Promise<string> {
    return this.#lookUp('recovery words', {
      set: 'the recovery words: SEALSCRIBE_RECOVERY_WORDS',
      given: this.terminal.env.SEALSCRIBE_RECOVERY_WORDS ?? '',
      saved: undefined,
      ask: () => askHidden(this.terminal, 'The 24 recovery words (not shown): '),
    });
  }

  /** The saved session, if it was made for this server and, where one is named, this email. */
  async session(): Promise<SavedSession | undefined> {
    const { session } = this.saved;
    if (!session || session.server !== (await this.server())) return undefined;
    const email = this.flags.email || this.terminal.env.SEALSCRIBE_EMAIL;
    return !email || email === session.email ? session : undefined;
  }

  async #lookUp(
    name: string,
    from: { set: string; given: string; saved: string | undefined; ask: () => Promise<string> },
  ): Promise<string> {
    const found = from.given || from.saved;
    if (found) return found;
    if (!canPrompt(this.terminal)) throw new CliError('usage', `Please set ${from.set}.`);
    const answer = await from.ask();
    if (!answer) throw new CliError('usage', `The ${name} must not be empty.`);
    return answer;
  }
}

function checkEmail(text: string): string {
  // As much as the server checks: whether it is somebody's, only a letter can tell.
  if (!/^\s*\S+@\S+\s*$/.test(text))
    throw new CliError('usage', 'The email must look like name@example.com.');
  return text;
}

function checkServer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:')
    throw new CliError('usage', 'The server must be an address that starts with https://');
  if (url.username || url.password || url.search || url.hash)
    throw new CliError('usage', 'The server must be a plain address, without user name, query or fragment.');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function checkFingerprint(text: string): string {
  const hex = text.replace(/[:\s]/g, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  throw new CliError(
    'usage',
    'The fingerprint must be the SHA-256 of the certificate: 64 hexadecimal digits, with or without colons.',
  );
}

async function askPassword(terminal: Terminal, confirm: boolean, name = 'Password'): Promise<string> {
  const password = await askHidden(terminal, `${name}: `);
  if (confirm && password && (await askHidden(terminal, `${name} again: `)) !== password)
    throw new CliError('usage', 'The two passwords are not the same.');
  return password;
}

/** Standard input as the password, less one line end. */
async function readPassword({ stdin }: Terminal): Promise<string> {
  if (stdin.isTTY)
    throw new CliError(
      'usage',
      '--password-stdin reads a pipe or a file; nothing is connected to standard input.',
    );
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new CliError('usage', 'The password on standard input must be UTF-8 text.');
  }
  const password = text.replace(/\r?\n$/, '');
  if (!password) throw new CliError('usage', 'The password on standard input is empty.');
  return password;
}
