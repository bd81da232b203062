// @ts-check
// One recogniser in a process of its own, on one thread: forked by asr-race.mjs with the engine's name and a file of float32
// samples. Each message is a segment in that file; the answer is its text and the time it took, CPU and wall.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ASR_PEERS_FOLDER } from './asr-peers.mjs';
import { loadRuntime, modelFile } from './asr-recordings.mjs';

/** @typedef {{start: number, end: number, regions: {start: number, end: number}[]}} Job Samples in the file; seconds in the segment. */
/** @typedef {(pcm: Float32Array, job: Job) => Promise<string>} Engine */

const ONE_THREAD = { intraOpNumThreads: 1, interOpNumThreads: 1 };

/** @param {boolean} words @returns {Promise<Engine>} */
async function loadOurs(words) {
  const { loadMoonshine } = await import('@sealscribe/asr');
  const bytes = (/** @type {string} */ name) => new Uint8Array(readFileSync(modelFile(name)));
  const files = {
    encoder: bytes('encoder_model.onnx'),
    decoder: bytes('decoder_model_merged.onnx'),
    tokens: readFileSync(modelFile('tokens.txt'), 'utf8'),
  };
  const safe = process.arch !== 'x64' || /\b(avx512_vnni|avx_vnni)\b/.test(cpuFlags());
  const recognizer = await loadMoonshine(loadRuntime(), files, { arithmetic: safe ? 'int8' : 'uint8' });
  return async (pcm, { regions }) => {
    const { text, words: found, confidence } = await recognizer.recognize(pcm, { words, regions });
    if (text !== '' && (confidence === null || (words && found.length === 0)))
      throw new Error('No confidence or no words came with the text');
    return text;
  };
}

function cpuFlags() {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}

/** @returns {Promise<Engine>} */
async function loadSherpa() {
  const sherpa = createRequire(join(ASR_PEERS_FOLDER, 'package.json'))('sherpa-onnx-node');
  const moonshine = {
    encoder: modelFile('encoder_model.onnx'),
    mergedDecoder: modelFile('decoder_model_merged.onnx'),
  };
  const tokens = join(ASR_PEERS_FOLDER, 'sherpa-tokens.txt');
  const recognizer = new sherpa.OfflineRecognizer({
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    modelConfig: { moonshine, tokens, numThreads: 1, provider: 'cpu', debug: 0 },
  });
  return async (samples) => {
    const stream = recognizer.createStream();
    stream.acceptWaveform({ sampleRate: 16_000, samples });
    recognizer.decode(stream);
    return recognizer.getResult(stream).text.trim();
  };
}

/** @returns {Promise<Engine>} */
async function loadTransformers() {
  const { resolve } = createRequire(join(ASR_PEERS_FOLDER, 'package.json'));
  const { pipeline, env } = await import(pathToFileURL(resolve('@huggingface/transformers')).href);
  env.allowRemoteModels = false;
  env.localModelPath = `${join(ASR_PEERS_FOLDER, 'models')}/`;
  const options = { dtype: 'q8', device: 'cpu', session_options: ONE_THREAD };
  const recognize = await pipeline('automatic-speech-recognition', 'moonshine-tiny', options);
  return async (pcm) => (await recognize(pcm)).text.trim();
}

/** @type {Record<string, () => Promise<Engine>>} */
const engines = {
  ours: () => loadOurs(false),
  'ours.words': () => loadOurs(true),
  sherpa: loadSherpa,
  transformers: loadTransformers,
};

const [name = '', file = ''] = process.argv.slice(2);
const engine = await /** @type {() => Promise<Engine>} */ (engines[name])();
const { buffer, byteOffset, byteLength } = readFileSync(file);
const samples = new Float32Array(buffer, byteOffset, byteLength / 4);

process.on('message', async (/** @type {Job} */ job) => {
  const pcm = samples.slice(job.start, job.end);
  const [before, started] = [process.cpuUsage(), performance.now()];
  const text = await engine(pcm, job);
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  process.send?.({ text, wall: wall / 1000, cpu: (user + system) / 1e6 });
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
