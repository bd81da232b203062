/**
 * One resumable upload, by tus 1.0.0: parts one after another, and after a break the question how far the server has got. The
 * server's word is believed only where it is possible: it has what it confirmed, and no more than was sent.
 */
import {
  parseByteCount,
  routes,
  TUS_HEADER,
  TUS_VERSION,
  UPLOAD_LENGTH_HEADER,
  UPLOAD_OFFSET_HEADER,
  UPLOAD_TYPE,
  type Progress,
} from '@sealscribe/protocol';
import { ApiError, ConnectionError, SealscribeError, TimeoutError } from '../errors.js';
import type { Http } from '../http.js';
import { backoff, LONGEST_WAIT } from '../retry.js';
import { FIRST_PART, nextPartSize } from './part-size.js';

/** A recording whose parts can be read in any order. */
export interface PartedAudio {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` to before `end`. */
  openPart(start: number, end: number, signal: AbortSignal): Promise<Blob | AsyncIterable<Uint8Array>>;
}

/** Who watches an upload. */
export interface UploadWatch {
  readonly signal?: AbortSignal | undefined;
  /** Called with what the server has confirmed. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const headers = { [TUS_HEADER]: TUS_VERSION };
/** How often a part is tried for each of the client's `retries`, as long as nothing gets through. */
const PATIENCE = 3;
/** What has to get through before patience begins anew: a server that takes byte after byte is given up too. */
const GAIN = 64 * 1024;
/** Milliseconds that telling the server not to wait for more may take. */
const FAREWELL_MS = 1000;

/**
 * Asks the server for an upload of `size` bytes.
 *
 * @returns Its id, or undefined where the server has no resumable uploads.
 * @throws SealscribeError "bad_answer", and what `http` throws
 */
export async function createUpload(
  http: Http,
  size: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const request = {
      headers: { ...headers, [UPLOAD_LENGTH_HEADER]: String(size) },
      signal,
      patient: true,
    };
    const answer = await http.bytes(routes.createUpload, request);
    // Only the id of it: parts go to the server that was named by the caller, and nowhere else.
    const [, id] = /\/v1\/uploads\/([\w-]{22})$/.exec(answer.headers.get('location') ?? '') ?? [];
    if (id === undefined) throw contradiction();
    return id;
  } catch (failure) {
    if (failure instanceof ApiError && [404, 405, 501].includes(failure.status)) return undefined;
    throw failure;
  }
}

/**
 * Sends a recording to its end, however often the connection breaks meanwhile.
 *
 * @throws SealscribeError "bad_answer" when the server's offsets cannot be true; ApiError with status 404 when it has dropped the
 * upload; what `http` throws once nothing gets through any more
 */
export async function sendParts(
  http: Http,
  id: string,
  audio: PartedAudio,
  { signal, onProgress }: UploadWatch,
): Promise<void> {
  const { platform } = http;
  const { size } = audio;
  let offset = 0;
  let partSize = FIRST_PART;
  /** Tries in a row of which nothing came, and where they began. */
  let failures = 0;
  let stuckAt = 0;
  const report = () =>
    onProgress?.({ stage: 'uploading', fraction: offset / size, sentBytes: offset, totalBytes: size });
  report();
  let broken = false;
  for (let end = 0; offset < size;) {
    try {
      if (broken) {
        offset = await askOffset(http, id, { least: offset, most: end, size }, signal);
        broken = false;
        report();
        if (offset === size) return;
      }
      if (offset - stuckAt >= GAIN) failures = 0;
      end = Math.min(size, offset + partSize);
      const began = platform.now();
      await sendPart(http, id, audio, offset, end, signal);
      partSize = nextPartSize(partSize, platform.now() - began);
      offset = end;
      failures = 0;
      report();
    } catch (failure) {
      if (signal?.aborted || !mayGoOn(failure)) throw failure;
      broken = true;
      // A device without a network waits for one, for as long as it takes.
      if (await platform.whenOnline?.(signal)) continue;
      if (failures === 0) stuckAt = offset;
      if (failures >= PATIENCE * http.retries) throw failure;
      partSize = nextPartSize(partSize, Infinity);
      await platform.sleep(backoff(platform, failures++, failure), signal);
    }
  }
}

/** Tells the server that an upload is not needed any more, and waits for its answer no longer than a moment. */
export async function dropUpload(http: Http, id: string): Promise<void> {
  const answered = new AbortController();
  const dropped = http
    .done(routes.deleteUpload, { id, headers, repeatable: 'never' })
    .catch(() => undefined)
    .finally(() => answered.abort());
  await Promise.race([dropped, http.platform.sleep(FAREWELL_MS, answered.signal).catch(() => undefined)]);
}

async function sendPart(
  http: Http,
  id: string,
  audio: PartedAudio,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const request = {
    id,
    signal,
    // After a break it has to be asked first where to go on.
    repeatable: 'never' as const,
    // A line on which a part of this size takes so long is one on which smaller ones do better.
    grace: 0,
    headers: {
      ...headers,
      'content-type': UPLOAD_TYPE,
      'content-length': String(end - start),
      [UPLOAD_OFFSET_HEADER]: String(start),
    },
    body: async (attempt: AbortSignal, touch: () => void) => {
      const data = await audio.openPart(start, end, attempt);
      return data instanceof Blob ? data : touching(data, touch);
    },
  };
  const answer = await http.bytes(routes.continueUpload, request);
  if (parseByteCount(answer.headers.get(UPLOAD_OFFSET_HEADER)) !== end) throw contradiction();
}

/** How far the server has got, which is between what it confirmed before and what was sent. */
async function askOffset(
  http: Http,
  id: string,
  { least, most, size }: { least: number; most: number; size: number },
  signal: AbortSignal | undefined,
): Promise<number> {
  const answer = await http.bytes(routes.getUpload, { id, headers, signal, repeatable: 'never' });
  const offset = parseByteCount(answer.headers.get(UPLOAD_OFFSET_HEADER));
  const length = parseByteCount(answer.headers.get(UPLOAD_LENGTH_HEADER));
  if (offset === undefined || offset < least || offset > most || length !== size) throw contradiction();
  return offset;
}

/**
 * Whether asking where to go on may help: after broken connections, conflicts, and what servers and proxies say in bad moments (400
 * to a body that stalled).
 */
function mayGoOn(failure: unknown): boolean {
  if (failure instanceof ConnectionError || failure instanceof TimeoutError) return true;
  if (!(failure instanceof ApiError) || (failure.retryAfter ?? 0) > LONGEST_WAIT) return false;
  return [400, 408, 409, 423, 429].includes(failure.status) || failure.status >= 500;
}

const contradiction = () =>
  new SealscribeError(
    'bad_answer',
    'What the server says of the upload cannot be true: it loses bytes, or has some that were never sent.',
  );

async function* touching(chunks: AsyncIterable<Uint8Array>, touch: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    touch();
  }
}
