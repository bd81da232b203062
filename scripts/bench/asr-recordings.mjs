// @ts-check
// What the speech benchmark recognises: the English recordings of the shared folder beside the checkout, cut into segments as
// the product cuts them. A user's checkout has no such folder; then there is nothing to measure with, and it says so.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../setup.mjs';

/** The folder of recordings. */
export const SPEECH = join(root, '../shared/speech');

const { resolve } = createRequire(join(root, 'packages/server-reference/package.json'));

/** The path of a file of the embedded default model. @param {string} name */
export const modelFile = (name) => resolve(`@sealscribe/model-moonshine-tiny-en/${name}`);

/** The ONNX runtime that the server uses. @returns {import('@sealscribe/asr').Runtime} */
export const loadRuntime = () => {
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  return createRequire(resolve('onnxruntime-node'))('onnxruntime-node');
};

/**
 * @typedef {object} Recording
 * @property {string} file
 * @property {string | null} transcript What is said, where somebody wrote it down.
 * @property {Float32Array} pcm
 * @property {import('@sealscribe/asr').SegmentSpan[]} spans
 */

/** Why the benchmark cannot be run here, or undefined. */
export function whyNot() {
  if (!existsSync(join(SPEECH, 'manifest.json'))) return `the recordings are not at ${SPEECH}`;
  if (spawnSync('ffmpeg', ['-version']).status !== 0) return 'there is no ffmpeg to decode recordings with';
  return undefined;
}

/** @param {string} file @returns {Float32Array} 16 kHz mono. */
function decode(file) {
  const output = ['-ac', '1', '-ar', '16000', '-f', 'f32le', '-'];
  const args = ['-v', 'error', '-nostdin', '-i', join(SPEECH, file), ...output];
  const { status, stdout, stderr } = spawnSync('ffmpeg', args, { maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`ffmpeg could not decode ${file}: ${stderr}`);
  return new Float32Array(Uint8Array.from(stdout).buffer);
}

/** The English recordings with one channel, in the order of the manifest. @returns {Promise<Recording[]>} */
export async function loadRecordings() {
  const { Segmenter, VoiceActivityDetector } = await import('@sealscribe/asr');
  const vad = await VoiceActivityDetector.load(loadRuntime(), modelFile('silero_vad_v6.onnx'));
  /** @type {{file: string, language: string, transcript: string | null, speakers: {channel?: number}[]}[]} */
  const manifest = JSON.parse(readFileSync(join(SPEECH, 'manifest.json'), 'utf8'));
  const recordings = [];
  for (const { file, language, transcript, speakers } of manifest) {
    if (language !== 'en' || speakers.some(({ channel }) => channel !== undefined)) continue;
    const pcm = decode(file);
    const { probabilities } = await vad.run(pcm, vad.createState());
    const segmenter = new Segmenter();
    const spans = [...segmenter.push(probabilities), ...segmenter.flush(pcm.length)];
    recordings.push({ file, transcript, pcm, spans });
  }
  await vad.release();
  return recordings;
}
