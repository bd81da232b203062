/**
 * Links to shared transcripts: `https://HOST/s/<shareId>#<fragment>` (docs/formats.md, share-v1). What stands behind the `#` is the
 * key; nothing here puts it, or any of it, into a message.
 */
import { decodeFragment, encodeFragment, type ShareLink } from '@sealscribe/crypto';
import { ShareError } from '../errors.js';
import { explain } from '../integrity.js';

/** What a link says. */
export interface ParsedLink extends ShareLink {
  /** Address of the server, without a slash at its end. */
  server: string;
  shareId: string;
}

/** The link to a share on a server. */
export function makeLink({ server, shareId, ...secret }: ParsedLink): string {
  return `${server}/s/${shareId}#${encodeFragment(secret)}`;
}

/**
 * Takes a link apart; spaces around it do not matter.
 * @throws ShareError "bad_link" or "unknown_version"
 */
export function parseLink(link: string): ParsedLink {
  if (typeof link !== 'string') throw new TypeError('link must be a string');
  const url = URL.canParse(link.trim()) ? new URL(link.trim()) : undefined;
  const [, path, shareId] = /^(.*)\/s\/([A-Za-z0-9_-]{21}[AQgw])$/.exec(url?.pathname ?? '') ?? [];
  if (!url || path === undefined || shareId === undefined) throw new ShareError('bad_link');
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  if (!isWeb || url.username || url.password || url.search) throw new ShareError('bad_link');
  try {
    return { server: url.origin + path, shareId, ...decodeFragment(url.hash.slice(1)) };
  } catch (failure) {
    const explained = explain(failure);
    throw explained instanceof ShareError ? explained : new ShareError('bad_link');
  }
}

/**
 * The address of the server that a link leads to.
 * @throws ShareError "bad_link" or "unknown_version"
 */
export function serverOfLink(link: string): string {
  return parseLink(link).server;
}
