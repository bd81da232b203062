/**
 * The families of models and the files that each is made of, as they lie in the common ONNX exports on the Hugging Face
 * hub. A registry downloads by these keys, and finds in a folder what a model needs; how the files are run is each
 * family's own folder. What a model says about itself (id, languages) comes from the registry.
 */

/** One file of a model. */
export interface FileRole {
  /** `onnx`: bytes, or a path that the runtime opens (weights kept outside, `*.onnx_data`, lie beside it). `text`: its contents. */
  readonly content: 'onnx' | 'text';
  readonly required: boolean;
  /** Names that exports give it, best first, without folder; of `onnx` also without variant and extension. */
  readonly names: readonly string[];
}

const onnx = (...names: string[]): FileRole => ({ content: 'onnx', required: true, names });
const text = (...names: string[]): FileRole => ({ content: 'text', required: true, names });
const optional = (role: FileRole): FileRole => ({ ...role, required: false });

/**
 * The files of each family by the key under which its loader wants them.
 *
 * - `moonshine`: as in the embedded default, or `onnx-community/moonshine-*-ONNX`.
 * - `whisper`: `onnx-community/whisper-*`, `Xenova/whisper-*`, `distil-whisper/*`. Word times need a `_timestamped` export.
 *   The vocabulary is `tokenizer`, or `vocabulary` and `addedTokens`.
 * - `ctc`: wav2vec2-type models (`vocab.json`) and NeMo's Parakeet CTC (`tokens.txt` or `vocab.txt`); the tensors tell which.
 * - `transducer`: NeMo's Parakeet TDT and RNN-T; `encoder` and either `decoderJoint` (`istupakov/parakeet-*-onnx`) or `decoder`
 *   and `joiner` (`csukuangfj/sherpa-onnx-nemo-parakeet-*`).
 * - `canary`: `istupakov/canary-*-onnx`.
 */
export const FAMILY_FILES = {
  moonshine: {
    encoder: onnx('encoder_model'),
    decoder: onnx('decoder_model_merged'),
    tokens: text('tokens.txt', 'tokenizer.json'),
  },
  whisper: {
    encoder: onnx('encoder_model'),
    decoder: onnx('decoder_model_merged'),
    config: text('config.json'),
    generationConfig: optional(text('generation_config.json')),
    tokenizer: optional(text('tokenizer.json')),
    vocabulary: optional(text('vocab.json')),
    addedTokens: optional(text('added_tokens.json')),
  },
  ctc: {
    model: onnx('model'),
    vocabulary: text('vocab.json', 'tokens.txt', 'vocab.txt'),
    preprocessor: optional(text('preprocessor_config.json')),
    config: optional(text('config.json')),
  },
  transducer: {
    encoder: onnx('encoder-model', 'encoder'),
    decoderJoint: optional(onnx('decoder_joint-model')),
    decoder: optional(onnx('decoder')),
    joiner: optional(onnx('joiner')),
    vocabulary: text('vocab.txt', 'tokens.txt'),
    config: optional(text('config.json')),
  },
  canary: {
    encoder: onnx('encoder-model'),
    decoder: onnx('decoder-model'),
    vocabulary: text('vocab.txt'),
    config: optional(text('config.json')),
  },
} as const satisfies Record<string, Record<string, FileRole>>;

/** Name of a family of models. */
export type FamilyName = keyof typeof FAMILY_FILES;
