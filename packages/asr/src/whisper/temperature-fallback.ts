/**
 * Whisper's way out of bad decodings (Radford et al., 2022, section 4.5): greedy first; when the text repeats itself or the
 * model is unsure, again with sampling at rising temperatures. The random numbers are the same in every run.
 */
import { findRepetition } from '../repetition.js';
import { findLikeliest, logSumExp } from '../token-choice.js';
import { compressionRatio } from './compression-ratio.js';
import type { TokenRules } from './token-rules.js';
import type { DecoderStep, WhisperNetwork } from './whisper-network.js';

const TEMPERATURES = [0, 0.2, 0.4, 0.6, 0.8, 1] as const;
const HIGHEST_COMPRESSION = 2.4;
const LOWEST_LOG_PROBABILITY = -1;
const SEED = 20_220_921;

/** One decoding. */
export interface Attempt {
  /** Without the end. */
  readonly tokens: readonly number[];
  readonly logProbabilities: readonly number[];
  /** For each token the attention of the step that wrote it, where asked for. */
  readonly attention: readonly Float32Array[];
  /** Mean over tokens and end. */
  readonly meanLogProbability: number;
  readonly stop: 'end' | 'limit' | 'repetition';
}

/** What a decoding needs. */
export interface DecodeOptions {
  readonly network: WhisperNetwork;
  readonly rules: TokenRules;
  /** `<|endoftext|>`. */
  readonly end: number;
  readonly maxTokens: number;
  readonly attention: boolean;
  /** Whether the model thinks that nobody speaks: then being unsure is no reason to try again. */
  readonly silent: boolean;
  /** The text of tokens. */
  readonly toText: (tokens: readonly number[]) => string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decodes from the end of the prompt; gives back the first attempt that is good, else the likeliest that does not repeat itself.
 *
 * @throws {AsrError} `runtime_failed`. @throws the signal's reason when aborted.
 */
export async function decodeWithFallback(prompt: DecoderStep, options: DecodeOptions): Promise<Attempt> {
  const random = createRandom(SEED);
  const attempts: Attempt[] = [];
  for (const temperature of TEMPERATURES) {
    const attempt = await decodeOnce(prompt, temperature, random, options);
    const unsure = attempt.meanLogProbability < LOWEST_LOG_PROBABILITY;
    if (unsure && options.silent) return attempt;
    const repeats = await repeatsItself(attempt, options);
    if (!unsure && !repeats) return attempt;
    attempts.push(repeats ? { ...attempt, stop: 'repetition' } : attempt);
  }
  const usable = attempts.filter(({ stop }) => stop !== 'repetition');
  return [...(usable.length > 0 ? usable : attempts)].sort(
    (a, b) => b.meanLogProbability - a.meanLogProbability,
  )[0];
}

async function repeatsItself({ stop, tokens }: Attempt, { toText }: DecodeOptions): Promise<boolean> {
  return stop === 'repetition' || (await compressionRatio(toText(tokens))) > HIGHEST_COMPRESSION;
}

async function decodeOnce(
  prompt: DecoderStep,
  temperature: number,
  random: () => number,
  { network, rules, end, maxTokens, attention, signal }: DecodeOptions,
): Promise<Attempt> {
  const tokens: number[] = [];
  const logProbabilities: number[] = [];
  const attentions: Float32Array[] = [];
  let sum = 0;
  let step = prompt;
  const finish = (stop: Attempt['stop']): Attempt => ({
    tokens,
    logProbabilities,
    attention: attentions,
    meanLogProbability: sum / Math.max(1, tokens.length + (stop === 'end' ? 1 : 0)),
    stop,
  });
  while (tokens.length < maxTokens) {
    signal?.throwIfAborted();
    const logits = step.logits.slice();
    rules.apply(logits, tokens);
    const { index: token, logProbability } = chooseToken(logits, temperature, random);
    sum += logProbability;
    if (token === end) return finish('end');
    tokens.push(token);
    logProbabilities.push(logProbability);
    if (attention) attentions.push(step.attention);
    const repetition = findRepetition(tokens);
    if (repetition) {
      const kept = tokens.length - repetition.length * (repetition.times - 1);
      for (const list of [tokens, logProbabilities, attentions]) list.length = Math.min(list.length, kept);
      return { ...finish('repetition'), meanLogProbability: mean(logProbabilities) };
    }
    step = await network.feed(step.state, [token], attention);
  }
  return finish('limit');
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** The likeliest token, or a drawn one. Its log-probability is that at temperature 1 either way. */
function chooseToken(
  logits: Float32Array,
  temperature: number,
  random: () => number,
): { index: number; logProbability: number } {
  if (temperature === 0) return findLikeliest(logits);
  const scaled = logits.map((value) => value / temperature);
  const total = logSumExp(scaled);
  let left = random();
  let index = findLikeliest(logits).index;
  for (let i = 0; i < scaled.length; i++) {
    left -= Math.exp(scaled[i] - total);
    if (left < 0) {
      index = i;
      break;
    }
  }
  return { index, logProbability: logits[index] - logSumExp(logits) };
}

/** Random numbers from 0 to 1 (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
