/**
 * Answers about earlier revisions of a transcript (docs/formats.md, sealed-v1, "History"): what each write replaced, as sealed
 * as it was. Bytes are unpadded base64url.
 */
import * as z from 'zod/mini';

const revision = z.int().check(z.gte(1));
const bytes = z.string().check(z.regex(/^[A-Za-z0-9_-]+$/));

/** Answer of `GET /v1/transcripts/:id/revisions`: the sealed cards of the revisions before the present one, newest first. */
export const revisionListSchema = z.strictObject({
  revisions: z.array(z.strictObject({ revision, card: bytes })),
});
/** Earlier revisions of a transcript. */
export type RevisionList = z.infer<typeof revisionListSchema>;

/** Answer of `GET /v1/transcripts/:id/revisions/:revision`: its three sealed parts. */
export const earlierRevisionSchema = z.strictObject({
  revision,
  card: bytes,
  transcript: bytes,
  words: bytes,
});
/** An earlier revision of a transcript. */
export type EarlierRevision = z.infer<typeof earlierRevisionSchema>;
