/** What an operator can do about an error of the system that kept the server from starting. */

interface SystemError extends Error {
  readonly code?: string;
  readonly syscall?: string;
}

const user = () => (process.getuid === undefined ? 'this user' : `user ${process.getuid()}`);
const owner = () => `give it to ${user()} (chown), or start the server as its owner`;

const advice: Readonly<Record<string, (error: SystemError) => string>> = {
  EACCES: ({ syscall }) =>
    syscall === 'listen'
      ? 'ports below 1024 are for root alone: take a higher one with --port, and let a proxy or the firewall lead there'
      : owner(),
  EPERM: owner,
  EEXIST: () => '--data takes a folder',
  ENOTDIR: () => '--data takes a folder',
  EROFS: () => 'the file system can only be read: the data folder has to be on one that can be written',
  ENOSPC: () => 'the disk is full: make room and start again',
  EADDRINUSE: () =>
    'another program listens there (`ss -ltnp` shows which): stop it, or take another port with --port or --metrics',
  EADDRNOTAVAIL: () => '--host takes an address of this machine, or 0.0.0.0 for all of them',
  ENOTFOUND: () => '--host takes an address of this machine, or 0.0.0.0 for all of them',
};

/** The message of an error, and what to do where that is known. */
export function explainFailure(error: unknown): string {
  const { message, code = '' } = error as SystemError;
  const what = Object.hasOwn(advice, code) ? advice[code]?.(error as SystemError) : undefined;
  return what === undefined ? message : `${message}: ${what}.`;
}
