/**
 * NeMo's transducers (Parakeet TDT and RNN-T) as Recognizers: log-mel, encoder, greedy decoding. Every word has its time, to
 * the 80 ms of the encoder's frames. Models of several languages write the one they hear, but do not say which it is.
 */
import type { ModelInfo } from '@sealscribe/protocol';
import type { InferenceSession } from 'onnxruntime-common';
import { SAMPLE_RATE } from '../audio.js';
import { AsrError } from '../errors.js';
import { NEMO_INPUTS, NemoAudio, secondsPerEncodedFrame } from '../features/nemo-audio.js';
import { readJson, requireFile, requireText, type FamilyFiles, type LoadOptions } from '../load-options.js';
import {
  chooseLanguage,
  isLongEnough,
  NOTHING_SAID,
  type Recognition,
  type RecognizeOptions,
  type Recognizer,
} from '../recognizer.js';
import { openSession, runSession, type Runtime, type SessionOptions } from '../runtime.js';
import { readFloats, wipeTensor } from '../tensor-values.js';
import { SentencePieces } from '../vocabulary/sentence-pieces.js';
import { toRecognition } from '../vocabulary/timed-recognition.js';
import { decodeTransducer } from './greedy-transducer.js';
import { loadDecoderAndJoiner, loadDecoderJoint, type Prediction } from './prediction.js';

type FileKey = 'encoder' | 'decoderJoint' | 'decoder' | 'joiner' | 'vocabulary' | 'config';

/**
 * Loads a transducer.
 *
 * Files: `encoder` (ONNX); either `decoderJoint` or both `decoder` and `joiner` (ONNX); `vocabulary` (text: `vocab.txt` or
 * `tokens.txt`, blank last); optional `config` (text: `config.json`).
 *
 * @throws {AsrError} `invalid_model`.
 */
export async function loadTransducer(
  runtime: Runtime,
  files: FamilyFiles<FileKey>,
  { model, session: settings }: LoadOptions,
): Promise<Recognizer> {
  const vocabulary = new SentencePieces(requireText(files, 'vocabulary'));
  const config = readJson(files, 'config');
  const expected = {
    name: 'transducer encoder',
    inputs: NEMO_INPUTS,
    outputs: ['outputs', 'encoded_lengths'],
  };
  const encoder = await openSession(runtime, requireFile(files, 'encoder'), expected, settings);
  try {
    const prediction = await loadPrediction(runtime, files, settings);
    const audio = new NemoAudio(runtime, encoder, config);
    return new Transducer({ ...model, wordTimestamps: true }, encoder, prediction, audio, vocabulary);
  } catch (error) {
    await encoder.release();
    throw error;
  }
}

function loadPrediction(
  runtime: Runtime,
  files: FamilyFiles<FileKey>,
  settings: SessionOptions | undefined,
): Promise<Prediction> {
  const { decoderJoint, decoder, joiner } = files;
  if (decoderJoint !== undefined) return loadDecoderJoint(runtime, decoderJoint, settings);
  if (decoder === undefined || joiner === undefined)
    throw new AsrError(
      'invalid_model',
      'The model has neither a decoderJoint file nor decoder and joiner files',
    );
  return loadDecoderAndJoiner(runtime, { decoder, joiner }, settings);
}

class Transducer implements Recognizer {
  constructor(
    readonly model: ModelInfo,
    private readonly encoder: InferenceSession,
    private readonly prediction: Prediction,
    private readonly audio: NemoAudio,
    private readonly vocabulary: SentencePieces,
  ) {}

  async recognize(pcm: Float32Array, options: RecognizeOptions = {}): Promise<Recognition> {
    const isAudible = isLongEnough(pcm);
    const language = chooseLanguage(this.model, options.language);
    const { signal } = options;
    signal?.throwIfAborted();
    const prepared = isAudible ? this.audio.prepare(pcm) : undefined;
    if (prepared === undefined) return NOTHING_SAID;

    const encoded = await runSession(this.encoder, prepared.feeds, ['outputs', 'encoded_lengths']);
    Object.values(prepared.feeds).forEach(wipeTensor);
    const [, size = 0, count = 0] = encoded['outputs'].dims;
    const length = Math.min(count, Number(encoded['encoded_lengths'].data[0]));
    const { blank, size: classes } = this.vocabulary;
    const frames = { values: readFloats(encoded['outputs']), size, count, length };
    const tokens = await decodeTransducer(this.prediction.begin(blank), frames, { classes, blank, signal });
    const recognition = toRecognition(this.vocabulary, tokens, {
      frameSeconds: secondsPerEncodedFrame(prepared.frames, length),
      duration: pcm.length / SAMPLE_RATE,
      words: options.words,
      regions: options.regions,
    });
    return { ...recognition, language: language === 'auto' ? undefined : language };
  }

  async release(): Promise<void> {
    await this.encoder.release();
    await this.prediction.release();
  }
}
