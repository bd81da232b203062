/**
 * Fetches the sound of a transcript and opens it as it comes: only what the card names, and all of it or an error. A recording that the
 * card names and the server does not give has vanished.
 */
import { PIECE_BYTES, openRecording, sealedLength } from '@sealscribe/crypto';
import { IntegrityError } from '../errors.js';
import { isNotFound } from '../http.js';
import { explain, verified } from '../integrity.js';
import { iterate } from '../multipart.js';
import type { Space } from '../space.js';
import type { OpenRecord } from '../vault-records.js';
import type { KeptRecording, RecordingOptions } from '../vault-types.js';
import { streamOf } from './stream-of.js';

/**
 * The recording that a card names, or undefined where it names none. `current` reads the card as it is now.
 */
export function openKept(
  space: Space,
  { id, card: { recording } }: OpenRecord,
  options: RecordingOptions,
  current: () => Promise<OpenRecord>,
): KeptRecording | undefined {
  if (!recording) return undefined;
  const { size, type } = recording;
  const isStillNamed = async () => (await current()).card.recording?.id === recording.id;
  const stream = () => streamOf(openPieces(space, { id, recording }, options, isStillNamed));
  return { size, type, stream, blob: async () => gather(stream(), type) };
}

type Named = { id: string; recording: NonNullable<OpenRecord['card']['recording']> };

async function* openPieces(
  space: Space,
  named: Named,
  options: RecordingOptions,
  isStillNamed: () => Promise<boolean>,
): AsyncGenerator<Uint8Array> {
  const { id, recording } = named;
  try {
    const opening = await verified(() => openRecording(id, recording), id);
    yield* iterate(streamOf(fetchPieces(space, named, options, isStillNamed)).pipeThrough(opening));
  } catch (failure) {
    throw explain(failure, id);
  }
}

/** The sealed pieces in order; the next one is under way while one is opened. */
async function* fetchPieces(
  space: Space,
  { id, recording }: Named,
  { signal, onProgress }: RecordingOptions,
  isStillNamed: () => Promise<boolean>,
): AsyncGenerator<Uint8Array> {
  const { requests, routes } = space;
  const total = sealedLength(recording.size);
  const count = Math.ceil(total / PIECE_BYTES);
  const fetchPiece = async (piece: number) => {
    // Whoever locks the vault means this too; and it is no idle vault as long as something is fetched.
    space.keys();
    const headers = { accept: 'application/octet-stream' };
    const { bytes } = await requests.bytes(routes.piece, { id, subId: recording.id, piece, headers, signal });
    if (bytes.length !== Math.min(PIECE_BYTES, total - piece * PIECE_BYTES))
      throw new IntegrityError(
        'malformed',
        'A piece of the recording is not of the size that it must have.',
        {
          id,
        },
      );
    return bytes;
  };
  const start = (piece: number) => {
    const fetching = fetchPiece(piece);
    // Heard when it is its turn, if somebody is still there to hear.
    fetching.catch(() => undefined);
    return fetching;
  };
  let bytes = 0;
  onProgress?.({ bytes, total });
  try {
    let next = start(0);
    for (let piece = 1; piece <= count; piece++) {
      const sealed = await next;
      if (piece < count) next = start(piece);
      yield sealed;
      onProgress?.({ bytes: (bytes += sealed.length), total });
    }
  } catch (failure) {
    // Another device may have taken it away or put another in its place meanwhile.
    if (isNotFound(failure) && (await isStillNamed()))
      throw new IntegrityError('vanished', 'The card names a recording that the server does not give.', {
        id,
      });
    throw failure;
  }
}

async function gather(stream: ReadableStream<Uint8Array>, type: string): Promise<Blob> {
  const chunks: BlobPart[] = [];
  for await (const chunk of iterate(stream)) chunks.push(chunk as Uint8Array<ArrayBuffer>);
  return new Blob(chunks, { type });
}
