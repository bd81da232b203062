/**
 * A recording sent as a resumable upload, and used. An upload is used up by its answer; where the server has dropped it, or the
 * answer was lost with it, everything begins anew.
 */
import { ApiError } from '../errors.js';
import type { Http } from '../http.js';
import {
  createUpload,
  dropUpload,
  sendParts,
  type PartedAudio,
  type UploadWatch,
} from './resumable-upload.js';

/** Bytes from which a recording is sent in parts: below it, asking for an upload takes longer than it can save. */
export const RESUMABLE_FROM = 2 * 1024 ** 2;

const MOST_RESTARTS = 2;

/**
 * Sends a recording in parts and gives the upload's id to `use`. However that ends, the server keeps nothing.
 *
 * @returns What `use` returns, or undefined where the server has no resumable uploads.
 * @throws what sending and `use` throw
 */
export async function withUpload<T>(
  http: Http,
  audio: PartedAudio,
  watch: UploadWatch,
  use: (id: string) => Promise<T>,
): Promise<{ result: T } | undefined> {
  for (let restarts = 0; ; restarts++) {
    const id = await createUpload(http, audio.size, watch.signal);
    if (id === undefined) return undefined;
    try {
      await sendParts(http, id, audio, watch);
      return { result: await use(id) };
    } catch (failure) {
      if (!isGone(failure)) await dropUpload(http, id);
      if (!isGone(failure) || restarts >= MOST_RESTARTS) throw failure;
    }
  }
}

/** Whether the server does not know the upload; a model that it does not know has a code of its own. */
const isGone = (failure: unknown): boolean =>
  failure instanceof ApiError && failure.status === 404 && failure.code !== 'model_not_found';
