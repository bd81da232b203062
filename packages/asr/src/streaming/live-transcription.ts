/**
 * Live transcription: samples in as they are spoken, out come partial texts about every half second and segments that are
 * final. What is open is recognised again and again as it grows; the words on which two recognitions agree are stable and stay
 * as they are, in the segment too. Recognition and voice activity are passed in, so that it runs anywhere.
 *
 * When recognition cannot keep up, partials are left out and segments come later; nothing that was said is dropped.
 */
import type { Segment, Transcript } from '@sealscribe/protocol';
import { FRAME_SAMPLES, SAMPLE_RATE, toSeconds } from '../audio.js';
import { PcmWindow } from '../pcm-window.js';
import type { Recognition } from '../recognizer.js';
import type { SegmentSpan } from '../segmenter.js';
import { SpokenLanguage } from '../spoken-language.js';
import { assembleTranscript, toSegment } from '../transcript.js';
import type { VadState } from '../vad.js';
import { agreeingPrefix, lengthHeard, lengthOfSaid, toText, toUnits } from './agreement.js';
import { LiveSegmenter, type LiveCut, type OpenSpeech } from './live-segmenter.js';
import { retimeWords } from './retime.js';

/** Frames that are listened to at once: a quarter of a second, and about 29 s when there is much to catch up with. */
const STEP = 8 * FRAME_SAMPLES;
const LARGEST_STEP = 896 * FRAME_SAMPLES;
/** Between two partials, and before the first; and for each sample that passed while the latest was made, so many without. */
const PARTIAL_EVERY = 0.5 * SAMPLE_RATE;
const PARTIAL_PATIENCE = 2;
const FIRST_PARTIAL = 0.4 * SAMPLE_RATE;
/** With more than this to catch up with, there are no partials. */
const BEHIND = 2 * SAMPLE_RATE;

/** What live transcription works with. Samples and states passed to it are its own from then on. */
export interface LiveEngine {
  /** Voice activity in the next window: {@link VoiceActivityDetector.run}. */
  detect(pcm: Float32Array, state: VadState): Promise<{ probabilities: Float32Array; state: VadState }>;
  /**
   * Recognises a span. `final` is false for a text that will be replaced soon: second tries and word times are not worth their
   * while then. `hypothesis` is that of the latest recognition of what begins at the same place.
   */
  recognize(
    pcm: Float32Array,
    span: SegmentSpan,
    final: boolean,
    hypothesis?: readonly number[],
  ): Promise<Recognition>;
}

/**
 * What happens in a live transcription. The texts of the segments so far and the `stable` of the latest event, joined by
 * spaces, only ever grow.
 */
export type LiveEvent =
  | {
      readonly kind: 'partial';
      /** What is being said, since the last segment. */
      readonly text: string;
      /** The part of it, from its start, that will not change. */
      readonly stable: string;
      /** Seconds of the stream. */
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly kind: 'segment';
      readonly segment: Segment;
      /** What is certain already of what follows it. */
      readonly stable: string;
    };

/** Facts and listener of a live transcription. */
export interface LiveOptions {
  /** The detector's state at the beginning: {@link VoiceActivityDetector.createState}. */
  readonly state: VadState;
  /** BCP 47 tag of what is spoken, or "auto", for the transcript. */
  readonly language: string;
  /** Id of the model, for the transcript. */
  readonly model: string;
  onEvent(event: LiveEvent): void;
}

/** One live stream. */
export class LiveTranscription {
  readonly #engine: LiveEngine;
  readonly #options: LiveOptions;
  readonly #window = new PcmWindow(SAMPLE_RATE);
  readonly #segmenter = new LiveSegmenter();
  readonly #segments: Segment[] = [];
  readonly #spoken = new SpokenLanguage();
  #state: VadState;
  /** Samples that have gone through voice activity detection. */
  #detected = 0;
  /** Units that will not change, of what is open. */
  #stable: string[] = [];
  /** What the latest recognition had after them. */
  #tail: string[] = [];
  #shown = '';
  /** The latest recognition's hypothesis, and where what it heard began. */
  #hypothesis: { start: number; tokens: readonly number[] } | undefined;
  /** Where the latest partial ended, and when it was made, in samples. */
  #partialEnd = 0;
  #partialAt = -Infinity;
  #partialEvery = PARTIAL_EVERY;
  /** The recognition of speech that has paused, should it be committed as it is. */
  #paused: { start: number; end: number; recognition: Recognition } | undefined;
  #working: Promise<void> | undefined;
  #ending = false;
  #closed = false;

  constructor(engine: LiveEngine, options: LiveOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#state = options.state;
  }

  /** Seconds given so far. */
  get duration(): number {
    return toSeconds(this.#window.end);
  }

  /** Seconds given and not listened to yet. */
  get backlog(): number {
    return toSeconds(this.#window.end - this.#detected);
  }

  /**
   * Takes the next samples: mono float32 at 16 kHz, any number. They are copied; the caller wipes its own. Resolves when they
   * have been worked through: whoever is faster than that should wait.
   *
   * @throws {RangeError} when the stream has ended.
   * @throws what the engine throws; the stream is of no use then.
   */
  async push(pcm: Float32Array): Promise<void> {
    if (this.#ending || this.#closed) throw new RangeError('the stream has ended');
    this.#window.append(pcm);
    await this.#keepWorking();
  }

  /**
   * Ends the stream: what is open becomes final.
   *
   * @throws what the engine throws.
   */
  async finish(): Promise<Transcript> {
    this.#ending = true;
    // What was running may not have known that the end is here.
    await this.#keepWorking();
    await this.#keepWorking();
    const total = this.#window.end;
    for (const cut of this.#closed ? [] : this.#segmenter.flush(total)) await this.#commit(cut);
    this.close();
    const { model } = this.#options;
    const language = this.#spoken.resolve(this.#options.language);
    return assembleTranscript(this.#segments, { duration: toSeconds(total), language, model });
  }

  /** Gives up and overwrites the samples that are left. */
  close(): void {
    this.#closed = true;
    this.#window.clear();
    this.#state.context.fill(0);
  }

  #keepWorking(): Promise<void> {
    return (this.#working ??= this.#work().finally(() => (this.#working = undefined)));
  }

  async #work(): Promise<void> {
    for (;;) {
      const waiting = this.#window.end - this.#detected;
      if (this.#closed || waiting === 0 || (waiting < STEP && !this.#ending)) return;
      const whole = this.#ending ? waiting : waiting - (waiting % STEP);
      for (const cut of await this.#listen(Math.min(whole, LARGEST_STEP))) await this.#commit(cut);
      const open = this.#segmenter.open;
      if (open && !this.#ending && this.#window.end - this.#detected < BEHIND && this.#isDue(open))
        await this.#tell(open);
      if (!this.#closed) this.#window.forgetBefore(Math.min(this.#segmenter.neededFrom, this.#detected));
    }
  }

  async #listen(samples: number): Promise<LiveCut[]> {
    const end = this.#detected + samples;
    const before = this.#state;
    const { probabilities, state } = await this.#engine.detect(
      this.#window.copy(this.#detected, end),
      before,
    );
    before.context.fill(0);
    this.#state = state;
    if (this.#closed) state.context.fill(0);
    this.#detected = end;
    return this.#segmenter.push(probabilities);
  }

  #isDue({ span, paused }: OpenSpeech): boolean {
    if (span.end <= this.#partialEnd) return false;
    const spoken = span.end - span.regions[0].start;
    return paused || (spoken >= FIRST_PARTIAL && this.#detected - this.#partialAt >= this.#partialEvery);
  }

  async #tell({ span, paused }: OpenSpeech): Promise<void> {
    this.#partialEnd = span.end;
    this.#partialAt = this.#detected;
    const started = Date.now();
    const recognition = await this.#recognize(span, paused);
    if (this.#closed) return;
    const passed = ((Date.now() - started) * SAMPLE_RATE) / 1000;
    this.#partialEvery = Math.max(PARTIAL_EVERY, PARTIAL_PATIENCE * passed);
    this.#paused = paused ? { start: span.start, end: span.end, recognition } : undefined;
    const units = toUnits(recognition.text);
    const tail = units.slice(lengthOfSaid(units, this.#stable));
    const agreed = agreeingPrefix(tail, this.#tail);
    this.#stable.push(...tail.splice(0, agreed));
    this.#tail = tail;
    const text = toText([...this.#stable, ...tail]);
    const stable = toText(this.#stable);
    const shown = `${stable}\n${text}`;
    if (text === '' || shown === this.#shown) return;
    this.#shown = shown;
    const [start, end] = [span.regions[0].start, span.end].map(toSeconds);
    this.#options.onEvent({ kind: 'partial', text, stable, start, end });
  }

  async #commit(cut: LiveCut): Promise<void> {
    const { goesOn } = cut;
    // The last frame of a stream is filled up with silence, which nobody has.
    const span = { ...cut.span, end: Math.min(cut.span.end, this.#window.end) };
    const known =
      this.#paused?.start === span.start && this.#paused.end === span.end ? this.#paused : undefined;
    const recognition = known?.recognition ?? (await this.#recognize(span, true));
    if (this.#closed) return;
    const units = toUnits(recognition.text);
    const kept = goesOn ? lengthHeard(this.#stable, units) : this.#stable.length;
    const said = this.#stable.slice(0, kept);
    const rest = this.#stable.slice(kept);
    const text = toText(rest.length > 0 ? said : [...said, ...units.slice(lengthOfSaid(units, said))]);
    this.#stable = rest;
    this.#tail = [];
    this.#paused = undefined;
    this.#shown = '';
    this.#partialEnd = span.end;
    const words = retimeWords(recognition.words, text, toSeconds(span.end - span.start));
    this.#spoken.add(recognition, toSeconds(span.end - span.start));
    const segment = toSegment(span, { ...recognition, text, words }, this.#segments.length);
    if (!segment) return;
    this.#segments.push(segment);
    this.#options.onEvent({ kind: 'segment', segment, stable: toText(rest) });
  }

  async #recognize(span: SegmentSpan, final: boolean): Promise<Recognition> {
    const known = this.#hypothesis?.start === span.start ? this.#hypothesis.tokens : undefined;
    const pcm = this.#window.copy(span.start, span.end);
    const recognition = await this.#engine.recognize(pcm, span, final, known);
    const { hypothesis: tokens } = recognition;
    this.#hypothesis = tokens && { start: span.start, tokens };
    return recognition;
  }
}
