/**
 * Triton as an ONNX runtime: a session is a model there, and a run is a request. The rest of a recogniser (voice activity, words,
 * second tries) does not notice. What is asked for again and again is asked with growing pauses, for about as long as one answer may
 * take: a Triton that is started anew costs time and no recording.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Runtime } from '@sealscribe/asr';
import { wipe } from '../transcription/wipe.js';
import type { TritonPlace } from './address.js';
import { TritonError } from './errors.js';
import { TritonLine, type TritonAnswer, type TritonPost } from './line.js';
import { isReady, pathOf } from './models.js';
import { readResponse, typeOf, writeRequest, type TensorFacts, type TritonModel } from './tensors.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 4_000;
/** Answers that mean that the same may be answered otherwise a moment later. */
const PASSING = new Set([408, 425, 429, 502, 503, 504]);

/** A runtime whose sessions are those of one model on Triton, whatever file they are opened from. */
export function tritonRuntime(place: TritonPlace, model: TritonModel): Runtime {
  const create = async () => new TritonSession(place, model);
  return { InferenceSession: { create }, Tensor };
}

class TritonSession implements InferenceSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly InferenceSession.ValueMetadata[];
  readonly outputMetadata: readonly InferenceSession.ValueMetadata[];
  readonly #model: TritonModel;
  readonly #line: TritonLine;
  /** Milliseconds for which a request is repeated. */
  readonly #patience: number;

  constructor(place: TritonPlace, model: TritonModel) {
    this.#model = model;
    this.#line = new TritonLine(place);
    this.#patience = place.timeout * 1000;
    this.inputNames = model.inputs.map(({ name }) => name);
    this.outputNames = model.outputs.map(({ name }) => name);
    this.inputMetadata = model.inputs.map(toMetadata);
    this.outputMetadata = model.outputs.map(toMetadata);
  }

  /** @throws {TritonError} */
  async run(
    feeds: InferenceSession.FeedsType,
    fetches: InferenceSession.FetchesType | InferenceSession.RunOptions = this.outputNames,
  ): Promise<InferenceSession.ReturnType> {
    const wanted = Array.isArray(fetches) ? (fetches as readonly string[]) : this.outputNames;
    const expected = this.#model.outputs.filter(({ name }) => wanted.includes(name));
    const post = writeRequest(this.#model.inputs, feeds, wanted);
    const answer = await this.#insist(post);
    try {
      const tensors = [...readResponse(answer, expected).values()].map(
        ({ name, datatype, shape, values }) =>
          [name, new Tensor(typeOf(datatype), values as Float32Array, shape)] as const,
      );
      return Object.fromEntries(tensors);
    } finally {
      wipe(answer.body);
    }
  }

  /** Asks until there is an answer; at least twice. */
  async #insist(post: TritonPost): Promise<TritonAnswer> {
    const began = performance.now();
    for (let tries = 1, ms = FIRST_PAUSE_MS; ; tries++, ms = Math.min(2 * ms, LONGEST_PAUSE_MS)) {
      try {
        return await this.#ask(post);
      } catch (error) {
        const code = error instanceof TritonError ? error.code : 'refused';
        const isOver =
          tries > 1 && (code !== 'unavailable' || performance.now() - began + ms > this.#patience);
        if (isOver || !['unavailable', 'failed'].includes(code)) throw error;
      }
      await pause(ms);
    }
  }

  async #ask(post: TritonPost): Promise<TritonAnswer> {
    const { name } = this.#model;
    const answer = await this.#line.post(`${pathOf(name)}/infer`, post);
    const { status } = answer;
    if (status === 200) return answer;
    wipe(answer.body);
    if (PASSING.has(status) || !(await isReady(this.#line, name)))
      throw new TritonError('unavailable', `Triton answered ${status}`);
    throw new TritonError(status >= 500 ? 'failed' : 'refused', `Triton answered ${status}`);
  }

  async release(): Promise<void> {
    this.#line.close();
  }

  startProfiling(): void {
    throw new TypeError('Triton is not profiled from here');
  }

  endProfiling(): void {
    throw new TypeError('Triton is not profiled from here');
  }
}

function toMetadata({ name, datatype, shape }: TensorFacts): InferenceSession.ValueMetadata {
  return { name, isTensor: true, type: typeOf(datatype), shape };
}
