/**
 * Staying signed in: off unless somebody asks for it. The SDK keeps session and key in IndexedDB; the email stands here, so that forms
 * know whose account it is. Locking forgets all of it.
 */
import { connect } from './connect.js';
import type { OpenSession } from './open-session.js';

const KEY = 'sealscribe-stays';

/** Notes whose account is kept. */
export function rememberStay(email: string): void {
  localStorage.setItem(KEY, email);
}

/** Forgets it. */
export function forgetStay(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // A browser that forbids storage has kept nothing.
  }
}

/** The account that this browser keeps open, if it does; a session that has ended opens nothing. */
export async function resumeStay(): Promise<OpenSession | undefined> {
  const email = kept();
  if (email === null) return undefined;
  const client = connect();
  const vault = await client.resume();
  if (!vault) forgetStay();
  return vault && { client, vault, email, stays: true };
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
