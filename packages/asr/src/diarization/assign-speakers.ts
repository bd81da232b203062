/**
 * Who said what: words go to the speaker in whose turn most of them lies, and segments are split where the speaker changes.
 * A segment without word times goes as a whole to the speaker who has most of it.
 */
import type { Segment, Word } from '@sealscribe/protocol';
import type { SpeakerTurn } from './speaker-model.js';

/** Seconds around a segment in which its speaker is looked for first. */
const NEAR = 5;

/** Segments with speakers, "SPEAKER_00" being the first heard, and new ids where some were split. */
export function assignSpeakers(segments: readonly Segment[], turns: readonly SpeakerTurn[]): Segment[] {
  const parts = segments.flatMap((segment) => splitSegment(segment, turns));
  return labelSpeakers(parts);
}

/** A segment (or part of one) and its speaker, by any number. */
export interface SpokenSegment {
  readonly segment: Segment;
  readonly speaker: number;
}

/** Labels speakers in order of appearance and numbers the segments. */
export function labelSpeakers(spoken: readonly SpokenSegment[]): Segment[] {
  const order = [...new Set(spoken.map(({ speaker }) => speaker))];
  return spoken.map(({ segment, speaker }, id) => ({
    ...segment,
    id,
    speaker: `SPEAKER_${String(order.indexOf(speaker)).padStart(2, '0')}`,
  }));
}

function splitSegment(segment: Segment, all: readonly SpeakerTurn[]): SpokenSegment[] {
  // Looking at every turn for every word of a long recording would take seconds.
  const close = all.filter(({ start, end }) => start < segment.end + NEAR && end > segment.start - NEAR);
  const turns = close.length > 0 ? close : all;
  if (segment.words.length === 0) return [{ segment, speaker: findSpeaker(segment, turns) }];
  const runs: { speaker: number; words: Word[] }[] = [];
  for (const word of segment.words) {
    const speaker = findSpeaker(word, turns);
    const last = runs.at(-1);
    if (last?.speaker === speaker) last.words.push(word);
    else runs.push({ speaker, words: [word] });
  }
  if (runs.length === 1) return [{ segment, speaker: runs[0].speaker }];
  const texts = splitText(
    segment.text,
    runs.map(({ words }) => words),
  );
  return runs.map(({ speaker, words }, i) => ({
    speaker,
    segment: {
      ...segment,
      start: i === 0 ? segment.start : words[0].start,
      end: i === runs.length - 1 ? segment.end : words[words.length - 1].end,
      text: texts[i],
      confidence: meanConfidence(words) ?? segment.confidence,
      words,
    },
  }));
}

/** The speaker who has most of a stretch of time; where nobody speaks, the one whose turn is nearest. */
function findSpeaker({ start, end }: { start: number; end: number }, turns: readonly SpeakerTurn[]): number {
  const shares = new Map<number, number>();
  let nearest = 0;
  let distance = Infinity;
  for (const turn of turns) {
    const shared = Math.min(end, turn.end) - Math.max(start, turn.start);
    if (shared > 0) shares.set(turn.speaker, (shares.get(turn.speaker) ?? 0) + shared);
    if (-shared < distance) {
      distance = -shared;
      nearest = turn.speaker;
    }
  }
  let best = nearest;
  let most = 0;
  for (const [speaker, shared] of shares) {
    if (shared <= most) continue;
    most = shared;
    best = speaker;
  }
  return best;
}

/** The text between the first words of the runs, so that spaces and signs stay as they are; words joined where they differ. */
function splitText(text: string, runs: readonly (readonly Word[])[]): string[] {
  const starts: number[] = [];
  let at = 0;
  for (const words of runs) {
    for (const [i, { word }] of words.entries()) {
      const found = text.indexOf(word, at);
      if (found < 0) return runs.map((run) => run.map(({ word }) => word).join(' '));
      if (i === 0) starts.push(found);
      at = found + word.length;
    }
  }
  return starts.map((start, i) => text.slice(i === 0 ? 0 : start, starts[i + 1]).trim());
}

function meanConfidence(words: readonly Word[]): number | null {
  const known = words.flatMap(({ confidence }) => (confidence === null ? [] : [confidence]));
  if (known.length === 0) return null;
  return Math.round((1000 * known.reduce((sum, value) => sum + value, 0)) / known.length) / 1000;
}
