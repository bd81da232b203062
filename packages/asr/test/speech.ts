/** Made-up speech: probabilities and samples for tests that need many shapes rather than real sound. */
import { fileURLToPath } from 'node:url';

/** The recording that comes with the dependencies: President Kennedy, 11 s, mono, 16 kHz. */
export const jfkPath = fileURLToPath(
  new URL(
    '../../../node_modules/nodejs-whisper/cpp/whisper.cpp/bindings/go/samples/jfk.wav',
    import.meta.url,
  ),
);

/** Random numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Probabilities of speech as a detector might give them: runs of speech, silence and hesitation from one frame to `longest`.
 */
export function randomProbabilities(random: () => number, frames: number, longest: number): Float32Array {
  const levels = [0.05, 0.42, 0.95, 0.95];
  const probabilities = new Float32Array(frames);
  for (let i = 0; i < frames;) {
    const level = levels[Math.floor(random() * levels.length)];
    const end = Math.min(frames, i + 1 + Math.floor(random() ** 3 * longest));
    for (; i < end; i++) probabilities[i] = Math.min(1, Math.max(0, level + (random() - 0.5) * 0.3));
  }
  return probabilities;
}
