/**
 * From a recording to a transcript: `POST /v1/transcribe`, with progress, segments and the result streamed down as server-sent
 * events. Keeps nothing. on-device.ts is the way that sends nothing.
 */
import { eventSchemas, routes, toSrt, toTxt, toVtt, type Transcript } from '@sealscribe/protocol';
import { ConnectionError } from './errors.js';
import { badAnswer, checkShape, parseJson, refusal, type Answer, type Http } from './http.js';
import type { AudioSource } from './audio-source.js';
import { sendRecording } from './send-recording.js';
import { readEvents } from './sse.js';
import type { TranscriptionWishes } from './transcription-wishes.js';
import { isOnDevice, transcribeOnDevice } from './on-device.js';

/** What to do with a recording. */
export interface TranscribeOptions extends TranscriptionWishes {
  /**
   * Where the recording is recognised: on the `server` (the default), or on this `device`, where nothing is sent and where what is missing
   * is an error. Browsers can.
   */
  where?: 'server' | 'device' | undefined;
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
  const onDevice = isOnDevice(options);
  if (format !== undefined && !Object.hasOwn(formats, format))
    throw new TypeError('format must be "srt", "vtt" or "text"');
  const answer = (transcript: Transcript) =>
    format === undefined ? transcript : formats[format](transcript);
  const { speakers = 0, diarize = speakers > 0 } = options;
  if (!Number.isSafeInteger(speakers) || speakers < 0 || speakers > 20)
    throw new RangeError('speakers must be a whole number up to 20');
  if (onDevice)
    return answer(await transcribeOnDevice(http.platform, source, { ...options, diarize, speakers }));
  const fields = {
    language: options.language,
    model: options.model,
    diarize: diarize ? 'true' : undefined,
    speakers: diarize && speakers > 0 ? String(speakers) : undefined,
  };
  const seen = { segments: 0 };
  const transcript = await sendRecording(
    http,
    routes.transcribe,
    source,
    { fields, signal, onProgress },
    (answer) => readResult(answer, options, seen),
  );
  return answer(transcript);
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
      throw toRefusal(value());
    }
  }
  throw new ConnectionError('The connection broke before the transcript was complete.');
}

/** The error that an `error` event tells of. */
export function toRefusal(failure: unknown): Error {
  if (typeof failure !== 'object' || failure === null) return badAnswer();
  const { code, requestId } = failure as Record<string, unknown>;
  return refusal(undefined, code, typeof requestId === 'string' ? requestId : undefined);
}
