/**
 * Shapes of requests and answers about another email (docs/formats.md, account-v1, "Another email"): the complete new key record waits
 * at the server until a code that reached the new address confirms it.
 */
import * as z from 'zod/mini';
import { email, timestamp } from './fields.js';

/** Characters of a code: digits and letters that are not taken for each other (Crockford's base32). */
const CODE_CHARACTERS = '0-9A-HJKMNP-TV-Z';

/** A change of the email that waits for its code. */
export const pendingEmailSchema = z.strictObject({
  /** The new address, as normalised by the client that asked. */
  email,
  expiresAt: timestamp,
  /** Whether the server has sent the code to the new address, or the person gets it from the server's operator. */
  codeFrom: z.enum(['email', 'operator']),
});
/** A change of the email that waits for its code. */
export type PendingEmail = z.infer<typeof pendingEmailSchema>;
export const pendingEmailAnswerSchema = z.strictObject({ pending: z.nullable(pendingEmailSchema) });

/** Confirms it: 12 characters, without spaces or dashes. */
export const confirmEmailRequestSchema = z.strictObject({
  code: z.string().check(z.regex(new RegExp(`^[${CODE_CHARACTERS}]{12}$`))),
});
