// @ts-check
// An hour of audio as an MP3 through a real server, from the first byte of the upload to the transcript with word times:
//   asr.hour.2cores   wall time in seconds on two cores, against the promised 45
//   asr.hour.cpu      CPU seconds of the server and its processes, against the promised 80
//   asr.hour.memory   their memory at its largest in MiB, against the promised 600
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { startServer } from '../start-server.mjs';
import { usageOfTree } from './process-tree.mjs';

const HOUR = 3600;
const SAMPLE_MS = 200;
const LIMITS = { seconds: 45, cpu: 80, mib: 600 };
const FOLDER = join(root, 'node_modules/.cache/bench-asr');

/** @param {string[]} args @param {Buffer} [input] */
function ffmpeg(args, input) {
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { input });
  if (status !== 0) throw new Error(`ffmpeg could not make an hour of audio: ${stderr}`);
}

/** Recordings one after the other, over and over, as an MP3 of an hour. @param {readonly import('./asr-recordings.mjs').Recording[]} recordings @returns {string} Path. */
function makeHour(recordings) {
  const file = join(FOLDER, 'hour.mp3');
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const once = join(FOLDER, 'once.mp3');
  const samples = Buffer.concat(recordings.map(({ pcm }) => new Uint8Array(pcm.buffer)));
  ffmpeg(['-f', 'f32le', '-ar', '16000', '-ac', '1', '-i', '-', '-b:a', '64k', once], samples);
  const times = Math.ceil((HOUR * 16_000) / (samples.length / 4));
  const list = join(FOLDER, 'hour.txt');
  writeFileSync(list, "file 'once.mp3'\n".repeat(times + 1));
  const part = join(FOLDER, 'part.mp3');
  ffmpeg(['-f', 'concat', '-i', list, '-t', String(HOUR), '-c', 'copy', part]);
  rmSync(once);
  rmSync(list);
  renameSync(part, file);
  return file;
}

/** Makes a server run on two cores where there are more. @returns {string[]} */
const onTwoCores = () =>
  availableParallelism() > 2 && spawnSync('taskset', ['-V']).status === 0 ? ['taskset', '-c', '0,1'] : [];

/** @param {readonly import('./asr-recordings.mjs').Recording[]} recordings @returns {Promise<import('./measure.mjs').Figure[]>} */
export async function measureHour(recordings) {
  const path = makeHour(recordings);
  const { Sealscribe } = await import('@sealscribe/sdk-node');
  const server = await startServer({ wrapper: onTwoCores(), args: ['--workers', '2'] });
  const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
  let mib = 0;
  const sample = () => {
    const usage = usageOfTree(server.pid);
    mib = Math.max(mib, usage?.mib ?? NaN);
    return usage;
  };
  try {
    await client.signUp({ email: 'bench@example.com', password: 'only for this benchmark' });
    const before = sample()?.cpu ?? NaN;
    const watch = setInterval(sample, SAMPLE_MS);
    const started = performance.now();
    const transcript = await client.transcribe({ path }).finally(() => clearInterval(watch));
    const seconds = (performance.now() - started) / 1000;
    const cpu = (sample()?.cpu ?? NaN) - before;
    const words = transcript.segments.flatMap((segment) => segment.words).length;
    if (Math.abs(transcript.duration - HOUR) > 1 || words < transcript.segments.length)
      throw new Error('The transcript of an hour lacks audio or words.');
    const note = `${words} words in ${transcript.segments.length} segments`;
    return [
      figure('asr.hour.2cores', seconds, 's', LIMITS.seconds, note),
      figure('asr.hour.cpu', cpu, 's', LIMITS.cpu),
      figure('asr.hour.memory', mib, 'MiB', LIMITS.mib),
    ].filter(({ value }) => Number.isFinite(value));
  } finally {
    await client.close();
    await server.stop();
  }
}

/** @param {string} name @param {number} value @param {string} unit @param {number} reference @param {string} [note] @returns {import('./measure.mjs').Figure} */
const figure = (name, value, unit, reference, note) => ({
  name,
  value,
  unit,
  reference,
  ratio: value / reference,
  ...(note === undefined ? {} : { note }),
});
