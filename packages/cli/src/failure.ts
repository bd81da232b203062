/**
 * From an error to an exit code and one line for a person. Errors of the SDK are told apart by their `code` and by nothing else.
 * No line names a file, an email or anything secret; the person knows what was typed.
 */
import type { SealscribeErrorCode } from '@sealscribe/sdk-node';
import { CommanderError } from 'commander';
import { CliError, type ExitName } from './exit-codes.js';

/** How a run failed: the exit code by name, a code for scripts, and the line to show. */
export interface Failure {
  exit: ExitName;
  code: string;
  message: string;
}

/** Exit codes of every code that an error of the SDK can carry. */
const exitOf: Record<SealscribeErrorCode, ExitName> = {
  unknown: 'other',
  internal: 'other',
  recognizer_failed: 'other',
  storage_full: 'other',
  method_not_allowed: 'other',
  unsupported_version: 'other',
  freshness_unreadable: 'other',
  kdf_unsupported: 'other',
  insecure_context: 'other',
  microphone_denied: 'other',
  microphone_missing: 'other',
  feature_missing: 'other',
  worker_failed: 'other',
  device_busy: 'other',
  device_unsupported: 'other',
  device_files_missing: 'other',
  bad_request: 'usage',
  unauthorized: 'auth',
  wrong_credentials: 'auth',
  wrong_password: 'auth',
  wrong_recovery_words: 'auth',
  password_needed: 'usage',
  bad_link: 'usage',
  unknown_version: 'integrity',
  share_gone: 'notFound',
  webhook_untrusted: 'integrity',
  webhook_expired: 'integrity',
  bad_recovery_words: 'usage',
  weak_password: 'usage',
  forbidden: 'auth',
  wrong_code: 'auth',
  locked_out: 'auth',
  signed_out: 'auth',
  locked: 'auth',
  connection_failed: 'network',
  timeout: 'network',
  certificate_untrusted: 'network',
  certificate_mismatch: 'network',
  bad_answer: 'network',
  rate_limited: 'network',
  busy: 'network',
  too_many_at_once: 'network',
  quota_exceeded: 'other',
  unavailable: 'network',
  not_found: 'notFound',
  model_not_found: 'notFound',
  source_unreadable: 'notFound',
  font_missing: 'notFound',
  model_failed: 'network',
  job_lost: 'notFound',
  job_gone: 'notFound',
  idempotency_mismatch: 'conflict',
  email_taken: 'conflict',
  id_taken: 'conflict',
  conflict: 'conflict',
  revision_conflict: 'conflict',
  encrypted_content: 'conflict',
  empty_file: 'media',
  payload_too_large: 'media',
  audio_too_long: 'media',
  unsupported_media: 'media',
  decoder_missing: 'media',
  undecodable_media: 'media',
  no_audio: 'media',
  language_not_supported: 'media',
  authentication_failed: 'integrity',
  malformed: 'integrity',
  invalid_document: 'integrity',
  weak_kdf: 'integrity',
  rollback: 'integrity',
  fork: 'integrity',
  unlisted: 'integrity',
  vanished: 'integrity',
  wrong_fingerprint: 'integrity',
  untrusted_sender: 'integrity',
  unconfirmed: 'usage',
  damaged: 'integrity',
};

/** Exit codes of the file system's errors; any other is `other`. */
const exitOfFile: Record<string, ExitName> = { ENOENT: 'notFound', ENOTDIR: 'notFound', EACCES: 'notFound' };

/** Lines that say more to a person at a command line than the error's own message. */
const lineOf: Partial<Record<string, string>> = {
  unauthorized: 'The session is not valid (any more). Sign in: sealscribe login',
  wrong_credentials: 'Wrong email or password.',
  signed_out: 'You are not signed in. Sign in: sealscribe login',
  certificate_untrusted:
    "The server's certificate is not publicly trusted. Give the fingerprint that the server prints when it starts: --fingerprint HEX or SEALSCRIBE_FINGERPRINT.",
  certificate_mismatch:
    "The server's certificate is not the one with this fingerprint. Nothing was sent. Either the fingerprint is wrong, or somebody is in between.",
  model_not_found: 'The server has no such model: sealscribe models lists those that it has.',
  language_not_supported:
    'The model does not know this language: sealscribe models lists those of each model.',
  email_taken: 'There is an account with this email already. Sign in: sealscribe login',
  authentication_failed: 'Decryption failed: the email or password is wrong, or the data is damaged.',
  rollback: 'The server shows an older state than this device has seen before. Nothing was opened.',
  fork: 'The server shows another state than this device has seen before. Nothing was opened.',
  unlisted: "The server shows a transcript that the vault's own index does not list. Nothing was opened.",
  ENOENT: 'There is no such file or folder.',
  EACCES: 'Access to the file or folder is denied.',
  EISDIR: 'This is a folder, not a file.',
  ENOTDIR: 'Part of the path is not a folder.',
  ENOSPC: 'The disk is full.',
};

/** The `code` of an error, if it has one. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

const isSdkCode = (code: string): code is SealscribeErrorCode => Object.hasOwn(exitOf, code);

/** Whether an error carries this code. */
export function isCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

/** What an error means for the exit code, and how to say it. */
export function explainFailure(error: unknown): Failure {
  if (error instanceof CliError) return { exit: error.exit, code: error.exit, message: error.message };
  if (error instanceof CommanderError)
    return { exit: 'usage', code: 'usage', message: withoutValue(error.message) + helpFor(error) };
  if (error instanceof Error && error.name === 'AbortError')
    return { exit: 'interrupted', code: 'interrupted', message: 'Interrupted.' };
  const code = codeOf(error) ?? 'unexpected';
  const message = lineOf[code] ?? (error instanceof Error ? error.message : 'Something went wrong.');
  return { exit: isSdkCode(code) ? exitOf[code] : (exitOfFile[code] ?? 'other'), code, message };
}

/** Where the help is that says what was meant to stand there. */
function helpFor({ code, message }: CommanderError): string {
  if (code === 'commander.unknownCommand' && !message.includes('Did you mean'))
    return ': sealscribe --help lists all commands';
  return code === 'commander.missingArgument' ? ': --help shows what belongs there' : '';
}

/** Commander quotes an unknown option with its value, and the value may be somebody's password. */
function withoutValue(message: string): string {
  const line = message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/'(--[^'=]*)=.*'/s, "'$1'")
    .replace(/'(-[^-']).*'/s, "'$1'");
  return /'(--password|-p)'/.test(line)
    ? 'There is no --password, because other people could see it: set SEALSCRIBE_PASSWORD or use --password-stdin.'
    : line;
}
