/**
 * Sends the sound of a transcript, sealed as it is read (docs/formats.md, sealed-v1, "Recording"): piece by piece, each of which can be
 * sent again, so that neither a long recording nor a bad line needs it whole in memory. It counts for nothing before the write that
 * names it in the card; where that does not come about, the server is told to forget it.
 */
import { sealRecording, sealedLength, type RecordingRef } from '@sealscribe/crypto';
import { toMediaType, type SentRecording } from '@sealscribe/protocol';
import { iterate } from '../multipart.js';
import type { AudioSource, OpenAudio } from '../audio-source.js';
import { octets } from '../private-mode.js';
import { openAudio, sourceErrors } from '../send-recording.js';
import type { Space } from '../space.js';
import type { RecordingOptions } from '../vault-types.js';
import { typeOfName } from './media-type.js';
import { streamOf } from './stream-of.js';

/** A recording that the server has whole: what the card is to say, and what the request that sends the card. */
export interface SealedSound {
  card: RecordingRef & { type: string };
  sent: SentRecording;
}

/** A recording to be sealed. */
export interface Sound {
  type: string;
  /** Bytes, or undefined where that is not known beforehand. */
  size: number | undefined;
  bytes: AsyncIterable<Uint8Array>;
}

/** Milliseconds that telling the server to forget a recording may take. */
const FAREWELL_MS = 1000;

/**
 * The sound of a source.
 * @throws SourceError; TypeError when it is none
 */
export async function openSound(
  { requests }: Space,
  source: AudioSource,
  signal?: AbortSignal,
): Promise<Sound> {
  signal ??= new AbortController().signal;
  const audio: OpenAudio = await openAudio(requests.platform, source);
  const data = await audio.open(signal);
  const told =
    'data' in source && source.data instanceof Blob
      ? source.data.type
      : data instanceof Blob
        ? data.type
        : '';
  return {
    type: toMediaType(told || typeOfName(audio.name)),
    size: audio.size ?? (data instanceof Blob ? data.size : undefined),
    bytes: sourceErrors(data instanceof Blob ? iterate(data.stream()) : data, signal),
  };
}

/**
 * Seals and sends a recording, then calls `write`, which is to name it in the card.
 *
 * @throws ApiError "payload_too_large" when the account has no room; SourceError; what `write` throws, and the signal's reason
 */
export async function withSealedSound<T>(
  space: Space,
  id: string,
  { type, size, bytes }: Sound,
  { signal, onProgress }: RecordingOptions,
  write: (sound: SealedSound) => Promise<T>,
): Promise<T> {
  const { requests, routes } = space;
  const sealing = await sealRecording(id);
  const reader = streamOf(bytes).pipeThrough(sealing).getReader();
  const total = size === undefined ? undefined : sealedLength(size);
  let length = 0;
  onProgress?.({ bytes: length, total });
  try {
    for (let piece = 0; ; piece++) {
      signal?.throwIfAborted();
      // Whoever locks the vault means this too; and it is no idle vault as long as something is sent.
      space.keys();
      const { done, value } = await reader.read();
      if (done) break;
      await requests.done(routes.putPiece, {
        ...{ id, subId: sealing.id, piece, signal, patient: true },
        headers: octets,
        body: async () => value,
      });
      length += value.length;
      onProgress?.({ bytes: length, total });
    }
    signal?.throwIfAborted();
    return await write({ card: { ...sealing.ref(), type }, sent: { id: sealing.id, size: length } });
  } catch (failure) {
    await reader.cancel(failure).catch(() => undefined);
    await forget(space, id, sealing.id);
    throw failure;
  }
}

/** The server keeps what a card names, should the write have arrived all the same; the rest goes, at the latest after a day. */
async function forget({ requests, routes }: Space, id: string, recordingId: string): Promise<void> {
  const answered = new AbortController();
  const forgotten = requests
    .done(routes.deleteRecording, { id, subId: recordingId, repeatable: 'never' })
    .catch(() => undefined)
    .finally(() => answered.abort());
  const waited = requests.platform.sleep(FAREWELL_MS, answered.signal).catch(() => undefined);
  await Promise.race([forgotten, waited]);
}
