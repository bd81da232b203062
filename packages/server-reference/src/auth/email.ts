/**
 * One spelling per email, the same one that clients put into their key derivation (docs/formats.md, account-v1).
 */

/** NFC(lower(NFC(trim))): dots and plus tags stay, since they may tell people apart. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase().normalize('NFC');
}
