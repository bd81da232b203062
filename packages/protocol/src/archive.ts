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
});
/** What an archive says about itself. */
export type ArchiveManifest = z.infer<typeof archiveManifestSchema>;

/** The folder of a workspace in an archive: its transcripts and index lie in it as those of the account do at the top. */
export const workspaceFolder = (id: string): string => `workspaces/${id}/`;

/** The names of the other files in an archive. `space` is empty for the account's own vault, or a {@link workspaceFolder}. */
export const archiveNames = {
  /** The sealed index at its revision; none where nothing was ever written. */
  index: (space: string, at: number) => `${space}index.${at}`,
  /** The wrapped key of a transcript. */
  key: (space: string, id: string) => `${space}transcripts/${id}/key`,
  /** A part of a transcript, as it was sealed at a revision. */
  part: (space: string, id: string, part: 'card' | 'transcript' | 'words', at: number) =>
    `${space}transcripts/${id}/${part}.${at}`,
  /** A piece of the sealed recording of a transcript, counted from 0. */
  piece: (space: string, id: string, number: number) => `${space}transcripts/${id}/recording.${number}`,
  /** A blob at its revision. */
  blob: (id: string, at: number) => `blobs/${id}.${at}`,
  /** What `GET /v1/account/identity` answers; absent where there is no key pair. */
  identity: 'identity.json',
  /** What `GET /v1/workspaces` answers, of those that the account is a member of. */
  workspaces: 'workspaces.json',
  /** What `GET /v1/workspaces/:id` answers. */
  workspace: (id: string) => `${workspaceFolder(id)}workspace.json`,
} as const;
