/** What neural models say of a window, as a list of numbers that can be sent and kept: who speaks in each frame, and their voices. */
import { LOCAL_SPEAKERS } from './segmentation.js';

/** Frames whose three bits fit into one float32 exactly. */
const FRAMES_PER_VALUE = 8;

/** A voice of a window. */
export interface LocalVoice {
  /** Which of the window's speakers it is. */
  readonly speaker: number;
  /** Seconds in which nobody else speaks. */
  readonly seconds: number;
  /** A direction, of length 1. */
  readonly embedding: Float32Array;
}

/** A window: the speakers of each frame, one bit each, and the voices of those who say enough. */
export interface WindowVoices {
  readonly masks: Uint8Array;
  readonly voices: readonly LocalVoice[];
}

/** Head (frames, voices), masks packed, then of each voice its speaker, seconds and embedding. */
export function packVoices({ masks, voices }: WindowVoices): Float32Array {
  const packed = new Float32Array(Math.ceil(masks.length / FRAMES_PER_VALUE));
  masks.forEach((mask, i) => {
    packed[Math.floor(i / FRAMES_PER_VALUE)] += mask * 2 ** (LOCAL_SPEAKERS * (i % FRAMES_PER_VALUE));
  });
  const told = voices.flatMap(({ speaker, seconds, embedding }) => [speaker, seconds, ...embedding]);
  return Float32Array.from([masks.length, voices.length, ...packed, ...told]);
}

/** The reverse of {@link packVoices}. */
export function unpackVoices(values: Float32Array): WindowVoices {
  const [frames, count] = values;
  const packed = values.subarray(2, 2 + Math.ceil(frames / FRAMES_PER_VALUE));
  const rest = values.subarray(2 + packed.length);
  const size = count === 0 ? 0 : rest.length / count;
  return {
    masks: Uint8Array.from({ length: frames }, (_, i) => {
      const shift = LOCAL_SPEAKERS * (i % FRAMES_PER_VALUE);
      return (packed[Math.floor(i / FRAMES_PER_VALUE)] >> shift) & (2 ** LOCAL_SPEAKERS - 1);
    }),
    voices: Array.from({ length: count }, (_, i) => {
      const [speaker, seconds] = rest.subarray(i * size, i * size + 2);
      return { speaker, seconds, embedding: rest.subarray(i * size + 2, (i + 1) * size) };
    }),
  };
}
