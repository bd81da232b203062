/**
 * Who spoke when in one recording, gathered while it comes in: pieces are described as soon as they are certain, a few at a
 * time, and all descriptions are judged together at the end.
 */
import type { SpeakerModel, SpeakerTurn, VoiceDescription, VoicePiece } from './speaker-model.js';

/** Pieces in work before {@link Diarizer.push} waits. */
const AHEAD = 4;

/** Most speakers that can be asked for. */
export const MOST_SPEAKERS = 20;

/** Follows one recording. Feed it every frame's probability of speech in order, then finish it. */
export class Diarizer {
  readonly #model: SpeakerModel;
  readonly #read: (start: number, end: number) => Float32Array;
  readonly #cutter;
  readonly #descriptions: VoiceDescription[] = [];
  readonly #running = new Set<Promise<void>>();
  #failure: unknown;

  /** @param read The samples of the recording from `start` to `end`, a copy that is wiped after use. */
  constructor(model: SpeakerModel, read: (start: number, end: number) => Float32Array) {
    this.#model = model;
    this.#read = read;
    this.#cutter = model.createCutter();
  }

  /** The earliest sample that will be read: audio before it may be forgotten. */
  get neededFrom(): number {
    return this.#cutter.neededFrom;
  }

  /** Takes the next frames' probabilities of speech, whose samples can be read. @throws what the model throws. */
  async push(probabilities: Float32Array): Promise<void> {
    for (const piece of this.#cutter.push(probabilities)) await this.#describe(piece);
  }

  /**
   * Ends the recording of `totalSamples` samples.
   *
   * @param speakers How many speakers there are, up to 20; 0 means find out.
   * @throws {RangeError} for another number of speakers. @throws what the model throws.
   */
  async finish(totalSamples: number, speakers = 0): Promise<SpeakerTurn[]> {
    if (!Number.isSafeInteger(speakers) || speakers < 0 || speakers > MOST_SPEAKERS)
      throw new RangeError(`speakers must be a whole number up to ${MOST_SPEAKERS}`);
    for (const piece of this.#cutter.flush(totalSamples)) await this.#describe(piece);
    await Promise.all(this.#running);
    this.#throwFailure();
    return this.#model.decide(this.#descriptions, speakers);
  }

  async #describe(piece: VoicePiece): Promise<void> {
    while (this.#running.size >= AHEAD) await Promise.race(this.#running);
    this.#throwFailure();
    const pcm = this.#read(piece.start, piece.end);
    const index = this.#descriptions.push({
      start: piece.start,
      end: piece.end,
      values: new Float32Array(0),
    });
    const running = this.#model
      .describe(pcm, piece)
      .then((values) => {
        this.#descriptions[index - 1] = { start: piece.start, end: piece.end, values };
      })
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        pcm.fill(0);
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  #throwFailure(): void {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- passed on as it came
    if (this.#failure !== undefined) throw this.#failure;
  }
}
