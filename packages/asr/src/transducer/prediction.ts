/**
 * The two halves of a transducer that see the text so far: the prediction network (an LSTM) and the joint network, which
 * scores what comes next at a frame. Exports carry them in one file or in two; decoding sees no difference.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { AsrError } from '../errors.js';
import { openSession, runSession, type ModelFile, type Runtime, type SessionOptions } from '../runtime.js';
import { readFloats, toFloatTensor, toIntegerTensor, zeroTensor } from '../tensor-values.js';

/** Scores one segment, token after token. */
export interface Scorer {
  /** The logits of what may come next, given one frame of the encoder and the tokens accepted so far. */
  score(frame: Float32Array): Promise<Float32Array>;
  /** Takes a token as part of the text. */
  accept(token: number): void;
}

/** The loaded networks. */
export interface Prediction {
  /** Begins a segment; `blank` stands for the text before its first token. */
  begin(blank: number): Scorer;
  release(): Promise<void>;
}

const STATES_IN = ['input_states_1', 'input_states_2'] as const;
const STATES_OUT = ['output_states_1', 'output_states_2'] as const;

/** The feeds of a prediction network: one token, and the state before it. */
function feedToken(runtime: Runtime, session: InferenceSession, token: number): Record<string, Tensor> {
  return {
    targets: toIntegerTensor(runtime, session, 'targets', [token], [1, 1]),
    target_length: toIntegerTensor(runtime, session, 'target_length', [1], [1]),
  };
}

/**
 * Both networks in one file, as `istupakov/parakeet-*-onnx` has them (`decoder_joint-model.onnx`).
 *
 * @throws {AsrError} `invalid_model`.
 */
export async function loadDecoderJoint(
  runtime: Runtime,
  file: ModelFile,
  options: SessionOptions | undefined,
): Promise<Prediction> {
  const inputs = ['encoder_outputs', 'targets', 'target_length', ...STATES_IN];
  const expected = { name: 'transducer decoder_joint', inputs, outputs: ['outputs', ...STATES_OUT] };
  const session = await openSession(runtime, file, expected, options);
  const begin = (blank: number): Scorer => {
    let last = blank;
    let states = STATES_IN.map((name) => zeroTensor(runtime, session, name, { 1: 1 }));
    let next = states;
    return {
      async score(frame) {
        const result = await runSession(session, {
          ...feedToken(runtime, session, last),
          encoder_outputs: toFloatTensor(runtime, session, 'encoder_outputs', frame, [1, frame.length, 1]),
          [STATES_IN[0]]: states[0],
          [STATES_IN[1]]: states[1],
        });
        next = STATES_OUT.map((name) => result[name]);
        return readFloats(result['outputs']);
      },
      accept(token) {
        last = token;
        states = next;
      },
    };
  };
  return { begin, release: () => session.release() };
}

/**
 * The networks in two files, as `csukuangfj/sherpa-onnx-nemo-*` has them (`decoder.onnx`, `joiner.onnx`). The decoder's states
 * have no fixed names: they are its third and fourth input and output.
 *
 * @throws {AsrError} `invalid_model`.
 */
export async function loadDecoderAndJoiner(
  runtime: Runtime,
  files: { decoder: ModelFile; joiner: ModelFile },
  options: SessionOptions | undefined,
): Promise<Prediction> {
  const decoder = await openSession(
    runtime,
    files.decoder,
    { name: 'transducer decoder', inputs: ['targets', 'target_length'], outputs: ['outputs'] },
    options,
  );
  try {
    if (decoder.inputNames.length !== 4 || decoder.outputNames.length !== 4)
      throw new AsrError('invalid_model', 'The model file transducer decoder has no two states');
    const joiner = await openSession(
      runtime,
      files.joiner,
      { name: 'transducer joiner', inputs: ['encoder_outputs', 'decoder_outputs'], outputs: ['outputs'] },
      options,
    );
    return new DecoderAndJoiner(runtime, decoder, joiner);
  } catch (error) {
    await decoder.release();
    throw error;
  }
}

class DecoderAndJoiner implements Prediction {
  constructor(
    private readonly runtime: Runtime,
    private readonly decoder: InferenceSession,
    private readonly joiner: InferenceSession,
  ) {}

  begin(blank: number): Scorer {
    const { runtime, decoder, joiner } = this;
    const statesIn = decoder.inputNames.slice(2);
    const statesOut = decoder.outputNames.slice(2);
    const states = statesIn.map((name) => zeroTensor(runtime, decoder, name, { 1: 1 }));
    let pending: number | undefined = blank;
    let text: Tensor | undefined;
    return {
      async score(frame) {
        if (pending !== undefined || text === undefined) {
          const feeds = feedToken(runtime, decoder, pending ?? blank);
          statesIn.forEach((name, i) => (feeds[name] = states[i]));
          const result = await runSession(decoder, feeds);
          statesOut.forEach((name, i) => (states[i] = result[name]));
          text = result['outputs'];
          pending = undefined;
        }
        const encoded = toFloatTensor(runtime, joiner, 'encoder_outputs', frame, [1, frame.length, 1]);
        const result = await runSession(joiner, { encoder_outputs: encoded, decoder_outputs: text });
        return readFloats(result['outputs']);
      },
      accept(token) {
        pending = token;
      },
    };
  }

  async release(): Promise<void> {
    await this.decoder.release();
    await this.joiner.release();
  }
}
