/**
 * What PostgreSQL says when two servers meet, or when it cannot be reached. Its codes:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Another transaction was faster: serialization failure, deadlock, a lock not had in time; and a key or a reference that another
 * transaction has made or removed since this one looked.
 */
const CONFLICTS = new Set(['40001', '40P01', '55P03', '23505', '23503']);
/** Reasons why no connection is to be had: being shut down, starting, too many, gone. */
const UNREACHABLE = new Set([
  ...['57P01', '57P02', '57P03', '53300', '08000', '08001', '08003', '08004', '08006', '25P03'],
]);
/** The same in the words of the network, which mean something else of a file. */
const NETWORK = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]);
/** What `pg` says, without a code, of a connection that ended or that was not had in time. */
const LOST =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying)/;

const ATTEMPTS = 14;
/** Milliseconds of the longest pause between two attempts. */
const LONGEST_PAUSE = 300;

const codeOf = (error: unknown) => String((error as { code?: unknown }).code);

/** Runs a transaction, again from its start as long as others were faster: about two seconds at most. */
export async function retryConflicts<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (!CONFLICTS.has(codeOf(error)) || count === ATTEMPTS) throw error;
    }
    await wait(Math.random() * Math.min(LONGEST_PAUSE, 4 * 2 ** count));
  }
}

/** Whether the same request may well succeed a little later, because the database was busy with others or could not be reached. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  return CONFLICTS.has(code) || isUnreachable(error);
}

function isUnreachable(error: unknown): boolean {
  const { syscall } = error as { syscall?: unknown };
  const isOfNetwork = ['connect', 'read', 'write', 'getaddrinfo'].includes(String(syscall));
  return (
    UNREACHABLE.has(codeOf(error)) ||
    (isOfNetwork && NETWORK.has(codeOf(error))) ||
    (error instanceof Error && LOST.test(error.message))
  );
}
