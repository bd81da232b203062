/**
 * Transcription where the client runs. Nothing of it knows the server: what the platform cannot do is an error, and there is no other
 * way on from here.
 */
import type { Transcript } from '@sealscribe/protocol';
import { SealscribeError } from './errors.js';
import type { StreamOptions, TranscriptStream } from './live-stream.js';
import type { AudioSource } from './audio-source.js';
import type { Platform } from './platform.js';
import { gather, openAudio } from './send-recording.js';
import type { TranscriptionWishes } from './transcription-wishes.js';

/** Where something is to be recognised. @throws TypeError when it is nowhere */
export function isOnDevice({ where = 'server' }: { where?: unknown }): boolean {
  if (where !== 'server' && where !== 'device') throw new TypeError('where must be "server" or "device"');
  return where === 'device';
}

/**
 * Transcribes a recording on this device.
 *
 * @throws SealscribeError "device_unsupported" where the platform has no recogniser, and what it throws; SourceError
 */
export async function transcribeOnDevice(
  platform: Platform,
  source: AudioSource,
  wishes: TranscriptionWishes,
): Promise<Transcript> {
  if (!platform.transcribeOnDevice) throw noRecogniser();
  const { signal = new AbortController().signal } = wishes;
  signal.throwIfAborted();
  const audio = await openAudio(platform, source);
  const data = await audio.open(signal);
  return platform.transcribeOnDevice(data instanceof Blob ? data : await gather(data), wishes);
}

/**
 * Opens a live stream on this device.
 *
 * @throws SealscribeError "device_unsupported" where the platform has no recogniser, and what it throws
 */
export async function streamOnDevice(platform: Platform, options: StreamOptions): Promise<TranscriptStream> {
  if (!platform.streamOnDevice) throw noRecogniser();
  options.signal?.throwIfAborted();
  return platform.streamOnDevice(options);
}

const noRecogniser = (): SealscribeError =>
  new SealscribeError(
    'device_unsupported',
    'This client has no recogniser of its own: use one in a browser, or run a server on this machine.',
  );
