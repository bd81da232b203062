/**
 * The archive that `GET /v1/account/export` gives (docs/formats.md, "archive-v1"): a POSIX tar of sealed bytes. Its first file
 * is the manifest, with what opens the account besides the password; the names of the others say what they are. Nothing of it
 * can be read without the password or the recovery words, and nothing of it is believed before it opened.
 */
import * as z from 'zod/mini';
import { idSchema, iterations, revision, salt, timestamp, wrappedKey } from './fields.js';

/** The name of the manifest inside an archive. */
export const ARCHIVE_MANIFEST = 'manifest.json';
/** Media type of an archive. */
export const ARCHIVE_TYPE = 'application/x-tar';

/** The manifest. Keys and folders that a reader does not know are passed over; another version is refused. */
export const archiveManifestSchema = z.object({
  format: z.literal('sealscribe-archive'),
  version: z.literal(1),
  /** When the server made it. */
  createdAt: timestamp,
  /** The key record, without the email: that is for the owner to know. */
  account: z.object({
    accountId: idSchema,
    salt,
    iterations,
    keyVersion: revision,
    wraps: z.object({
      password: wrappedKey,
      /** Absent where there is no recovery key. */
      recovery: z.optional(wrappedKey),
    }),
  }),
  /** The revision of the file `index`; null where nothing was ever written to the vault. */
  index: z.nullable(z.object({ revision })),
});
/** What an archive says about itself. */
export type ArchiveManifest = z.infer<typeof archiveManifestSchema>;

/** The names of the sealed files in an archive. */
export const archiveNames = {
  index: 'index',
  /** The wrapped key of a transcript. */
  key: (id: string) => `transcripts/${id}/key`,
  /** A part of a transcript, as it was sealed at a revision. */
  part: (id: string, part: 'card' | 'transcript' | 'words', at: number) => `transcripts/${id}/${part}.${at}`,
  /** A blob at its revision. */
  blob: (id: string, at: number) => `blobs/${id}.${at}`,
} as const;
