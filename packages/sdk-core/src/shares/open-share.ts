/**
 * Opens a link (docs/formats.md, share-v1) without any account: the key is derived from what stands behind its `#` and from the password,
 * and of both the server sees a token alone, by which it finds the bytes. Every fetched answer is a view, so none is asked for
 * twice when the connection breaks.
 */
import { deriveShare, encodeBase64url, openShare as openSealed } from '@sealscribe/crypto';
import { routes, shareDocumentSchema, type Transcript } from '@sealscribe/protocol';
import { fromDocuments } from '../documents.js';
import { ApiError, IntegrityError, ShareError } from '../errors.js';
import { Http } from '../http.js';
import { verified } from '../integrity.js';
import type { Platform } from '../platform.js';
import { parseLink, type ParsedLink } from './link.js';

/** What opening a link needs besides the link. */
export interface OpenShareOptions {
  /** Where the link has one. */
  password?: string;
  /** Milliseconds without a byte in either direction after which the request is given up; 60,000 by default. */
  timeout?: number;
  signal?: AbortSignal;
}

/** What somebody shared. */
export interface SharedTranscript {
  /** Null where there is none, or where it was left out. */
  readonly title: string | null;
  /** Which part of the recording this is, in seconds; null for the whole. */
  readonly range: readonly [from: number, to: number] | null;
  readonly transcript: Transcript;
}

/** Opens a link: see large-parts.ts. */
export async function openShare(
  link: string,
  options: OpenShareOptions,
  platformFor: (server: string) => Platform,
): Promise<SharedTranscript> {
  const parsed = parseLink(link);
  const { password, timeout = 60_000, signal } = options;
  if (parsed.mode === 1 && !password) throw new ShareError('password_needed');
  const platform = platformFor(parsed.server);
  try {
    const http = new Http(parsed.server, platform, { timeout, retries: 3 });
    const { shareKey, accessToken } = await verified(() => deriveShare(parsed.shareId, parsed, password));
    const sealed = await fetchSealed(http, parsed, accessToken, signal);
    const document = shareDocumentSchema.safeParse(
      await verified(() => openSealed(shareKey, parsed.shareId, sealed)),
    );
    if (!document.success)
      throw new IntegrityError('invalid_document', 'The data opened, but is not a valid document.');
    const { title, range, transcript, words, ...summary } = document.data;
    return {
      title,
      range: range && [range[0] / 1000, range[1] / 1000],
      transcript: fromDocuments(summary, transcript, words ?? undefined, parsed.shareId),
    };
  } finally {
    await platform.close?.();
  }
}

async function fetchSealed(
  http: Http,
  { shareId, mode }: ParsedLink,
  accessToken: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  try {
    const { bytes } = await http.bytes(routes.openShare, {
      id: shareId,
      headers: {
        authorization: `Bearer ${encodeBase64url(accessToken)}`,
        accept: 'application/octet-stream',
      },
      repeatable: false,
      signal,
    });
    return bytes;
  } catch (cause) {
    const code = cause instanceof ApiError ? cause.code : undefined;
    if (code === 'not_found') throw new ShareError('share_gone', { cause });
    if (code !== 'wrong_credentials') throw cause;
    throw new ShareError(mode === 1 ? 'wrong_password' : 'bad_link', { cause });
  }
}
