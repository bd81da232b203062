/**
 * The sound of a transcript, as it goes between client and server (docs/formats.md, sealed-v1, "Recording"): sealed bytes in pieces,
 * which nobody can read back before a write of the transcript has taken them up. That write says so in a header, because the card that
 * names the recording is sealed.
 */
import * as z from 'zod/mini';
import { ID_PATTERN, base64urlOf, idSchema } from './fields.js';

/** Bytes of each piece but the last, which may be shorter. */
export const RECORDING_PIECE_BYTES = 2 ** 20;

/**
 * Request header of a write of a transcript: the recording that its card names from now on, `none` where it names none any more.
 * Without it, the recording stays as it is.
 */
export const RECORDING_HEADER = 'sealscribe-recording';

/** A recording that was sent whole. */
export interface SentRecording {
  id: string;
  /** Sealed bytes in all. */
  size: number;
}

/** The value of {@link RECORDING_HEADER}; null for none. */
export const formatRecordingHeader = (sent: SentRecording | null): string =>
  sent === null ? 'none' : `${sent.id}; size=${sent.size}`;

/** What {@link RECORDING_HEADER} says, or undefined when it is malformed. */
export function parseRecordingHeader(value: unknown): SentRecording | null | undefined {
  if (value === 'none') return null;
  const [, id, size] =
    /^([\w-]{22}); size=([1-9]\d{0,14})$/.exec(typeof value === 'string' ? value : '') ?? [];
  return id !== undefined && ID_PATTERN.test(id) ? { id, size: Number(size) } : undefined;
}

/** What is said of a recording that is neither sound nor film, or of a kind that is not known. */
export const UNKNOWN_MEDIA = 'application/octet-stream';
const MEDIA = /^((audio|video)\/[a-z0-9.+-]{1,60}|application\/octet-stream)$/;

/** A media type as a card may carry it: of sound or film, without parameters. */
export function toMediaType(type: string): string {
  const [essence = ''] = type.toLowerCase().split(';');
  return MEDIA.test(essence.trim()) ? essence.trim() : UNKNOWN_MEDIA;
}

/** What stands in a card of its recording. */
export const cardRecordingSchema = z.strictObject({
  id: idSchema,
  key: base64urlOf(32),
  /** Bytes before sealing. */
  size: z.int().check(z.gte(0)),
  sha256: base64urlOf(32),
  type: z.string().check(z.regex(MEDIA)),
});
