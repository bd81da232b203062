/**
 * When each word was spoken, from where the decoder listened while it wrote it. The idea is Whisper's word times: normalised
 * cross-attention of a few heads, then the best monotonic path (https://github.com/openai/whisper, timing.py). Added here:
 * words instead of tokens on the path, and voice activity, which knows the borders of speech better than attention does.
 * The audio itself is not looked at: moving borders to changes of its spectrum was tried and made them no better.
 */
import type { Word } from '@sealscribe/protocol';
import type { SpeechRegion } from '../recognizer.js';
import { scoreTokens, sumOverHeads, type AlignmentHead, type CrossAttention } from './attention-scores.js';
import { groupIntoWords, type TokenPiece, type WordTokens } from './group-into-words.js';
import { findBorders } from './monotonic-path.js';
import { separate, type Interval } from './separate.js';

/** No word is shorter, in seconds, as long as they all have room. */
const SHORTEST_WORD = 0.02;
// Voice activity hears speech begin and end so much too late, in seconds. Forced alignment of 112 stretches of speech says 0.02
// and 0.05 on average, the known borders of 29 constructed turns 0.02 and 0.035.
const HEARD_BEGIN_LATE = 0.02;
const HEARD_END_LATE = 0.035;

/** What {@link alignWords} works on. */
export interface Alignment {
  /** The tokens of the text in order, without begin and end. */
  readonly tokens: readonly TokenPiece[];
  /** Of the same tokens. */
  readonly attention: CrossAttention;
  /** The heads that follow the text. */
  readonly heads: readonly AlignmentHead[];
  /** Length of the audio in seconds. */
  readonly duration: number;
  /** Seconds from one frame of the encoder to the next. */
  readonly frameSeconds: number;
  /** Where somebody speaks, in order; everywhere when left out or empty. */
  readonly regions?: readonly SpeechRegion[] | undefined;
}

/**
 * Words with their times in seconds: in order, inside the audio, never overlapping, none without length. A word's confidence
 * is the geometric mean of the probabilities of its tokens.
 */
export function alignWords(alignment: Alignment): Word[] {
  const { tokens, attention, heads, duration } = alignment;
  const words = groupIntoWords(tokens);
  if (words.length === 0 || attention.frames === 0) return [];
  const scores = scoreTokens(attention, heads);
  const rows = words.map(({ spoken }) => highestOf(spoken, scores, attention.frames));
  const borders = findBorders(rows, attention.frames);
  const regions = speechIn(alignment);
  // Frames are centred in the audio: the encoder's windows reach as far over their first as over their last.
  const offset = (duration - attention.frames * alignment.frameSeconds) / 2;
  const toSeconds = (frame: number) => offset + frame * alignment.frameSeconds;
  const raw = words.map(({ spoken }, i): Interval => {
    const heard = sumOverHeads(attention, heads, spoken);
    const interval = { start: toSeconds(borders[i]), end: toSeconds(borders[i + 1]) };
    return clip(interval, mostAttended(regions, heard, toSeconds));
  });
  return separate(raw, duration, SHORTEST_WORD).map(({ start, end }, i) => ({
    word: words[i].text,
    start,
    end,
    confidence: confidenceOf(words[i], tokens),
  }));
}

/** For each frame the highest score of some tokens: a long word need not be attended to by all of them at once. */
function highestOf(tokens: readonly number[], scores: Float32Array, frames: number): Float32Array {
  const row = new Float32Array(frames).fill(-Infinity);
  for (const token of tokens) {
    for (let frame = 0; frame < frames; frame++)
      row[frame] = Math.max(row[frame], scores[token * frames + frame]);
  }
  return row;
}

/** The regions with their borders where speech really begins and ends, as far as there is a pause around them. */
function speechIn({ regions = [], duration }: Alignment): SpeechRegion[] {
  if (regions.length === 0) return [{ start: 0, end: duration }];
  return regions.map(({ start, end }, i) => {
    const before = regions[i - 1]?.end ?? 0;
    const after = regions[i + 1]?.start ?? duration;
    return {
      start: start - before > HEARD_BEGIN_LATE ? start - HEARD_BEGIN_LATE : start,
      end: after - end > HEARD_END_LATE ? Math.max(end - HEARD_END_LATE, (start + end) / 2) : end,
    };
  });
}

/** The region that holds most of the attention. */
function mostAttended(
  regions: readonly SpeechRegion[],
  heard: Float32Array,
  toSeconds: (frame: number) => number,
): SpeechRegion {
  const held = regions.map(({ start, end }) =>
    heard.reduce((sum, weight, frame) => {
      const middle = toSeconds(frame + 0.5);
      return middle >= start && middle < end ? sum + weight : sum;
    }, 0),
  );
  return regions[held.indexOf(Math.max(...held))];
}

/** The part of an interval inside a region; next to the border that it lies beyond when there is none. */
function clip({ start, end }: Interval, region: SpeechRegion): Interval {
  const from = Math.min(Math.max(start, region.start), region.end);
  return { start: from, end: Math.max(from, Math.min(end, region.end)) };
}

function confidenceOf(word: WordTokens, tokens: readonly TokenPiece[]): number {
  const sum = word.tokens.reduce((total, token) => total + tokens[token].logProbability, 0);
  return Math.min(1, Math.exp(sum / word.tokens.length));
}
