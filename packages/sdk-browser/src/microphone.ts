/**
 * The microphone as samples that `client.stream` takes: 16-bit, 16 kHz, mono. The browser resamples; the samples are gathered in the
 * audio thread (capture-worklet.js), so that a busy page loses none.
 */
import { SealscribeError } from '@sealscribe/sdk-core';

const RATE = 16_000;

/** Where the microphone is opened from. */
export interface MicrophoneOptions {
  /** Address of capture-worklet.js, for pages whose bundler does not find it by itself. */
  worklet?: string | URL;
  /** Id of a device (`navigator.mediaDevices.enumerateDevices`); the browser's choice otherwise. */
  device?: string;
}

/** A microphone that is open. Iterating gives what is spoken, in chunks of a tenth of a second, until `stop`. */
export interface Microphone extends AsyncIterable<Int16Array<ArrayBuffer>> {
  /** Switches it off; what was gathered until then still comes. */
  stop(): void;
}

/**
 * Opens the microphone; the browser asks the person.
 *
 * @throws SealscribeError "microphone_denied" when the person or the page's policy says no, "microphone_missing" when there is none,
 * "feature_missing" when the browser cannot record, "insecure_context"
 * @example
 * ```ts
 * const microphone = await openMicrophone();
 * for await (const chunk of microphone) await stream.write(chunk);
 * ```
 */
export async function openMicrophone(options: MicrophoneOptions = {}): Promise<Microphone> {
  if (!globalThis.isSecureContext)
    throw new SealscribeError(
      'insecure_context',
      'This page has no microphone: serve it over https:// or open it from localhost.',
    );
  if (!('mediaDevices' in navigator) || typeof AudioWorkletNode === 'undefined')
    throw new SealscribeError(
      'feature_missing',
      'This browser cannot record sound (mediaDevices, AudioWorklet): use another.',
    );
  const media = await askForMicrophone(options.device);
  try {
    return await capture(media, options.worklet);
  } catch (cause) {
    for (const track of media.getTracks()) track.stop();
    throw new SealscribeError(
      'feature_missing',
      'The recording did not start: is capture-worklet.js there, and does the browser allow sound?',
      { cause },
    );
  }
}

async function askForMicrophone(device: string | undefined): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, ...(device === undefined ? {} : { deviceId: { exact: device } }) },
    });
  } catch (cause) {
    const isDenied = cause instanceof DOMException && /^(NotAllowed|Security)Error$/.test(cause.name);
    throw isDenied
      ? new SealscribeError(
          'microphone_denied',
          'The microphone is not allowed: allow it for this page in the browser.',
          { cause },
        )
      : new SealscribeError('microphone_missing', 'There is no microphone that can be opened.', { cause });
  }
}

async function capture(media: MediaStream, worklet: string | URL | undefined): Promise<Microphone> {
  const context = new AudioContext({ sampleRate: RATE });
  await context.audioWorklet.addModule(worklet ?? new URL('./capture-worklet.js', import.meta.url));
  const node = new AudioWorkletNode(context, 'sealscribe-capture', { numberOfOutputs: 0 });
  const queue: Int16Array<ArrayBuffer>[] = [];
  let isOpen = true;
  let wake: () => void = () => undefined;
  node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    if (isOpen) queue.push(toInt16(data));
    wake();
  };
  const stop = () => {
    if (!isOpen) return;
    isOpen = false;
    for (const track of media.getTracks()) track.stop();
    // Nobody waits for it: it ends with the page at the latest.
    context.close().catch(() => undefined);
    wake();
  };
  // A device that is pulled out ends the recording as `stop` does.
  for (const track of media.getTracks()) track.addEventListener('ended', stop);
  context.createMediaStreamSource(media).connect(node);
  await context.resume();
  return {
    stop,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const chunk = queue.shift();
        if (chunk) yield chunk;
        else if (!isOpen) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function toInt16(samples: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32_767);
}
