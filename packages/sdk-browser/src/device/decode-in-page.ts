/**
 * Decoding with Web Audio, for browsers that cannot do it in a worker: workers have no Web Audio. The browser decodes a recording as a
 * whole, beside the page's thread, and keeps its samples: 230 MB for an hour of each channel. They are handed on window by window.
 */
import type { DecodedChunk } from './decode-media.js';

const SAMPLE_RATE = 16_000;
const WINDOW = 30 * SAMPLE_RATE;

/** A recording that was decoded. */
export interface PageRecording {
  /** Seconds. */
  readonly duration: number;
  /** The next samples; none at the end. */
  next(): DecodedChunk;
}

/** Decodes a recording; undefined where this browser cannot. */
export async function decodeInPage(recording: Blob): Promise<PageRecording | undefined> {
  if (typeof OfflineAudioContext === 'undefined') return undefined;
  let buffer: AudioBuffer;
  try {
    const context = new OfflineAudioContext(1, 1, SAMPLE_RATE);
    buffer = await context.decodeAudioData(await recording.arrayBuffer());
  } catch {
    return undefined;
  }
  let at = 0;
  return {
    duration: buffer.duration,
    next: () => {
      const length = Math.min(WINDOW, buffer.length - at);
      const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => {
        const samples = new Float32Array(length);
        buffer.copyFromChannel(samples, channel, at);
        return samples;
      });
      at += length;
      return { channels, sampleRate: SAMPLE_RATE };
    },
  };
}
