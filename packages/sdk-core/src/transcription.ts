/**
 * From a recording to a transcript: `POST /v1/transcribe`, with the recording streamed up and progress, segments and the result
 * streamed down as server-sent events. Keeps nothing. Of a file's name only the extension leaves the device.
 */
import {
  eventSchemas,
  routes,
  toSrt,
  toTxt,
  toVtt,
  type Progress,
  type Segment,
  type Transcript,
} from '@sealscribe/protocol';
import { newId } from '@sealscribe/crypto';
import { ConnectionError, SourceError } from './errors.js';
import { badAnswer, checkShape, parseJson, refusal, type Answer, type Http } from './http.js';
import { encodeForm, iterate } from './multipart.js';
import type { AudioSource, OpenAudio } from './platform.js';
import { readEvents } from './sse.js';

/** What to do with a recording. */
export interface TranscribeOptions {
  /** ISO 639-1 code, or "auto" (the default). */
  language?: string;
  /** Id of a model; the server's default otherwise. */
  model?: string;
  /** Whether to tell speakers apart: their labels stand in the result, not in the segments that `onSegment` is called with. */
  diarize?: boolean;
  /** How many speakers there are, up to 20; 0 (the default) means find out. Anything above implies `diarize`. */
  speakers?: number;
  signal?: AbortSignal;
  /** Called with each step forward; `fraction` is 0 to 1 of its stage. Starts anew when the connection broke and is tried again. */
  onProgress?: (progress: Progress) => void;
  /** Called with each segment as soon as it is certain, in order, once each. */
  onSegment?: (segment: Segment) => void;
  /** Answer with a text in this format instead of a transcript. */
  format?: 'srt' | 'vtt' | 'text' | undefined;
}

const formats = { srt: toSrt, vtt: toVtt, text: toTxt } as const;

/**
 * Transcribes a recording. A source that can be opened again is tried again when the connection breaks; a stream is not.
 *
 * @throws SourceError when the recording cannot be read, ApiError when the server refuses it, and what `http` throws
 */
export async function transcribe(
  http: Http,
  source: AudioSource,
  options: TranscribeOptions,
): Promise<Transcript | string> {
  const { format, signal, onProgress } = options;
  if (format !== undefined && !Object.hasOwn(formats, format))
    throw new TypeError('format must be "srt", "vtt" or "text"');
  const { speakers = 0, diarize = speakers > 0 } = options;
  if (!Number.isSafeInteger(speakers) || speakers < 0 || speakers > 20)
    throw new RangeError('speakers must be a whole number up to 20');
  signal?.throwIfAborted();
  const audio = await openAudio(http, source);
  const boundary = `sealscribe-${newId()}`;
  const headers: Record<string, string> = {
    accept: 'text/event-stream',
    'content-type': `multipart/form-data; boundary=${boundary}`,
  };
  const seen = { segments: 0 };
  const transcript = await http.exchange(
    routes.transcribe,
    {
      headers,
      signal,
      repeatable: audio.reopenable || 'never',
      body: async (attempt, touch) => {
        onProgress?.({ stage: 'uploading', fraction: 0 });
        const form = encodeForm(
          [
            ...(options.language === undefined ? [] : [{ name: 'language', data: options.language }]),
            ...(options.model === undefined ? [] : [{ name: 'model', data: options.model }]),
            ...(diarize ? [{ name: 'diarize', data: 'true' }] : []),
            ...(diarize && speakers > 0 ? [{ name: 'speakers', data: String(speakers) }] : []),
            {
              name: 'file',
              fileName: `audio${extension(audio.name)}`,
              data: await readable(audio, attempt, http.platform.streamsUploads),
              size: audio.size,
            },
          ],
          boundary,
        );
        if (form.body instanceof Blob) return form.body;
        if (!http.platform.streamsUploads) return gather(form.body);
        if (form.size !== undefined) headers['content-length'] = String(form.size);
        return counted(form.body, form.size, touch, onProgress);
      },
    },
    (answer) => readResult(answer, options, seen),
  );
  return format === undefined ? transcript : formats[format](transcript);
}

async function openAudio(http: Http, source: AudioSource): Promise<OpenAudio> {
  if (typeof source !== 'object' || source === null)
    throw new TypeError('source must be {path}, {url}, {data} or {stream}');
  if ('path' in source || 'url' in source) return http.platform.openAudio(source);
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

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Blob(parts as BlobPart[]);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  size: number | undefined,
  touch: () => void,
  onProgress: TranscribeOptions['onProgress'],
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of chunks) {
    yield chunk;
    touch();
    sent += chunk.length;
    if (size !== undefined) onProgress?.({ stage: 'uploading', fraction: Math.min(1, sent / size) });
  }
}

async function readResult(
  { chunks }: Answer,
  { onProgress, onSegment }: TranscribeOptions,
  seen: { segments: number },
): Promise<Transcript> {
  for await (const { name, data } of readEvents(chunks)) {
    const value = () => parseJson(new TextEncoder().encode(data));
    if (name === 'progress') {
      const progress = checkShape(eventSchemas.progress, value());
      // Ours is exact; the server's would jump back.
      if (progress.stage !== 'uploading') onProgress?.(progress);
    } else if (name === 'segment') {
      const segment = checkShape(eventSchemas.segment, value());
      // After a retry the server starts again from the first; the caller has heard those.
      if (segment.id === seen.segments) {
        seen.segments++;
        onSegment?.(segment);
      }
    } else if (name === 'result') {
      return checkShape(eventSchemas.result, value());
    } else if (name === 'error') {
      const failure = value();
      if (typeof failure !== 'object' || failure === null) throw badAnswer();
      const { code, requestId } = failure as Record<string, unknown>;
      throw refusal(undefined, code, typeof requestId === 'string' ? requestId : undefined);
    }
  }
  throw new ConnectionError('The connection broke before the transcript was complete.');
}
