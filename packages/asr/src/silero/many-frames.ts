/** Silero VAD as composed by compose-vad.ts: many frames in one run, a quarter of the work. */
import type { InferenceSession } from 'onnxruntime-common';
import { FRAME_SAMPLES } from '../audio.js';
import { openSession, runSession, type Runtime, type SessionOptions } from '../runtime.js';
import { COLUMN_SAMPLES, COLUMNS, HIDDEN, names } from './compose-vad.js';
import { CONTEXT_SAMPLES, type FrameModel, type FrameResult } from './frame-model.js';

/** Two seconds: what is computed in between stays in a processor's cache. */
const MOST_FRAMES = 64;
/** A single row is multiplied by another kernel, whose last digits differ. */
const LEAST_FRAMES = 2;
const HOP = COLUMN_SAMPLES / 2;

/** A graph made by {@link composeVad}. */
export class ManyFrames implements FrameModel {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: InferenceSession,
  ) {}

  /** @throws {AsrError} `invalid_model`. */
  static async load(runtime: Runtime, graph: Uint8Array, options?: SessionOptions): Promise<ManyFrames> {
    const expected = {
      name: 'Silero VAD',
      inputs: [names.columns, names.frames, names.hidden, names.cell],
      outputs: [names.probabilities, names.nextHidden, names.nextCell],
    };
    return new ManyFrames(runtime, await openSession(runtime, graph, expected, options));
  }

  async run(samples: Float32Array, state: Float32Array): Promise<FrameResult> {
    const frames = (samples.length - CONTEXT_SAMPLES) / FRAME_SAMPLES;
    const probabilities = new Float32Array(frames);
    let next: Float32Array = state.slice();
    for (let first = 0; first < frames; first += MOST_FRAMES) {
      const count = Math.min(MOST_FRAMES, frames - first);
      const part = await this.#runSome(samples.subarray(first * FRAME_SAMPLES), count, next);
      probabilities.set(part.probabilities.subarray(0, count), first);
      next = part.state;
    }
    return { probabilities, state: next };
  }

  async #runSome(samples: Float32Array, count: number, state: Float32Array): Promise<FrameResult> {
    const { Tensor } = this.runtime;
    const rows = Math.max(count, LEAST_FRAMES) * COLUMNS;
    const columns = new Float32Array(rows * COLUMN_SAMPLES);
    for (let frame = 0; frame < count; frame++)
      for (let column = 0; column < COLUMNS; column++)
        fillColumn(
          columns.subarray((frame * COLUMNS + column) * COLUMN_SAMPLES).subarray(0, COLUMN_SAMPLES),
          samples.subarray(frame * FRAME_SAMPLES).subarray(0, CONTEXT_SAMPLES + FRAME_SAMPLES),
          column * HOP,
        );
    const shape = [1, 1, HIDDEN];
    const result = await runSession(this.session, {
      [names.columns]: new Tensor('float32', columns, [rows, COLUMN_SAMPLES]),
      [names.frames]: new Tensor('int32', Int32Array.of(count), [1]),
      [names.hidden]: new Tensor('float32', state.subarray(0, HIDDEN), shape),
      [names.cell]: new Tensor('float32', state.subarray(HIDDEN), shape),
    });
    columns.fill(0); // they held audio
    const next = new Float32Array(2 * HIDDEN);
    next.set(result[names.nextHidden].data as Float32Array);
    next.set(result[names.nextCell].data as Float32Array, HIDDEN);
    return { probabilities: result[names.probabilities].data as Float32Array, state: next };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** Copies 256 samples of a frame from `start`; what lies beyond its end is its mirror image. */
function fillColumn(column: Float32Array, frame: Float32Array, start: number): void {
  const there = frame.subarray(start, start + COLUMN_SAMPLES);
  column.set(there);
  for (let i = there.length; i < COLUMN_SAMPLES; i++) column[i] = frame[2 * frame.length - 2 - start - i];
}
