/**
 * A recording on its way up, to a route that answers with server-sent events: in parts that survive broken connections (uploads/),
 * or as a form with a file and a few fields. Streamed where the platform can; of a file's name only the extension leaves the device.
 */
import { IDEMPOTENCY_HEADER, type Progress, type Route } from '@sealscribe/protocol';
import { newId } from '@sealscribe/crypto';
import { SourceError } from './errors.js';
import type { Answer, Http } from './http.js';
import { encodeForm, iterate } from './multipart.js';
import type { AudioSource, OpenAudio } from './audio-source.js';
import type { Platform } from './platform.js';
import type { PartedAudio } from './uploads/resumable-upload.js';
import { RESUMABLE_FROM, withUpload } from './uploads/with-upload.js';

/** What goes with a recording. */
export interface RecordingRequest {
  /** Text fields; those that are undefined are not sent. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  /** Whether tries of the same form carry one Idempotency-Key, or a key that they carry. */
  readonly idempotent?: boolean | string | undefined;
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
  { fields, idempotent, signal, onProgress }: RecordingRequest,
  read: (answer: Answer) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const audio = await openAudio(http.platform, source);
  const parts = partsOf(audio, http.platform.streamsUploads);
  const sent =
    parts &&
    (await withUpload(http, parts, { signal, onProgress }, (upload) => {
      const form = encodeForm(textsOf({ ...fields, upload }), newBoundary());
      const headers = {
        ...{ accept: 'text/event-stream', 'content-type': form.contentType },
        ...keyHeader(idempotent),
      };
      return http.exchange(route, { headers, signal, patient: true, body: async () => form.body }, read);
    }));
  return sent ? sent.result : sendForm(http, route, audio, { fields, idempotent, signal, onProgress }, read);
}

/** The whole recording in one form. */
async function sendForm<T>(
  http: Http,
  route: Route,
  audio: OpenAudio,
  { fields, idempotent, signal, onProgress }: RecordingRequest,
  read: (answer: Answer) => Promise<T>,
): Promise<T> {
  const boundary = newBoundary();
  const headers: Record<string, string> = {
    accept: 'text/event-stream',
    'content-type': `multipart/form-data; boundary=${boundary}`,
    ...keyHeader(idempotent),
  };
  const { size } = audio;
  /** Of a recording of unknown size it is only known that it is on its way. */
  const report = (sent: number) => {
    if (size === undefined) return;
    const fraction = size === 0 ? 1 : Math.min(1, sent / size);
    onProgress?.({ stage: 'uploading', fraction, sentBytes: Math.min(sent, size), totalBytes: size });
  };
  return http.exchange(
    route,
    {
      headers,
      signal,
      repeatable: audio.reopenable || 'never',
      patient: audio.reopenable,
      body: async (attempt, touch) => {
        if (size === undefined) onProgress?.({ stage: 'uploading', fraction: 0 });
        else report(0);
        const whole = await readable(audio, attempt, http.platform.streamsUploads);
        const moved = (sent: number) => {
          touch();
          report(sent);
        };
        const data = whole instanceof Blob ? whole : counted(whole, moved);
        const file = { name: 'file', fileName: `audio${extension(audio.name)}`, data, size };
        const form = encodeForm([...textsOf(fields), file], boundary);
        if (form.body instanceof Blob) return form.body;
        if (!http.platform.streamsUploads) return gather(form.body);
        if (form.size !== undefined) headers['content-length'] = String(form.size);
        return form.body;
      },
    },
    (answer) => {
      // A body in one piece leaves unseen; an answer says that it has arrived.
      if (size !== undefined && !http.platform.streamsUploads) report(size);
      return read(answer);
    },
  );
}

const keyHeader = (idempotent: RecordingRequest['idempotent']): Record<string, string> =>
  idempotent ? { [IDEMPOTENCY_HEADER]: idempotent === true ? newId() : idempotent } : {};

const newBoundary = () => `sealscribe-${newId()}`;

const textsOf = (fields: RecordingRequest['fields']) =>
  Object.entries(fields).flatMap(([name, data]) => (data === undefined ? [] : [{ name, data }]));

/** The recording as parts that can be sent again, where it is large enough for that and can be read in any order. */
function partsOf(audio: OpenAudio, streams: boolean): PartedAudio | undefined {
  const { size } = audio;
  if (size === undefined || size < RESUMABLE_FROM || !audio.openPart) return undefined;
  return {
    size,
    openPart: async (start, end, signal) => {
      const data = await audio.openPart?.(start, end, signal);
      if (data === undefined) throw new SourceError('The recording can no longer be read.');
      const chunks = sourceErrors(data instanceof Blob ? iterate(data.stream()) : data, signal);
      return streams ? chunks : gather(chunks);
    },
  };
}

/** A source as bytes that can be read. @throws SourceError; TypeError when it is none */
export async function openAudio(platform: Platform, source: AudioSource): Promise<OpenAudio> {
  if (typeof source !== 'object' || source === null)
    throw new TypeError('source must be {path}, {url}, {data} or {stream}');
  if (source instanceof Blob) throw new TypeError('source must be {data: file}, not the file itself');
  if ('path' in source || 'url' in source) return platform.openAudio(source);
  if ('data' in source) {
    const { data, name } = source;
    if (!(data instanceof Uint8Array) && !(data instanceof Blob))
      throw new TypeError('source.data must be a Uint8Array or a Blob');
    // Bytes go into a Blob at once, so that a caller who reuses the array does not change a retry.
    const blob = data instanceof Blob ? data : new Blob([data as Uint8Array<ArrayBuffer>]);
    const fileName = name ?? (data instanceof Blob && 'name' in data ? String(data.name) : undefined);
    return {
      name: fileName,
      size: blob.size,
      reopenable: true,
      open: async () => blob,
      openPart: async (start, end) => blob.slice(start, end),
    };
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
export async function* sourceErrors(
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
  report: (sent: number) => void,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of chunks) {
    yield chunk;
    sent += chunk.length;
    report(sent);
  }
}
