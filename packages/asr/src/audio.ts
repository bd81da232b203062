/**
 * The one shape of audio in this package: mono, 16,000 samples a second, float32 from -1 to 1. Decoding happens
 * elsewhere; input/ brings what comes out of it into this shape.
 */

/** Samples per second of all audio here. */
export const SAMPLE_RATE = 16_000;

/** Samples in one frame of voice activity detection: 32 ms. */
export const FRAME_SAMPLES = 512;

/** Samples as seconds, rounded to a millisecond so that times read well. */
export function toSeconds(samples: number): number {
  return Math.round((samples * 1000) / SAMPLE_RATE) / 1000;
}
