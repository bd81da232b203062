/**
 * CTC models as Recognizers: wav2vec2 and its kin (Baevski et al., 2020; samples in, characters out, 20 ms a frame) and NeMo's
 * Conformers such as Parakeet CTC (log-mel in, word pieces out, 40 or 80 ms). One run of one graph, and every word has its time.
 */
import type { ModelInfo } from '@sealscribe/protocol';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
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
import { openSession, runSession, type Runtime } from '../runtime.js';
import { readFloats, toFloatTensor, toIntegerTensor, wipeTensor } from '../tensor-values.js';
import { Characters } from '../vocabulary/characters.js';
import { SentencePieces } from '../vocabulary/sentence-pieces.js';
import { toRecognition } from '../vocabulary/timed-recognition.js';
import type { Vocabulary } from '../vocabulary/vocabulary.js';
import { decodeCtc } from './greedy-ctc.js';

const WAV2VEC2_FRAME = 320 / SAMPLE_RATE;

type FileKey = 'model' | 'vocabulary' | 'preprocessor' | 'config';

/** How a kind of CTC model is fed. */
interface FrontEnd {
  /** The name of the output with the logits. */
  readonly output: string;
  prepare(
    pcm: Float32Array,
  ): { feeds: Record<string, Tensor>; frameSeconds(encoded: number): number } | undefined;
}

/**
 * Loads a CTC model; the tensors of `model` tell which kind it is.
 *
 * Files: `model` (ONNX), `vocabulary` (text: `vocab.json` of wav2vec2, `tokens.txt` or `vocab.txt` of NeMo, blank last);
 * optional texts: `preprocessor` (`preprocessor_config.json`, wav2vec2), `config` (`config.json`, NeMo).
 *
 * @throws {AsrError} `invalid_model`.
 */
export async function loadCtc(
  runtime: Runtime,
  files: FamilyFiles<FileKey>,
  { model, session: settings }: LoadOptions,
): Promise<Recognizer> {
  const contents = requireText(files, 'vocabulary');
  const expected = { name: 'CTC', inputs: [], outputs: [] };
  const session = await openSession(runtime, requireFile(files, 'model'), expected, settings);
  try {
    const isWav2vec2 = session.inputNames.includes('input_values');
    const frontEnd = isWav2vec2
      ? forWav2vec2(runtime, session, readJson(files, 'preprocessor')['do_normalize'] !== false)
      : forNemo(session, new NemoAudio(runtime, session, readJson(files, 'config')));
    const { vocabulary, blank } = isWav2vec2 ? readCharacters(contents) : readPieces(contents);
    return new Ctc({ ...model, wordTimestamps: true }, session, frontEnd, vocabulary, blank);
  } catch (error) {
    await session.release();
    throw error;
  }
}

function readCharacters(contents: string): { vocabulary: Vocabulary; blank: number } {
  const vocabulary = new Characters(contents);
  return { vocabulary, blank: vocabulary.blank };
}

function readPieces(contents: string): { vocabulary: Vocabulary; blank: number } {
  const vocabulary = new SentencePieces(contents);
  return { vocabulary, blank: vocabulary.blank };
}

function forWav2vec2(runtime: Runtime, session: InferenceSession, normalised: boolean): FrontEnd {
  requireTensors(session, ['input_values'], 'logits');
  return {
    output: 'logits',
    prepare(pcm) {
      const samples = normalised ? normalise(pcm) : pcm.slice();
      const dims = [1, pcm.length];
      const feeds: Record<string, Tensor> = {
        input_values: toFloatTensor(runtime, session, 'input_values', samples, dims),
      };
      if (session.inputNames.includes('attention_mask')) {
        const ones = new Array<number>(pcm.length).fill(1);
        feeds['attention_mask'] = toIntegerTensor(runtime, session, 'attention_mask', ones, dims);
      }
      return { feeds, frameSeconds: () => WAV2VEC2_FRAME };
    },
  };
}

function forNemo(session: InferenceSession, audio: NemoAudio): FrontEnd {
  const output = session.outputNames.includes('logits') ? 'logits' : 'logprobs';
  requireTensors(session, NEMO_INPUTS, output);
  return {
    output,
    prepare(pcm) {
      const prepared = audio.prepare(pcm);
      if (prepared === undefined) return undefined;
      const { feeds, frames } = prepared;
      return { feeds, frameSeconds: (encoded) => secondsPerEncodedFrame(frames, encoded) };
    },
  };
}

function requireTensors(session: InferenceSession, inputs: readonly string[], output: string): void {
  const missing = inputs.filter((name) => !session.inputNames.includes(name));
  if (!session.outputNames.includes(output)) missing.push(output);
  if (missing.length > 0)
    throw new AsrError('invalid_model', `The model file CTC has no tensor ${missing.join(', ')}`);
}

/** To mean 0 and variance 1. */
function normalise(pcm: Float32Array): Float32Array {
  let sum = 0;
  for (const sample of pcm) sum += sample;
  const mean = sum / pcm.length;
  let squares = 0;
  for (const sample of pcm) squares += (sample - mean) ** 2;
  const deviation = Math.sqrt(squares / pcm.length + 1e-7);
  return pcm.map((sample) => (sample - mean) / deviation);
}

class Ctc implements Recognizer {
  constructor(
    readonly model: ModelInfo,
    private readonly session: InferenceSession,
    private readonly frontEnd: FrontEnd,
    private readonly vocabulary: Vocabulary,
    private readonly blank: number,
  ) {}

  async recognize(pcm: Float32Array, options: RecognizeOptions = {}): Promise<Recognition> {
    const isAudible = isLongEnough(pcm);
    const language = chooseLanguage(this.model, options.language);
    options.signal?.throwIfAborted();
    const prepared = isAudible ? this.frontEnd.prepare(pcm) : undefined;
    if (prepared === undefined) return NOTHING_SAID;

    const { output } = this.frontEnd;
    const logits = (await runSession(this.session, prepared.feeds, [output]))[output];
    Object.values(prepared.feeds).forEach(wipeTensor);
    const [, frames = 0, classes = 0] = logits.dims;
    if (classes < this.vocabulary.size)
      throw new AsrError('invalid_model', 'The vocabulary is not that of the CTC model');
    const tokens = decodeCtc(readFloats(logits), frames, classes, this.blank);
    const recognition = toRecognition(this.vocabulary, tokens, {
      frameSeconds: prepared.frameSeconds(frames),
      duration: pcm.length / SAMPLE_RATE,
      words: options.words,
      regions: options.regions,
    });
    return { ...recognition, language: language === 'auto' ? undefined : language };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
