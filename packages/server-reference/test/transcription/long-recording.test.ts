// What a recording costs in memory must not depend on its length: ten minutes against two hours of made-up speech, through the
// real pipeline and recognisers that answer at once.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Segment } from '@sealscribe/protocol';
import { transcribeAudio } from '../../src/transcription/pipeline.js';
import { VAD_STATE } from '../../src/transcription/recognizer-protocol.js';
import type { Lane } from '../../src/transcription/scheduler.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const RATE = 16_000;
const FRAME = 512;
const MIB = 1024 ** 2;

/** Seven seconds of speech, one of silence, in chunks of any size as decoders give them. */
async function* speech(seconds: number): AsyncGenerator<Float32Array> {
  for (let at = 0; at < seconds * RATE;) {
    const chunk = new Float32Array(Math.min(50_000 + (at % 7919), seconds * RATE - at));
    for (let i = 0; i < chunk.length; i++) chunk[i] = Math.floor((at + i) / RATE) % 8 === 7 ? 0 : 0.5;
    at += chunk.length;
    yield chunk;
  }
}

/** Bytes of array buffers that are in use: what is garbage is freed by another thread, a little later. */
async function bytesInUse(): Promise<number> {
  let least = Infinity;
  for (let tries = 0; tries < 3; tries++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 5));
    least = Math.min(least, process.memoryUsage().arrayBuffers);
  }
  return least;
}

/** Hears speech where there is any, and says how long a segment is. */
class InstantLane implements Lane {
  /** Bytes of samples and answers that were in memory at most, after what is garbage was collected. */
  peak = 0;
  #jobs = 0;

  async submit({ header, payload }: Parameters<Lane['submit']>[0]): ReturnType<Lane['submit']> {
    if (this.#jobs++ % 20 === 0) {
      this.peak = Math.max(this.peak, await bytesInUse());
    }
    await new Promise(setImmediate);
    if (header.kind !== 'vad') {
      const text = `${payload.length} samples`;
      return {
        recognition: { text, confidence: 1, words: [], outcome: 'complete' },
        payload: new Float32Array(0),
      };
    }
    const pcm = payload.subarray(VAD_STATE);
    const answer = new Float32Array(VAD_STATE + Math.ceil(pcm.length / FRAME));
    for (let i = 0; i * FRAME < pcm.length; i++) answer[VAD_STATE + i] = pcm[i * FRAME] ? 0.9 : 0.02;
    return { payload: answer };
  }

  close(): void {
    // nothing waits
  }
}

async function transcribe(seconds: number) {
  const lane = new InstantLane();
  const segments: Segment[] = [];
  const progress: number[] = [];
  const transcript = await transcribeAudio(speech(seconds), {
    lane,
    model: 'm',
    language: 'en',
    maxSamples: seconds * RATE,
    ahead: 6,
    onSegment: (segment) => segments.push(segment),
    onProgress: (heard, done) => progress.push(done / heard),
  });
  return { lane, segments, progress, transcript };
}

describe('a long recording', () => {
  it('takes no more memory for its samples than a short one', async () => {
    const short = await transcribe(600);
    const long = await transcribe(2 * 3600);
    expect(long.transcript.duration).toBe(2 * 3600);
    expect(long.segments).toEqual(long.transcript.segments);
    expect(long.segments.length).toBeGreaterThan(350);
    for (const [i, { start }] of long.segments.entries())
      expect(start).toBeGreaterThanOrEqual(long.segments[i - 1]?.end ?? 0);
    // Two hours of samples are 440 MiB.
    expect(long.lane.peak).toBeLessThan(short.lane.peak + 16 * MIB);
    expect(long.progress.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
  }, 120_000);
});
