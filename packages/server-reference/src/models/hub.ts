/**
 * What the Hugging Face hub says of a file before it is downloaded: its `resolve` addresses answer with the file, or redirect to
 * where large files lie, and name size, SHA-256 (large files) or git blob hash (small ones) and commit in their headers.
 */
import { sendRequest, type HttpAnswer } from './http-request.js';

/** What the hub announces. */
export interface Announcement {
  readonly size?: number | undefined;
  /** Lower-case hex; of large files. */
  readonly sha256?: string | undefined;
  /** SHA-1 of git's blob, lower-case hex; of small files. */
  readonly gitBlob?: string | undefined;
  /** The commit that the revision means at the moment. */
  readonly commit?: string | undefined;
}

/** The hub that is asked unless another is named. */
export const DEFAULT_HUB = 'https://huggingface.co';

const MAX_REDIRECTS = 5;

/** The address of a file in a repository. */
export function addressOf(hub: string, repository: string, revision: string, path: string): string {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  return `${hub.replace(/\/+$/, '')}/${repository}/resolve/${encodeURIComponent(revision)}/${escaped}`;
}

/**
 * Asks for size and hash of the file at an address.
 *
 * @throws {HubError} when the hub refuses. @throws {Error} when it cannot be reached.
 */
export async function askAbout(address: string, signal?: AbortSignal): Promise<Announcement> {
  let url = address;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const { status, headers, body } = await sendRequest(url, { method: 'HEAD', signal });
    body.resume();
    const one = (name: string) => (headers[name] === undefined ? undefined : String(headers[name]));
    const tag = (one('x-linked-etag') ?? one('etag'))?.replace(/^W\/|"/g, '');
    const redirected = status >= 300 && status < 400 && headers.location !== undefined;
    // Only the hub's own headers tell; those of the store that it redirects to are another system's.
    if (redirected && one('x-linked-etag') === undefined) {
      url = new URL(headers.location ?? '', url).href;
      continue;
    }
    if (!redirected) checkStatus(status, address);
    const size = Number(one('x-linked-size') ?? (redirected ? undefined : one('content-length')));
    return {
      size: Number.isSafeInteger(size) && size >= 0 ? size : undefined,
      sha256: tag && /^[0-9a-f]{64}$/.test(tag) ? tag : undefined,
      gitBlob: tag && /^[0-9a-f]{40}$/.test(tag) ? tag : undefined,
      commit: one('x-repo-commit'),
    };
  }
  throw new HubError(`${new URL(address).host} redirects in circles`, false);
}

/**
 * Asks for the bytes of a file from `start` on, and follows redirects.
 *
 * @throws {HubError} when they are refused. @throws {Error} when there is no connection.
 */
export async function askForBytes(address: string, start: number, signal?: AbortSignal): Promise<HttpAnswer> {
  let url = address;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const headers: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {};
    const answer = await sendRequest(url, { method: 'GET', headers, signal });
    if (answer.status >= 300 && answer.status < 400 && answer.headers.location !== undefined) {
      answer.body.resume();
      url = new URL(answer.headers.location, url).href;
      continue;
    }
    if (answer.status !== 416) {
      try {
        checkStatus(answer.status, address);
      } catch (error) {
        answer.body.destroy();
        throw error;
      }
    }
    return answer;
  }
  throw new HubError(`${new URL(address).host} redirects in circles`, false);
}

/** The hub, or a store behind it, refuses. */
export class HubError extends Error {
  override readonly name = 'HubError';
  constructor(
    message: string,
    /** Whether it makes sense to try again. */
    readonly temporary: boolean,
  ) {
    super(message);
  }
}

function checkStatus(status: number, address: string): void {
  if (status >= 200 && status < 300) return;
  const { host, pathname } = new URL(address);
  const temporary = status >= 500 || status === 429 || status === 408;
  const hint =
    status === 401 || status === 403 || status === 404 ? ': it was moved, or needs a sign-in there' : '';
  throw new HubError(`${host} answers ${status} for ${pathname}${hint}`, temporary);
}
