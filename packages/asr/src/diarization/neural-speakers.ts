/**
 * Speakers told apart by neural models that the user has: a segmentation model says who of a window's speakers speaks when,
 * an embedding model what each one's voice is, and the voices of all windows are grouped (Bredin, "pyannote.audio 2.1 speaker
 * diarization pipeline", Interspeech 2023). It hears people who speak at once, and turns of less than a second.
 */
import { SAMPLE_RATE } from '../audio.js';
import type { ModelFile, Runtime, SessionOptions } from '../runtime.js';
import { agglomerate, type Linkage } from './agglomerate.js';
import { MOST_SPEAKERS } from './diarizer.js';
import { packVoices, unpackVoices, type LocalVoice } from './neural-description.js';
import { countVotes } from './overlapping-votes.js';
import { LOCAL_SPEAKERS, SpeakerSegmentation } from './segmentation.js';
import { PIECE_SAMPLES, SlidingPieces } from './sliding-pieces.js';
import { SpeakerEmbedding } from './speaker-embedding.js';
import type { SpeakerModel, SpeakerTurn, VoiceCutter, VoiceDescription } from './speaker-model.js';
import { toTurns } from './speaker-turns.js';

/** Seconds alone below which a voice is not described at all. */
const LEAST_SPEECH = 0.3;
/** Seconds alone from which a description is good enough to make speakers of; the others join them. */
const ENOUGH_SPEECH = 1;
/** Mean cosine from which two groups are one speaker: right for WeSpeaker's models, others may want their own. */
const SAME_SPEAKER = 0.5;

/** The files of {@link NeuralSpeakers}. */
export interface SpeakerFiles {
  /** pyannote's segmentation-3.0 as ONNX. */
  readonly segmentation: ModelFile;
  /** An embedding model, such as WeSpeaker's resnet34 or CAM++. */
  readonly embedding: ModelFile;
}

/** Mean cosine of all pairs of two groups (average linkage), from the sums of their directions. */
interface Voices {
  readonly count: number;
  readonly sum: Float32Array;
}

const alike: Linkage<Voices> = {
  score: (a, b) => dot(a.sum, b.sum) / (a.count * b.count),
  merge: (a, b) => ({ count: a.count + b.count, sum: a.sum.map((value, i) => value + b.sum[i]) }),
};

/** Segmentation and embedding models together. */
export class NeuralSpeakers implements SpeakerModel {
  readonly #segmentation: SpeakerSegmentation;
  readonly #embedding: SpeakerEmbedding;
  readonly #threshold: number;

  private constructor(segmentation: SpeakerSegmentation, embedding: SpeakerEmbedding, threshold: number) {
    this.#segmentation = segmentation;
    this.#embedding = embedding;
    this.#threshold = threshold;
  }

  /**
   * Loads the models.
   *
   * @param options.threshold Mean cosine from which voices are one speaker, -1 to 1.
   * @throws {AsrError} `invalid_model`.
   */
  static async load(
    runtime: Runtime,
    files: SpeakerFiles,
    options: { threshold?: number | undefined; session?: SessionOptions | undefined } = {},
  ): Promise<NeuralSpeakers> {
    const segmentation = await SpeakerSegmentation.load(runtime, files.segmentation, options.session);
    const embedding = await SpeakerEmbedding.load(runtime, files.embedding, options.session);
    return new NeuralSpeakers(segmentation, embedding, options.threshold ?? SAME_SPEAKER);
  }

  createCutter(): VoiceCutter {
    return new SlidingPieces();
  }

  async describe(pcm: Float32Array): Promise<Float32Array> {
    const masks = await this.#segmentation.run(pcm);
    const voices: LocalVoice[] = [];
    for (let speaker = 0; speaker < LOCAL_SPEAKERS; speaker++) {
      const alone = collect(pcm, masks, (mask) => mask === 1 << speaker);
      const seconds = alone.length / SAMPLE_RATE;
      if (seconds >= LEAST_SPEECH)
        voices.push({ speaker, seconds, embedding: await this.#embedding.embed(alone) });
      alone.fill(0);
    }
    return packVoices({ masks, voices });
  }

  async decide(descriptions: readonly VoiceDescription[], speakers: number): Promise<SpeakerTurn[]> {
    const windows = descriptions.map(({ start, end, values }) => ({ start, end, ...unpackVoices(values) }));
    const groups = this.#groupVoices(
      windows.flatMap(({ voices }) => voices),
      speakers,
    );
    if (groups.length === 0) return [];
    const labelled = windows.map(({ start, masks, voices }) => {
      const labels = new Array<number | undefined>(LOCAL_SPEAKERS).fill(undefined);
      for (const { speaker, embedding } of voices) labels[speaker] = nearest(groups, embedding);
      return { start, masks, labels };
    });
    const end = Math.max(...windows.map((window) => window.end));
    return toTurns(countVotes(labelled, groups.length, end), 0);
  }

  /** The directions of the speakers. */
  #groupVoices(voices: readonly LocalVoice[], speakers: number): Voices[] {
    const long = voices.filter(({ seconds }) => seconds >= ENOUGH_SPEECH);
    const chosen = long.length >= Math.max(1, speakers) ? long : voices;
    const items = chosen.map(({ embedding }) => ({ count: 1, sum: embedding }));
    const stop = speakers > 0 ? { score: -Infinity, count: speakers } : { score: this.#threshold, count: 1 };
    const found = agglomerate(items, alike, stop);
    const groups =
      found.length <= MOST_SPEAKERS
        ? found
        : agglomerate(items, alike, { score: -Infinity, count: MOST_SPEAKERS });
    return groups.map(({ cluster }) => cluster);
  }

  /** Frees the models. */
  async release(): Promise<void> {
    await this.#segmentation.release();
    await this.#embedding.release();
  }
}

/** The samples of the frames that are wanted, one after another. */
function collect(pcm: Float32Array, masks: Uint8Array, wanted: (mask: number) => boolean): Float32Array {
  const frame = PIECE_SAMPLES / masks.length;
  const collected = new Float32Array(pcm.length);
  let length = 0;
  masks.forEach((mask, i) => {
    if (!wanted(mask)) return;
    const samples = pcm.subarray(Math.round(i * frame), Math.round((i + 1) * frame));
    collected.set(samples, length);
    length += samples.length;
  });
  return collected.subarray(0, length);
}

function nearest(groups: readonly Voices[], embedding: Float32Array): number {
  const cosines = groups.map(({ sum }) => dot(sum, embedding) / Math.hypot(...sum));
  return cosines.indexOf(Math.max(...cosines));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
