/**
 * How the server sends mail, which it cannot do itself: it runs the operator's program once per message, with the message as one line
 * of JSON on standard input. No shell, no arguments (others could read them), and nothing of what it prints is kept.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What is to be sent, and to whom. */
export type EmailMessage =
  | { kind: 'confirm_email'; to: string; code: string; expiresAt: string }
  /** To the old address, once the new one is in force. */
  | { kind: 'email_changed'; to: string };

/** Sends a message; rejects when it could not be handed over. */
export type SendEmail = (message: EmailMessage) => Promise<void>;

const LONGEST_MS = 30_000;

/** @throws {Error} when there is no such program, or this user may not run it: known at the start, not with the first message. */
export function requireProgram(program: string): void {
  const folders = program.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  const isThere = folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!isThere)
    throw new Error(
      `--email-hook ${program}: there is no such program, or this user may not run it (chmod +x).`,
    );
}

/** Sends through a program of the operator's, which says by its exit code 0 that it has taken the message. */
export function emailHook(program: string): SendEmail {
  return (message) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, [], { stdio: ['pipe', 'ignore', 'ignore'], timeout: LONGEST_MS });
      child.on('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error('The program of --email-hook failed.')),
      );
      // A program that does not read its input says by its exit code what that means.
      child.stdin.on('error', () => undefined);
      child.stdin.end(`${JSON.stringify(message)}\n`);
    });
}
