/**
 * A recording on its way up, as a form with a file and a few fields, to a route that answers with server-sent events. Streamed where
 * the platform can; of a file's name only the extension leaves the device.
 */
import type { Progress, Route } from '@sealscribe/protocol';
import { newId } from '@sealscribe/crypto';
import { SourceError } from './errors.js';
import type { Answer, Http } from './http.js';
import { encodeForm, iterate } from './multipart.js';
import type { AudioSource, OpenAudio, Platform } from './platform.js';

/** What goes with a recording. */
export interface RecordingRequest {
  /** Text fields; those that are undefined are not sent. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Sends a recording and reads the answer. A source that can be opened again is tried again when the connection breaks; a stream
 * is not.
 *
 * @throws SourceError when the recording cannot be read, ApiError when the server refuses it, and what `http` and `read` throw
 */
export async function sendRecording<T>(
  http: Http,
  route: Route,
  source: AudioSource,
  { fields, signal, onProgress }: RecordingRequest,
  read: (answer: Answer) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const audio = await openAudio(http.platform, source);
  const boundary = `sealscribe-${newId()}`;
  const headers: Record<string, string> = {
    accept: 'text/event-stream',
    'content-type': `multipart/form-data; boundary=${boundary}`,
  };
  const texts = Object.entries(fields).flatMap(([name, data]) =>
    data === undefined ? [] : [{ name, data }],
  );
  return http.exchange(
    route,
    {
      headers,
      signal,
      repeatable: audio.reopenable || 'never',
      body: async (attempt, touch) => {
        onProgress?.({ stage: 'uploading', fraction: 0 });
        const data = await readable(audio, attempt, http.platform.streamsUploads);
        const file = { name: 'file', fileName: `audio${extension(audio.name)}`, data, size: audio.size };
        const form = encodeForm([...texts, file], boundary);
        if (form.body instanceof Blob) return form.body;
        if (!http.platform.streamsUploads) return gather(form.body);
        if (form.size !== undefined) headers['content-length'] = String(form.size);
        return counted(form.body, form.size, touch, onProgress);
      },
    },
    read,
  );
}

/** A source as bytes that can be read. @throws SourceError; TypeError when it is none */
export async function openAudio(platform: Platform, source: AudioSource): Promise<OpenAudio> {
  if (typeof source !== 'object' || source === null)
    throw new TypeError('source must be {path}, {url}, {data} or {stream}');
  if ('path' in source || 'url' in source) return platform.openAudio(source);
  if ('data' in source) {
    const { data, name } = source;
    if (!(data instanceof Uint8Array) && !(data instanceof Blob))
      throw new TypeError('source.data must be a Uint8Array or a Blob');
    // Bytes go into a Blob at once, so that a caller who reuses the array does not change a retry.
    const blob = data instanceof Blob ? data : new Blob([data as Uint8Array<ArrayBuffer>]);
    const fileName = name ?? (data instanceof Blob && 'name' in data ? String(data.name) : undefined);
    return { name: fileName, size: blob.size, reopenable: true, open: async () => blob };
  }
  if ('stream' in source) {
    const { stream, name } = source;
    const bytes = 'getReader' in stream ? iterate(stream) : stream;
    if (typeof bytes?.[Symbol.asyncIterator] !== 'function')
      throw new TypeError('source.stream must be a ReadableStream or an async iterable of bytes');
    return { name, size: undefined, reopenable: false, open: async () => bytes };
  }
  throw new TypeError('source must be {path}, {url}, {data} or {stream}');
}

/** The bytes of a recording, as a stream wherever that can be sent: then it is seen how far it has got. */
async function readable(
  audio: OpenAudio,
  signal: AbortSignal,
  streams: boolean,
): Promise<Blob | AsyncIterable<Uint8Array>> {
  const data = await audio.open(signal);
  if (!(data instanceof Blob)) return sourceErrors(data, signal);
  return streams ? sourceErrors(iterate(data.stream()), signal) : data;
}

/** Failing to read the recording is the source's error, not the connection's. */
async function* sourceErrors(
  data: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* data;
  } catch (cause) {
    if (signal.aborted || cause instanceof SourceError) throw cause;
    throw new SourceError('The recording could not be read to its end.', { cause });
  }
}

/** Only a plain extension such as ".mp3": it helps the server to tell media apart, and names nobody. */
const extension = (name: string | undefined): string => /\.[a-z0-9]{1,5}$/i.exec(name ?? '')?.[0] ?? '';

/** All of it in memory, for what takes nothing else. */
export async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Blob(parts as BlobPart[]);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  size: number | undefined,
  touch: () => void,
  onProgress: RecordingRequest['onProgress'],
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of chunks) {
    yield chunk;
    touch();
    sent += chunk.length;
    if (size !== undefined) onProgress?.({ stage: 'uploading', fraction: Math.min(1, sent / size) });
  }
}
