/**
 * Moonshine as one composed graph (compose.ts): one run per segment. What the loop inside cannot do is done afterwards: a
 * repetition is cut off, and an abort is noticed when the run is over.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { findRepetition } from '../../repetition.js';
import { openSession, runSession, type ModelFile, type Runtime, type SessionOptions } from '../../runtime.js';
import type { DecodeOptions, Decoding, FollowedText, MoonshineDecoder } from '../decoding.js';
import { END } from '../tokens.js';
import { keptName, names } from './compose.js';

/** What one run wrote, the end included. */
interface Written {
  readonly tokens: readonly number[];
  readonly logProbabilities: Float32Array;
  readonly endAtFirst: number;
}

const WRITTEN = [names.tokens, names.logProbabilities, names.endLogProbabilities];

/** A graph made by {@link composeMoonshine}. */
export class OneGraph implements MoonshineDecoder {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: InferenceSession,
    /** Whether it was made for drafts. */
    private readonly takesDrafts: boolean,
  ) {}

  /** @throws {AsrError} `invalid_model`. */
  static async load(runtime: Runtime, graph: ModelFile, options?: SessionOptions): Promise<OneGraph> {
    const inputs = [names.audio, names.maxTokens, names.noSpeechAbove];
    const outputs = [...WRITTEN, names.attention, names.headWeights];
    const session = await openSession(runtime, graph, { name: 'Moonshine', inputs, outputs }, options);
    return new OneGraph(runtime, session, session.inputNames.includes(names.draft));
  }

  async decode(pcm: Float32Array, options: DecodeOptions): Promise<Decoding> {
    options.signal?.throwIfAborted();
    const { Tensor } = this.runtime;
    const { maxTokens, noSpeechAbove } = options;
    const draft = this.takesDrafts ? shorten(options.draft ?? [], maxTokens) : [];
    const feeds = {
      [names.audio]: new Tensor('float32', pcm, [1, pcm.length]),
      [names.maxTokens]: new Tensor('int64', BigInt64Array.of(BigInt(maxTokens)), []),
      [names.noSpeechAbove]: new Tensor('float32', Float32Array.of(noSpeechAbove), []),
      ...(this.takesDrafts
        ? { [names.draft]: new Tensor('int64', BigInt64Array.from(draft, BigInt), [draft.length]) }
        : {}),
    };
    const wanted = options.attention ? [...WRITTEN, names.attention] : WRITTEN;
    const kept = draft.length > 0 ? wanted.map(keptName) : [];
    const others = options.attention ? [names.headWeights] : [];
    const result = await runSession(this.session, feeds, [...wanted, ...kept, ...others]);
    options.signal?.throwIfAborted();
    const written = readWritten(result);
    const decoding = judge(written, noSpeechAbove);
    return options.attention
      ? { ...decoding, followed: readFollowed(result, written.tokens.length, decoding.tokens.length) }
      : decoding;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** What of a draft may be checked: it must not hold the end, and leave room for the token that comes after it. */
function shorten(draft: readonly number[], maxTokens: number): readonly number[] {
  const end = draft.indexOf(END);
  return draft.slice(0, Math.min(end === -1 ? draft.length : end, maxTokens - 1));
}

/** The values of an output with an entry for each token: of what was kept of a draft, and of what was written after it. */
function floatsOf(result: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const written = result[name].data as Float32Array;
  const kept = result[keptName(name)]?.data as Float32Array | undefined;
  return kept === undefined ? written : join(kept, written);
}

function join(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The end, and a repetition that was cut off, have weights too: they are left out. */
function readFollowed(result: Readonly<Record<string, Tensor>>, steps: number, tokens: number): FollowedText {
  const all = floatsOf(result, names.attention);
  const counts = Array.from(result[names.headWeights].data as Float32Array);
  const ofStep = steps === 0 ? 0 : all.length / steps;
  const frames = ofStep / counts.length;
  return {
    attention: { layers: 1, heads: counts.length, frames, weights: all.subarray(0, tokens * ofStep) },
    heads: counts.map((weight, head) => ({ layer: 0, head, weight })),
  };
}

function readWritten(result: Readonly<Record<string, Tensor>>): Written {
  const logProbabilities = floatsOf(result, names.logProbabilities);
  const [endAtFirst] = floatsOf(result, names.endLogProbabilities);
  // Where the end was passed over, the first token's probability is that among the others.
  if (logProbabilities.length > 0) logProbabilities[0] -= Math.log1p(-Math.exp(endAtFirst));
  const tokens = [result[keptName(names.tokens)], result[names.tokens]].flatMap((part) =>
    Array.from((part?.data ?? []) as BigInt64Array, Number),
  );
  return { tokens, logProbabilities, endAtFirst };
}

/** Decides how a decoding ended, as if it had been watched token by token. */
function judge({ tokens, logProbabilities, endAtFirst }: Written, noSpeechAbove: number): Decoding {
  if (endAtFirst > noSpeechAbove)
    return { tokens: [], logProbabilities: new Float32Array(0), meanLogProbability: 0, stop: 'no_speech' };
  const finish = (kept: number, scored: number, stop: Decoding['stop']): Decoding => ({
    tokens: tokens.slice(0, kept),
    logProbabilities: logProbabilities.slice(0, kept),
    meanLogProbability:
      scored === 0 ? 0 : logProbabilities.subarray(0, scored).reduce((a, b) => a + b) / scored,
    stop,
  });
  for (let count = 1; count <= tokens.length; count++) {
    if (tokens[count - 1] === END) return finish(count - 1, count, 'end');
    const repetition = findRepetition(tokens.slice(0, count));
    if (repetition) return finish(count - repetition.length * (repetition.times - 1), count, 'repetition');
  }
  return finish(tokens.length, tokens.length, 'limit');
}
