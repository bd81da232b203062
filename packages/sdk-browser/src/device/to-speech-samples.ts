/** Decoded channels of any rate to what recognisers take: mono at 16 kHz, in pieces of a second. What was read is wiped. */
import { Downmixer, Resampler, SAMPLE_RATE } from '@sealscribe/asr';
import type { DecodedChunk } from './decode-media.js';

/** Shorter pieces are gathered: a decoder may give 20 ms at a time. */
const PIECE_SECONDS = 1;

/** The samples of a recording as they come; the channels and the rate of a file do not change on its way. */
export async function* toSpeechSamples(chunks: AsyncIterable<DecodedChunk>): AsyncGenerator<Float32Array> {
  let gathered: DecodedChunk[] = [];
  let frames = 0;
  let downmixer: Downmixer | undefined;
  let resampler: Resampler | undefined;
  const take = (): Float32Array => {
    const { sampleRate } = gathered[0] as DecodedChunk;
    downmixer ??= new Downmixer(sampleRate);
    resampler ??= new Resampler(sampleRate, SAMPLE_RATE);
    const joined = join(gathered, frames);
    const mixed = downmixer.mix(joined);
    const samples = resampler.push(mixed);
    for (const used of [mixed, ...joined, ...gathered.flatMap(({ channels }) => channels)]) used.fill(0);
    gathered = [];
    frames = 0;
    return samples;
  };
  for await (const chunk of chunks) {
    gathered.push(chunk);
    frames += chunk.channels[0]?.length ?? 0;
    if (frames >= PIECE_SECONDS * chunk.sampleRate) yield take();
  }
  if (frames > 0) yield take();
  if (resampler) yield resampler.flush();
}

/** One array per channel; a channel that some chunk lacks is silent there. */
function join(chunks: readonly DecodedChunk[], frames: number): Float32Array[] {
  const count = Math.max(...chunks.map(({ channels }) => channels.length));
  return Array.from({ length: count }, (_, channel) => {
    const joined = new Float32Array(frames);
    let at = 0;
    for (const { channels } of chunks) {
      joined.set(channels[channel] ?? [], at);
      at += channels[0]?.length ?? 0;
    }
    return joined;
  });
}
