// @ts-check
// Live transcription through a real server and the SDK, in real time:
//   asr.live.first   from the first word to the first text, against the second that it may take
//   asr.live.six     six streams at once on two recognisers: from the first sample to the last word of the last stream, against the
//                    length of what was said
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { root } from '../setup.mjs';
import { startServer } from '../start-server.mjs';
import { median } from './measure.mjs';

const RUNS = 5;
const STREAMS = 6;
const BYTES_PER_SECOND = 32_000;
/** Bytes of one frame: a tenth of a second, as microphones give them. */
const FRAME = 3200;
/** President Kennedy, 16-bit mono at 16 kHz behind a header of this size. */
const RECORDING = 'node_modules/nodejs-whisper/cpp/whisper.cpp/bindings/go/samples/jfk.wav';
const WAV_HEADER = 44;

/**
 * Speaks one recording in real time.
 * @param {import('@sealscribe/sdk-node').Sealscribe} client @param {Uint8Array} samples
 * @returns {Promise<{first: number, seconds: number}>} Seconds from the first word to the first text, and of all.
 */
async function speak(client, samples) {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  /** @type {number | undefined} */
  let first;
  const stream = await client.stream({ onPartial: ({ start }) => (first ??= elapsed() - start) });
  const opened = elapsed();
  for (let at = 0; at < samples.length; at += FRAME) {
    await stream.write(samples.subarray(at, at + FRAME));
    const due = opened + (at + FRAME) / BYTES_PER_SECOND - elapsed();
    if (due > 0) await wait(due * 1000);
  }
  await stream.finish();
  return { first: (first ?? NaN) - opened, seconds: elapsed() - opened };
}

/** @returns {Promise<import('./measure.mjs').Figure[]>} */
export async function measureLive() {
  const { Sealscribe } = await import('@sealscribe/sdk-node');
  const samples = readFileSync(join(root, RECORDING)).subarray(WAV_HEADER);
  const length = samples.length / BYTES_PER_SECOND;
  const server = await startServer({ args: ['--workers', '2', '--max-streams', String(2 * STREAMS)] });
  const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
  try {
    await client.signUp({ email: 'bench@example.com', password: 'only for this benchmark' });
    await speak(client, samples.subarray(0, 2 * BYTES_PER_SECOND)); // warm
    const firsts = [];
    for (let run = 0; run < RUNS; run++)
      firsts.push((await speak(client, samples.subarray(0, 3 * BYTES_PER_SECOND))).first);
    const six = await Promise.all(Array.from({ length: STREAMS }, () => speak(client, samples)));
    const first = median(firsts);
    const seconds = Math.max(...six.map((each) => each.seconds));
    return [
      { name: 'asr.live.first', value: first, unit: 's', reference: 1, ratio: first },
      { name: 'asr.live.six', value: seconds, unit: 's', reference: length, ratio: seconds / length },
    ];
  } finally {
    await client.close();
    await server.stop();
  }
}
