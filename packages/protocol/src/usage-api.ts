/** What an account has used of the server and what it may use (`GET /v1/usage`): minutes and limits, nothing of what was said. */
import * as z from 'zod/mini';

const amount = z.number().check(z.gte(0));
const limit = z.nullable(amount);

export const usageSchema = z.strictObject({
  /** The month of these minutes in UTC, such as 2026-05; the next one begins at zero. */
  month: z.string().check(z.regex(/^\d{4}-\d\d$/)),
  /** Minutes of audio that were transcribed, to two digits. */
  minutes: amount,
  /** Transcriptions that are there at the moment. */
  concurrent: amount,
  /** Null where there is none. */
  limits: z.strictObject({
    /** A month. */
    minutes: limit,
    /** Transcriptions at once. */
    concurrent: limit,
    /** Bytes of one file. */
    fileBytes: limit,
  }),
});
/** Minutes used this month, and the limits. */
export type Usage = z.infer<typeof usageSchema>;
