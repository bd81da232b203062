/**
 * Moonshine as its files are: the encoder once, then the merged decoder once per token, the key/value cache going round in
 * JavaScript. Greedy. Clear rather than fastest; the reference that any composed graph is tested against. Gives no attention:
 * the files have no output for it.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { AsrError } from '../errors.js';
import { findRepetition } from '../repetition.js';
import { openSession, runSession, type ModelFile, type Runtime, type SessionOptions } from '../runtime.js';
import type { DecodeOptions, Decoding, MoonshineDecoder } from './decoding.js';
import { chooseToken, logProbabilityOfEnd } from './logits.js';
import { BEGIN, END } from './tokens.js';

const PAST = /^past_key_values\.(\d+\.(decoder|encoder)\.(key|value))$/;

/** The names under which one part of the cache comes out of a step and goes into the next. */
interface CacheEntry {
  readonly past: string;
  readonly present: string;
  /** The encoder's keys and values are computed at the first step and stay; the decoder's grow by one per step. */
  readonly grows: boolean;
}

/** Encoder and merged decoder of a Moonshine model, of any size. */
export class PlainLoop implements MoonshineDecoder {
  readonly #runtime: Runtime;
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;
  readonly #cache: readonly CacheEntry[];
  readonly #emptyCache: Tensor;

  private constructor(runtime: Runtime, encoder: InferenceSession, decoder: InferenceSession) {
    this.#runtime = runtime;
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#cache = decoder.inputNames.flatMap((past) => {
      const match = PAST.exec(past);
      return match ? [{ past, present: `present.${match[1]}`, grows: match[2] === 'decoder' }] : [];
    });
    this.#emptyCache = new runtime.Tensor('float32', new Float32Array(0), emptyCacheShape(decoder));
  }

  /**
   * Loads `encoder_model.onnx` and `decoder_model_merged.onnx`.
   *
   * @throws {AsrError} `invalid_model`.
   */
  static async load(
    runtime: Runtime,
    files: { encoder: ModelFile; decoder: ModelFile },
    options?: SessionOptions,
  ): Promise<PlainLoop> {
    const encoder = await openSession(
      runtime,
      files.encoder,
      { name: 'Moonshine encoder', inputs: ['input_values'], outputs: ['last_hidden_state'] },
      options,
    );
    try {
      const inputs = ['input_ids', 'encoder_hidden_states', 'use_cache_branch'];
      const expected = { name: 'Moonshine decoder', inputs, outputs: ['logits'] };
      const decoder = await openSession(runtime, files.decoder, expected, options);
      return new PlainLoop(runtime, encoder, decoder);
    } catch (error) {
      await encoder.release();
      throw error;
    }
  }

  async decode(pcm: Float32Array, options: DecodeOptions): Promise<Decoding> {
    const { Tensor } = this.#runtime;
    const { maxTokens, noSpeechAbove, signal } = options;
    signal?.throwIfAborted();
    const audio = new Tensor('float32', pcm, [1, pcm.length]);
    const encoded = await runSession(this.#encoder, { input_values: audio });

    const tokens: number[] = [];
    const logProbabilities: number[] = [];
    let sum = 0;
    const finish = (stop: Decoding['stop'], scored = tokens.length): Decoding => ({
      tokens,
      logProbabilities: Float32Array.from(logProbabilities.slice(0, tokens.length)),
      meanLogProbability: scored === 0 ? 0 : sum / scored,
      stop,
    });
    const steps = this.#begin(encoded['last_hidden_state']);

    let token = BEGIN;
    while (tokens.length < maxTokens) {
      signal?.throwIfAborted();
      const logits = await steps.run(token);
      if (tokens.length === 0) {
        if (logProbabilityOfEnd(logits) > noSpeechAbove) return finish('no_speech');
        // Unmasked, every ninth clip that is plain speech would come back empty.
        logits[END] = -Infinity;
      }
      const choice = chooseToken(logits);
      sum += choice.logProbability;
      token = choice.token;
      if (token === END) return finish('end', tokens.length + 1);
      tokens.push(token);
      logProbabilities.push(choice.logProbability);
      const repetition = findRepetition(tokens);
      if (repetition) {
        const scored = tokens.length;
        tokens.length -= repetition.length * (repetition.times - 1);
        return finish('repetition', scored);
      }
    }
    return finish('limit');
  }

  /** The steps of a new decoding. */
  #begin(encoded: Tensor): Steps {
    const { Tensor } = this.#runtime;
    const feeds: Record<string, Tensor> = {
      encoder_hidden_states: encoded,
      use_cache_branch: new Tensor('bool', [false], [1]),
    };
    for (const { past } of this.#cache) feeds[past] = this.#emptyCache;
    return new Steps(this.#runtime, this.#decoder, this.#cache, feeds);
  }

  async release(): Promise<void> {
    await this.#encoder.release();
    await this.#decoder.release();
  }
}

/** The steps of one decoding: holds what goes round from one to the next. */
class Steps {
  readonly #decoder: InferenceSession;
  readonly #cache: readonly CacheEntry[];
  readonly #feeds: Record<string, Tensor>;
  readonly #input = BigInt64Array.of(0n);
  readonly #useCache: Tensor;
  #first = true;

  constructor(
    { Tensor }: Runtime,
    decoder: InferenceSession,
    cache: readonly CacheEntry[],
    feeds: Record<string, Tensor>,
  ) {
    this.#decoder = decoder;
    this.#cache = cache;
    this.#useCache = new Tensor('bool', [true], [1]);
    // One tensor for every token: the runtime reads it anew in each run.
    this.#feeds = { ...feeds, input_ids: new Tensor('int64', this.#input, [1, 1]) };
  }

  /** Feeds one token; gives back the logits of the next. */
  async run(token: number): Promise<Float32Array> {
    this.#input[0] = BigInt(token);
    // What is not asked for is not copied out of the runtime: after the first step only the parts that grow are.
    const renewed = this.#first ? this.#cache : this.#cache.filter((entry) => entry.grows);
    const outputs = ['logits', ...renewed.map((entry) => entry.present)];
    const result = await runSession(this.#decoder, this.#feeds, outputs);
    for (const { past, present } of renewed) this.#feeds[past] = result[present];
    this.#feeds['use_cache_branch'] = this.#useCache;
    this.#first = false;
    return result['logits'].data as Float32Array;
  }
}

/** The shape of a cache in which nothing is yet, from the model's own declaration: [1, heads, 0, values per head]. */
function emptyCacheShape(decoder: InferenceSession): number[] {
  const input = decoder.inputMetadata.find(({ name }) => PAST.test(name));
  const [, heads, , size] = input?.isTensor ? input.shape : [];
  if (typeof heads !== 'number' || typeof size !== 'number')
    throw new AsrError('invalid_model', 'The Moonshine decoder declares no cache');
  return [1, heads, 0, size];
}
