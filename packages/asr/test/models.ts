/** The real models, loaded once per test file. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as ort from 'onnxruntime-node';
import { loadMoonshine, VoiceActivityDetector, type Recognizer } from '../src/index.js';

const { resolve } = createRequire(import.meta.url);

/** The path of a file of the embedded default model. */
export const modelFile = (name: string) => resolve(`@sealscribe/model-moonshine-tiny-en/${name}`);

export const files = {
  encoder: new Uint8Array(readFileSync(modelFile('encoder_model.onnx'))),
  decoder: new Uint8Array(readFileSync(modelFile('decoder_model_merged.onnx'))),
  tokens: readFileSync(modelFile('tokens.txt'), 'utf8'),
};

export const loadVad = (): Promise<VoiceActivityDetector> =>
  VoiceActivityDetector.load(ort, readFileSync(modelFile('silero_vad_v6.onnx')));

export const loadRecognizer = (): Promise<Recognizer> => loadMoonshine(ort, files);
