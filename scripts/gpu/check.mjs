// @ts-check
// What graphics processors are worth for recognition: tries CUDA and WebGPU, compares their texts with the processor's, and times
// them. Needs no network. Every measurement is a process of its own, because a driver may take a process along.
// Usage: node check.mjs [--device auto|cuda|webgpu|cpu] [--model FOLDER] [--clips FOLDER of 16 kHz mono WAV] [--rounds N]
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  loadMoonshine,
  recognizeSegment,
  SAMPLE_RATE,
  Segmenter,
  VoiceActivityDetector,
} from '@sealscribe/asr';

/** @typedef {'cpu' | 'cuda' | 'webgpu'} Device */
/** @typedef {{device: Device, arithmetic: 'uint8' | 'float32', model: string, clips: string, rounds: number}} Task */
/** @typedef {{texts: string[], loadSeconds: number, firstSeconds: number, seconds: number, audioSeconds: number}} Measurement */

const DEVICES = ['auto', 'cuda', 'webgpu', 'cpu'];
const CHILD = 'SEALSCRIBE_GPU_CHECK';
/** Found where this file lies, which is beside the runtime that is to be checked. */
const RUNTIME = 'onnxruntime-node';

/** @param {string} file 16-bit mono at 16 kHz @returns {Float32Array} */
function readWav(file) {
  const bytes = readFileSync(file);
  const at = bytes.indexOf('data', 12) + 8;
  const format = bytes.indexOf('fmt ', 12) + 8;
  const [channels, rate, bits] = [
    bytes.readUInt16LE(format + 2),
    bytes.readUInt32LE(format + 4),
    bytes.readUInt16LE(format + 14),
  ];
  if (channels !== 1 || rate !== SAMPLE_RATE || bits !== 16)
    throw new Error(`${basename(file)} is not 16-bit mono at 16 kHz`);
  return Float32Array.from(
    { length: (bytes.length - at) >> 1 },
    (_, i) => bytes.readInt16LE(at + 2 * i) / 32768,
  );
}

/** One measurement, in this process. @param {Task} task @returns {Promise<Measurement>} */
async function measure({ device, arithmetic, model, clips, rounds }) {
  const { default: onnxruntime } = await import(RUNTIME);
  const file = (/** @type {string} */ name) => readFileSync(join(model, name));
  const vad = await VoiceActivityDetector.load(onnxruntime, file('silero_vad_v6.onnx'));
  /** @type {{span: import('@sealscribe/asr').SegmentSpan, pcm: Float32Array}[]} */
  const segments = [];
  for (const name of readdirSync(clips)
    .filter((name) => name.endsWith('.wav'))
    .sort()) {
    const pcm = readWav(join(clips, name));
    const segmenter = new Segmenter();
    const spans = segmenter.push((await vad.run(pcm, vad.createState())).probabilities);
    for (const span of [...spans, ...segmenter.flush(pcm.length)])
      segments.push({ span, pcm: pcm.subarray(span.start, span.end) });
  }
  const began = performance.now();
  const recognizer = await loadMoonshine(
    onnxruntime,
    {
      encoder: file('encoder_model.onnx'),
      decoder: file('decoder_model_merged.onnx'),
      tokens: file('tokens.txt').toString('utf8'),
    },
    {
      arithmetic,
      session: device === 'cpu' ? {} : { executionProviders: [device, 'cpu'] },
    },
  );
  const loadSeconds = (performance.now() - began) / 1000;
  const run = async () => {
    const texts = [];
    for (const { span, pcm } of segments) {
      const { text } = await recognizeSegment((piece) => recognizer.recognize(piece), pcm, span);
      texts.push(text);
    }
    return texts;
  };
  const times = [];
  let texts = /** @type {string[]} */ ([]);
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    texts = await run();
    times.push((performance.now() - start) / 1000);
  }
  await recognizer.release();
  // The first round also compiles kernels.
  const [firstSeconds = 0, ...later] = times;
  const seconds = later.sort((a, b) => a - b)[later.length >> 1] ?? firstSeconds;
  const audioSeconds = segments.reduce((sum, { pcm }) => sum + pcm.length, 0) / SAMPLE_RATE;
  return { texts, loadSeconds, firstSeconds, seconds, audioSeconds };
}

/** One measurement in a process of its own. @param {Task} task @returns {Measurement | {error: string}} */
function measureApart(task) {
  const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1', [CHILD]: JSON.stringify(task) };
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], {
    env,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  });
  const said = stderr
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-3)
    .join(' ')
    .slice(0, 600);
  if (status === 0) return JSON.parse(stdout);
  return { error: signal ? `ended by ${signal}: ${said}` : said };
}

/** Texts that are not the same. @param {Measurement} a @param {Measurement} b */
const differing = (a, b) => a.texts.filter((text, i) => text !== b.texts[i]).length;

/** @param {string} command @param {string[]} args */
function say(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      device: { type: 'string', default: 'auto' },
      model: { type: 'string' },
      clips: { type: 'string' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const { device, model, clips, rounds } = values;
  if (!DEVICES.includes(device)) throw new TypeError(`--device must be one of ${DEVICES.join(', ')}`);
  if (!/^[1-9]\d?$/.test(rounds)) throw new TypeError('--rounds must be a whole number from 1 to 99');
  const beside = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
  return {
    devices: /** @type {Device[]} */ (device === 'auto' ? ['cuda', 'webgpu'] : [device]),
    model: model ?? beside('model'),
    clips: clips ?? beside('clips'),
    rounds: Number(rounds),
  };
}

function check() {
  const { devices, model, clips, rounds } = readFlags();
  const task = { model, clips, rounds };
  const reference = measureApart({ ...task, device: 'cpu', arithmetic: 'uint8' });
  if ('error' in reference) throw new Error(`The processor failed: ${reference.error}`);
  // The same graph on the processor: a device must write what it writes. What 8-bit arithmetic writes differs more.
  const floats = measureApart({ ...task, rounds: 0, device: 'cpu', arithmetic: 'float32' });
  if ('error' in floats) throw new Error(`The processor failed: ${floats.error}`);
  const { audioSeconds, texts } = reference;
  const perHour = (/** @type {Measurement} */ { seconds }) =>
    Math.round((36_000 * seconds) / audioSeconds) / 10;
  const report = devices.map((device) => {
    const result = measureApart({ ...task, device, arithmetic: 'float32' });
    if ('error' in result) return { device, works: false, reason: result.error };
    return {
      device,
      works: true,
      loadSeconds: result.loadSeconds,
      firstRoundSeconds: result.firstSeconds,
      secondsPerHourOfSpeech: perHour(result),
      timesOneProcessor: Math.round((100 * reference.seconds) / result.seconds) / 100,
      otherTexts: differing(result, floats),
      otherTextsThanInt8: differing(result, reference),
    };
  });
  return {
    gpu: say('nvidia-smi', ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']),
    processor: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    date: new Date().toISOString(),
    speech: { seconds: Math.round(audioSeconds), segments: texts.length },
    processorAlone: { arithmetic: 'uint8', threads: 1, secondsPerHourOfSpeech: perHour(reference) },
    devices: report,
  };
}

try {
  const task = process.env[CHILD];
  if (task) {
    process.stdout.write(JSON.stringify(await measure(JSON.parse(task))));
  } else {
    const report = check();
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    // Worth an exit code: nothing that was asked for worked, or what worked wrote something else on more than a tenth.
    const working = report.devices.filter(({ works }) => works);
    const off = working.some(({ otherTexts = 0 }) => otherTexts > report.speech.segments / 10);
    process.exitCode = working.length === 0 || off ? 1 : 0;
  }
} catch (error) {
  process.stderr.write(`gpu check: ${/** @type {Error} */ (error).message}\n`);
  process.exitCode = 2;
}
