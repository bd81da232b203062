// @ts-check
// Two other ways to run the same weights: sherpa-onnx (C++) reads the published files as they are, transformers.js wants them
// in a folder of its own kind. They are no dependencies of ours: the benchmark installs these versions into a folder of its own.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { modelFile } from './asr-recordings.mjs';

/** Package and version. */
export const ASR_PEERS = { 'sherpa-onnx-node': '1.13.8', '@huggingface/transformers': '4.3.1' };

/** Where they are installed, with the files that they want beside them. */
export const ASR_PEERS_FOLDER = join(root, 'node_modules/.cache/bench-asr');
const VOCABULARY_SIZE = 32_768;

/** Installs what is missing and lays out the models. @returns {boolean} Whether all of it is there. */
export function installAsrPeers() {
  const manifest = JSON.stringify({ private: true, dependencies: ASR_PEERS });
  const file = join(ASR_PEERS_FOLDER, 'package.json');
  const complete = Object.keys(ASR_PEERS).every((name) =>
    existsSync(join(ASR_PEERS_FOLDER, 'node_modules', name)),
  );
  if (!complete || !existsSync(file) || readFileSync(file, 'utf8') !== manifest) {
    mkdirSync(ASR_PEERS_FOLDER, { recursive: true });
    writeFileSync(file, manifest);
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    const { status, stderr } = spawnSync('npm', ['install', ...quiet, '--prefix', ASR_PEERS_FOLDER], {
      cwd: ASR_PEERS_FOLDER,
      encoding: 'utf8',
      // Nobody needs its CUDA libraries here, and they are not on the registry.
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    });
    if (status !== 0) {
      writeFileSync(file, '');
      console.error(
        `Without the comparison with other recognisers, which could not be installed: ${stderr.trim()}`,
      );
      return false;
    }
  }
  const pieces = readFileSync(modelFile('tokens.txt'), 'utf8').replace(/\n$/, '').split('\n');
  while (pieces.length < VOCABULARY_SIZE) pieces.push(`<<ST_${pieces.length - 32_000}>>`);
  writeFileSync(join(ASR_PEERS_FOLDER, 'sherpa-tokens.txt'), sherpaTokens(pieces));
  layOutForTransformers(join(ASR_PEERS_FOLDER, 'models/moonshine-tiny'), pieces);
  return true;
}

/** Each line the bytes of a token in base64 and its id. @param {string[]} pieces */
function sherpaTokens(pieces) {
  const bytesOf = (/** @type {string} */ piece) => {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
    return byte === undefined ? Buffer.from(piece) : Buffer.from(byte, 'hex');
  };
  return pieces.map((piece, id) => `${bytesOf(piece).toString('base64')} ${id}\n`).join('');
}

/** The folder that `pipeline()` reads, as the hub has it for this model. @param {string} folder @param {string[]} pieces */
function layOutForTransformers(folder, pieces) {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  copyFileSync(modelFile('encoder_model.onnx'), join(folder, 'onnx/encoder_model_quantized.onnx'));
  copyFileSync(
    modelFile('decoder_model_merged.onnx'),
    join(folder, 'onnx/decoder_model_merged_quantized.onnx'),
  );
  const write = (/** @type {string} */ name, /** @type {object} */ content) =>
    writeFileSync(join(folder, name), JSON.stringify(content));
  const special = { bos_token_id: 1, eos_token_id: 2, decoder_start_token_id: 1 };
  write('config.json', {
    model_type: 'moonshine',
    architectures: ['MoonshineForConditionalGeneration'],
    is_encoder_decoder: true,
    hidden_size: 288,
    intermediate_size: 1152,
    encoder_num_hidden_layers: 6,
    decoder_num_hidden_layers: 6,
    encoder_num_attention_heads: 8,
    decoder_num_attention_heads: 8,
    encoder_num_key_value_heads: 8,
    decoder_num_key_value_heads: 8,
    vocab_size: VOCABULARY_SIZE,
    max_position_embeddings: 194,
    partial_rotary_factor: 0.9,
    ...special,
  });
  write('generation_config.json', { ...special, max_length: 194 });
  write('preprocessor_config.json', {
    feature_extractor_type: 'Wav2Vec2FeatureExtractor',
    processor_class: 'MoonshineProcessor',
    do_normalize: false,
    feature_size: 1,
    padding_value: 0,
    sampling_rate: 16_000,
    return_attention_mask: false,
  });
  write('tokenizer_config.json', {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: '<s>',
    eos_token: '</s>',
    unk_token: '<unk>',
    clean_up_tokenization_spaces: false,
    model_max_length: 1e9,
  });
  const whole = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  write('tokenizer.json', {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: ['<unk>', '<s>', '</s>'].map((content, id) => ({ id, content, special: true, ...whole })),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: [],
    },
  });
}
