/**
 * What a script can tell from how the command ended: the one table of exit codes, and the error that carries one.
 * The help, the README and every failure use this table. How errors of the SDK map onto it is in failure.ts.
 */

/** Exit codes by name. Zero is success, every error is 1 to 9. */
export const EXIT = {
  success: 0,
  other: 1,
  usage: 2,
  auth: 3,
  network: 4,
  notFound: 5,
  conflict: 6,
  media: 7,
  integrity: 8,
  interrupted: 9,
} as const;

/** The name of an exit code in {@link EXIT}. */
export type ExitName = keyof typeof EXIT;

/** What each exit code means, for people. */
export const exitMeanings: Record<ExitName, string> = {
  success: 'Success.',
  other: 'Any other error, such as a fault inside the server or a full disk.',
  usage: 'Wrong usage: an unknown option, a value that makes no sense, or a setting that is missing.',
  auth: 'Sign-in failed: wrong email or password, or not signed in; or the wrong password of a link.',
  network:
    'The server cannot be reached, did not answer in time, is too busy, or shows another certificate than expected.',
  notFound: 'Not found: no such transcript, link or model, or the file cannot be read.',
  conflict:
    'Conflict: the account or file exists already, or the transcript was changed elsewhere meanwhile.',
  media:
    'The recording was refused: empty, not audio, not decodable, too large, or in a language not supported.',
  integrity:
    'Decryption or integrity check failed: wrong password, damaged data, or a server that shows an old or altered state.',
  interrupted: 'Interrupted: by Ctrl-C, by a signal, or by the answer no to a question.',
};

/** The table as lines of text, for the help. */
export function exitCodeTable(): string {
  return (Object.keys(EXIT) as ExitName[]).map((name) => `  ${EXIT[name]}  ${exitMeanings[name]}`).join('\n');
}

/** An error of this command with its exit code; the message is shown to the person as it stands. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly exit: ExitName,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
