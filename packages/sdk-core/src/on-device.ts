/**
 * Transcription where the client runs. Nothing of it knows the server: what the platform cannot do is an error, and there is no other
 * way on from here.
 */
import type { Transcript } from '@sealscribe/protocol';
import { SealscribeError } from './errors.js';
import type { AudioSource, Platform } from './platform.js';
import { gather, openAudio } from './send-recording.js';
import type { TranscriptionWishes } from './transcription-wishes.js';

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
  if (!platform.transcribeOnDevice)
    throw new SealscribeError(
      'device_unsupported',
      'This client has no recogniser of its own: use one in a browser, or run a server on this machine.',
    );
  const { signal = new AbortController().signal } = wishes;
  signal.throwIfAborted();
  const audio = await openAudio(platform, source);
  const data = await audio.open(signal);
  return platform.transcribeOnDevice(data instanceof Blob ? data : await gather(data), wishes);
}
