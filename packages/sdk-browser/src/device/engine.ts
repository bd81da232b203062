/**
 * The recogniser in the worker: onnxruntime-web's WebAssembly under @sealscribe/asr, the same one-graph model as on a server. Its
 * 8-bit kernels differ from a server's in the last digits, so that a word in some hundreds may.
 */
import {
  AsrError,
  chooseLanguage,
  EmbeddedSpeakers,
  LiveTranscription,
  loadMoonshine,
  MOONSHINE_TINY_EN,
  recognizeSegment,
  transcribeAudio,
  VoiceActivityDetector,
  type LiveEvent,
  type Recognizer,
} from '@sealscribe/asr';
import type { ModelInfo, Segment, Transcript } from '@sealscribe/sdk-core';
import * as ort from 'onnxruntime-web/wasm';
import { DeviceFailure } from './device-failure.js';
import type { Job, Wishes } from './messages.js';
import { ModelFiles, RUNTIME_FILE, type ModelFileInfo, type ModelManifest } from './model-files.js';

/** Files of a Moonshine model with its voice activity detector, by what they are for. */
const FILES = {
  vad: 'silero_vad_v6.onnx',
  encoder: 'encoder_model.onnx',
  decoder: 'decoder_model_merged.onnx',
  tokens: 'tokens.txt',
} as const;

/** A loaded model, ready for one recording after the other. */
export class Engine {
  private constructor(
    private readonly vad: VoiceActivityDetector,
    private readonly recognizer: Recognizer,
  ) {}

  /**
   * Loads runtime and model.
   *
   * @param onProgress called with the part that is there, 0 to 1
   * @throws {DeviceFailure} `device_files_missing`, `device_unsupported`
   */
  static async load(
    folder: string,
    threads: number,
    onProgress: (fraction: number) => void,
  ): Promise<Engine> {
    let total = Infinity;
    let loaded = 0;
    const files = new ModelFiles(folder, (bytes) => onProgress((loaded += bytes) / total));
    const manifest = await files.manifest();
    if (manifest.family !== 'moonshine')
      throw new DeviceFailure(
        'device_files_missing',
        `${folder} holds a model that cannot run in a browser.`,
      );
    const wanted = [RUNTIME_FILE, ...Object.values(FILES).map((name) => entryOf(manifest, name, folder))];
    total = wanted.reduce((sum, { size }) => sum + size, 0);
    const [wasm, vad, encoder, decoder, tokens] = (await Promise.all(
      wanted.map(async (file) => files.get(file)),
    )) as [Bytes, Bytes, Bytes, Bytes, Bytes];

    Object.assign(ort.env.wasm, { wasmBinary: wasm.buffer, numThreads: threads });
    ort.env.logLevel = 'error';
    const session = { intraOpNumThreads: threads };
    try {
      return new Engine(
        await VoiceActivityDetector.load(ort, vad, session),
        await loadMoonshine(
          ort,
          { encoder, decoder, tokens: new TextDecoder().decode(tokens) },
          // WebAssembly multiplies signed bytes without overflow.
          { model: modelOf(manifest), session, drafts: true, arithmetic: 'int8' },
        ),
      );
    } catch (cause) {
      throw new DeviceFailure('device_unsupported', 'This browser cannot run the recogniser.', { cause });
    }
  }

  get model(): ModelInfo {
    return this.recognizer.model;
  }

  /**
   * Refuses what this model cannot do, before anything is decoded.
   *
   * @throws {DeviceFailure} `language_not_supported`, `model_not_found`
   */
  check({ language, model }: Wishes): void {
    if (model !== undefined && model !== this.model.id)
      throw new DeviceFailure('model_not_found', `On this device there is the model ${this.model.id} alone.`);
    try {
      chooseLanguage(this.model, language);
    } catch (cause) {
      throw new DeviceFailure(
        'language_not_supported',
        `The model on this device knows: ${this.model.languages.join(', ')}.`,
        { cause },
      );
    }
  }

  /** @throws {DeviceFailure} `recognizer_failed`, and what `samples` throws */
  async transcribe(
    samples: AsyncIterable<Float32Array>,
    { language, speakers }: Job,
    listeners: { onSegment: (segment: Segment) => void; onProgress: (seconds: number) => void },
  ): Promise<Transcript> {
    const { vad, recognizer } = this;
    const speakerModel = speakers === undefined ? undefined : new EmbeddedSpeakers();
    try {
      return await transcribeAudio(samples, {
        ...{ vad, recognizer, language, speakers, speakerModel },
        ...listeners,
      });
    } catch (cause) {
      if (!(cause instanceof AsrError)) throw cause;
      throw new DeviceFailure('recognizer_failed', 'The recogniser failed: is there enough memory?', {
        cause,
      });
    }
  }

  /**
   * Opens a live stream. It gives way before every step, so that samples which came meanwhile are known to it.
   *
   * @throws {DeviceFailure} as `check`
   */
  listen(wishes: Wishes, onEvent: (event: LiveEvent) => void): LiveTranscription {
    this.check(wishes);
    const { vad, recognizer } = this;
    const language = chooseLanguage(this.model, wishes.language);
    return new LiveTranscription(
      {
        detect: async (pcm, state) => {
          await giveWay();
          const found = await vad.run(pcm, state);
          pcm.fill(0);
          return found;
        },
        recognize: async (pcm, span, final, hypothesis) => {
          await giveWay();
          const recognition = final
            ? await recognizeSegment(
                (piece, regions) =>
                  recognizer.recognize(piece, {
                    ...{ language, words: true, regions },
                    hypothesis: piece.length === pcm.length ? hypothesis : undefined,
                  }),
                pcm,
                span,
              )
            : await recognizer.recognize(pcm, { language, hypothesis });
          pcm.fill(0);
          return recognition;
        },
      },
      { state: vad.createState(), language, model: this.model.id, onEvent },
    );
  }
}

/** Lets the messages in that wait. */
const giveWay = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

type Bytes = Uint8Array<ArrayBuffer>;

function entryOf({ files }: ModelManifest, name: string, folder: string): ModelFileInfo {
  const entry = files.find((file) => file.name === name);
  if (entry) return entry;
  throw new DeviceFailure('device_files_missing', `${folder}manifest.json does not list ${name}.`);
}

function modelOf({ id, name, languages }: ModelManifest): ModelInfo {
  const { description, wordTimestamps } = MOONSHINE_TINY_EN;
  return { id, name, languages: [...languages], description, wordTimestamps };
}
