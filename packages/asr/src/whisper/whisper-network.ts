/**
 * Whisper's two graphs as Optimum and transformers.js export them: the encoder once per segment, then the merged decoder, its
 * key/value cache going round in JavaScript. Nothing here chooses tokens. States are values: several continuations may start
 * from one.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { AsrError } from '../errors.js';
import { openSession, runSession, type ModelFile, type Runtime, type SessionOptions } from '../runtime.js';
import {
  describeInput,
  readFloats,
  toFloatTensor,
  toIntegerTensor,
  wipeTensor,
  zeroTensor,
} from '../tensor-values.js';
import type { Head } from './whisper-config.js';

const PAST = /^past_key_values\.(\d+\.(decoder|encoder)\.(key|value))$/;
const KNOWN_INPUTS = ['input_ids', 'encoder_hidden_states', 'use_cache_branch', 'cache_position'];

/** Where a decoding stands: what the decoder has seen, as its cache. */
export interface DecoderState {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Tokens seen. */
  readonly length: number;
}

/** What feeding tokens gave. */
export interface DecoderStep {
  readonly state: DecoderState;
  /** What may follow the first of the tokens fed. */
  readonly firstLogits: Float32Array;
  /** What may follow the last of them. */
  readonly logits: Float32Array;
  /** Attention of the last of them to the encoder's frames, one head after another; empty unless asked for. */
  readonly attention: Float32Array;
}

/** One part of the cache: its name as input and as output. */
interface CacheEntry {
  readonly past: string;
  readonly present: string;
  /** The encoder's keys and values are made at the first step and stay. */
  readonly grows: boolean;
}

/** Encoder and decoder of a Whisper checkpoint. */
export class WhisperNetwork {
  readonly #cache: readonly CacheEntry[];
  readonly #empty: Readonly<Record<string, Tensor>>;

  private constructor(
    private readonly runtime: Runtime,
    private readonly encoder: InferenceSession,
    private readonly decoder: InferenceSession,
    private readonly alignmentHeads: readonly Head[],
  ) {
    this.#cache = decoder.inputNames.flatMap((past) => {
      const match = PAST.exec(past);
      return match ? [{ past, present: `present.${match[1]}`, grows: match[2] === 'decoder' }] : [];
    });
    const missing = this.#cache.filter(({ present }) => !decoder.outputNames.includes(present));
    const unknown = decoder.inputNames.filter((name) => !KNOWN_INPUTS.includes(name) && !PAST.test(name));
    if (this.#cache.length === 0 || missing.length > 0 || unknown.length > 0) {
      const names = [...missing.map(({ present }) => present), ...unknown];
      throw new AsrError(
        'invalid_model',
        `The Whisper decoder has no usable cache ${names.join(', ')}`.trim(),
      );
    }
    this.#empty = Object.fromEntries(
      this.#cache.map(({ past }) => [past, zeroTensor(runtime, decoder, past, { 0: 1, 2: 0 })]),
    );
  }

  /**
   * Loads `encoder_model.onnx` and `decoder_model_merged.onnx`, of any precision.
   *
   * @throws {AsrError} `invalid_model`.
   */
  static async load(
    runtime: Runtime,
    files: { encoder: ModelFile; decoder: ModelFile },
    alignmentHeads: readonly Head[],
    options: SessionOptions | undefined,
  ): Promise<WhisperNetwork> {
    const encoder = await openSession(
      runtime,
      files.encoder,
      { name: 'Whisper encoder', inputs: ['input_features'], outputs: ['last_hidden_state'] },
      options,
    );
    let decoder: InferenceSession | undefined;
    try {
      const inputs = ['input_ids', 'encoder_hidden_states'];
      const expected = { name: 'Whisper decoder', inputs, outputs: ['logits'] };
      decoder = await openSession(runtime, files.decoder, expected, options);
      return new WhisperNetwork(runtime, encoder, decoder, alignmentHeads);
    } catch (error) {
      await encoder.release();
      await decoder?.release();
      throw error;
    }
  }

  /** Whether the export gives the attention of the alignment heads. */
  get hasAttention(): boolean {
    return (
      this.alignmentHeads.length > 0 &&
      this.#attentionOutputs().every((name) => this.decoder.outputNames.includes(name))
    );
  }

  /** Encodes a log-mel spectrogram of shape [bands, frames], and wipes it; gives back the state of a decoding of it. */
  async encode(mel: Float32Array, bands: number): Promise<DecoderState> {
    const dims = [1, bands, mel.length / bands];
    const input = toFloatTensor(this.runtime, this.encoder, 'input_features', mel, dims);
    const encoded = await runSession(this.encoder, { input_features: input }, ['last_hidden_state']);
    wipeTensor(input);
    return { tensors: { ...this.#empty, encoder_hidden_states: encoded['last_hidden_state'] }, length: 0 };
  }

  /** Feeds tokens: any number at the beginning, one by one from there. */
  async feed(start: DecoderState, tokens: readonly number[], attention = false): Promise<DecoderStep> {
    if (start.length === 0) return this.#run(start, tokens, attention);
    let step: DecoderStep | undefined;
    let state = start;
    for (const token of tokens) {
      const next = await this.#run(state, [token], attention);
      step = { ...next, firstLogits: step?.firstLogits ?? next.logits };
      state = next.state;
    }
    if (step === undefined) throw new RangeError('tokens must not be empty');
    return step;
  }

  async #run(state: DecoderState, tokens: readonly number[], attention: boolean): Promise<DecoderStep> {
    const { runtime, decoder } = this;
    const isFirst = state.length === 0;
    const feeds: Record<string, Tensor> = {
      ...state.tensors,
      input_ids: toIntegerTensor(runtime, decoder, 'input_ids', tokens, [1, tokens.length]),
    };
    if (describeInput(decoder, 'use_cache_branch'))
      feeds['use_cache_branch'] = new runtime.Tensor('bool', [!isFirst], [1]);
    if (describeInput(decoder, 'cache_position')) {
      const positions = tokens.map((_, i) => state.length + i);
      feeds['cache_position'] = toIntegerTensor(runtime, decoder, 'cache_position', positions, [
        tokens.length,
      ]);
    }
    // What is not asked for is not copied out of the runtime.
    const renewed = this.#cache.filter(({ grows }) => grows || isFirst);
    const attentions = attention ? this.#attentionOutputs() : [];
    const outputs = ['logits', ...renewed.map(({ present }) => present), ...attentions];
    const result = await runSession(decoder, feeds, outputs);

    const tensors = { ...state.tensors };
    for (const { past, present } of renewed) tensors[past] = result[present];
    const logits = readFloats(result['logits']);
    const classes = logits.length / tokens.length;
    return {
      state: { tensors, length: state.length + tokens.length },
      firstLogits: logits.subarray(0, classes),
      logits: logits.subarray(logits.length - classes),
      attention: attention ? this.#lastAttention(result) : new Float32Array(0),
    };
  }

  #attentionOutputs(): string[] {
    return [...new Set(this.alignmentHeads.map(([layer]) => `cross_attentions.${layer}`))];
  }

  /** Outputs are [1, heads, tokens, frames]. */
  #lastAttention(result: Readonly<Record<string, Tensor>>): Float32Array {
    const rows = this.alignmentHeads.map(([layer, head]) => {
      const tensor = result[`cross_attentions.${layer}`];
      const [, , tokens, frames] = tensor.dims;
      const start = (head * tokens + tokens - 1) * frames;
      return readFloats(tensor).subarray(start, start + frames);
    });
    const all = new Float32Array(rows.length * (rows[0]?.length ?? 0));
    rows.forEach((row, i) => all.set(row, i * row.length));
    return all;
  }

  async release(): Promise<void> {
    await this.encoder.release();
    await this.decoder.release();
  }
}
