/**
 * From a recording to a transcript: `POST /v1/transcribe`, with progress, segments and the result streamed down as server-sent
 * events. Keeps nothing. on-device.ts is the way that sends nothing.
 */
import { routes, toSrt, toTxt, toVtt, type Transcript } from '@sealscribe/protocol';
import type { Http } from './http.js';
import type { AudioSource } from './audio-source.js';
import { sendRecording } from './send-recording.js';
import { onDemand } from './on-demand.js';
import { readTranscription } from './transcription-events.js';
import { fieldsOf, type TranscriptionWishes } from './transcription-wishes.js';
import { isOnDevice, transcribeOnDevice } from './on-device.js';

/** What to do with a recording. */
export interface TranscribeOptions extends TranscriptionWishes {
  /**
   * Where the recording is recognised: on the `server` (the default), or on this `device`, where nothing is sent and where what is missing
   * is an error. Browsers can.
   */
  where?: 'server' | 'device' | undefined;
  /**
   * As a job of the server, which goes on while nobody listens: for long recordings behind a proxy that cuts long requests. The result is the
   * same, and the server forgets it as soon as it is here.
   */
  job?: boolean | undefined;
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
  const fields = fieldsOf(options);
  if (onDevice) {
    const { speakers = 0, diarize = speakers > 0 } = options;
    return answer(await transcribeOnDevice(http.platform, source, { ...options, diarize, speakers }));
  }
  if (options.job) {
    const { transcribeAsJob } = await onDemand(import('./jobs/transcribe-as-job.js'));
    return answer(await transcribeAsJob(http, source, options));
  }
  const seen = { segments: 0 };
  const transcript = await sendRecording(
    http,
    routes.transcribe,
    source,
    { fields, signal, onProgress },
    (answer) => readTranscription(answer, options, seen),
  );
  return answer(transcript);
}
