/**
 * Speakers told apart with what is on board: spectra and pitch of one-second windows, compared by voice-statistics.ts. It
 * serves recordings in which people take turns of a few seconds. What it cannot do, and does not pretend to: turns under
 * two seconds, changes without a pause, similar voices, several people at once. Meetings need neural models.
 */
import { SAMPLE_RATE } from '../audio.js';
import { agglomerate, type Group } from './agglomerate.js';
import { MOST_SPEAKERS } from './diarizer.js';
import { quantile } from './quantile.js';
import { resegment, WINDOW_WEIGHT } from './resegment.js';
import type {
  SpeakerModel,
  SpeakerTurn,
  VoiceCutter,
  VoiceDescription,
  VoicePiece,
} from './speaker-model.js';
import { toTurns, type LabelledRegion } from './speaker-turns.js';
import { computeVoice, VOICE_VALUES, voiceWindows, WINDOW_HOP } from './voice-features.js';
import { VoiceLikelihood, type VoiceCluster } from './voice-likelihood.js';
import { VoiceRegions } from './voice-regions.js';

/** Neighbouring windows of a region are one voice unless there is some evidence against it. */
const NEIGHBOURS_APART = -2;
/**
 * Windows whose weight a whole recording has when it is decided how many speakers there are: one who speaks for an hour never
 * sounds quite the same all the time, and with ever more windows the smallest difference would be certain.
 */
const MOST_EVIDENCE = 200;
/** Seconds of speech below which somebody is not a speaker of their own. */
const LEAST_SPEECH = 3.5;
/** Pauses inside a turn. */
const LONGEST_GAP = SAMPLE_RATE;

interface VoiceWindow {
  readonly start: number;
  readonly end: number;
  /** Which region it lies in. */
  readonly region: number;
  /** 21 values, without what all windows of the recording have in common. */
  readonly vector: Float64Array;
}

/** The embedded default. */
export class EmbeddedSpeakers implements SpeakerModel {
  createCutter(): VoiceCutter {
    return new VoiceRegions();
  }

  async describe(pcm: Float32Array, piece: VoicePiece): Promise<Float32Array> {
    return computeVoice(pcm, piece);
  }

  async decide(descriptions: readonly VoiceDescription[], speakers: number): Promise<SpeakerTurn[]> {
    const windows = centre(descriptions.flatMap(toWindows));
    if (windows.length === 0) return [];
    const labels = speakers > 0 ? cluster(windows, speakers).labels : findSpeakers(windows);
    return toTurns(placeLabels(windows, labels, descriptions), LONGEST_GAP);
  }
}

function toWindows(description: VoiceDescription, region: number): VoiceWindow[] {
  return voiceWindows(description).map(({ start, end }, i) => ({
    start,
    end,
    region,
    vector: Float64Array.from(description.values.subarray(i * VOICE_VALUES, (i + 1) * VOICE_VALUES)),
  }));
}

/** Takes the recording's median away: room and microphone are the same for all. */
function centre(windows: readonly VoiceWindow[]): VoiceWindow[] {
  const medians = Array.from({ length: VOICE_VALUES }, (_, d) =>
    quantile(
      Float64Array.from(windows, ({ vector }) => vector[d]),
      0.5,
    ),
  );
  return windows.map((window) => ({
    ...window,
    vector: window.vector.map((value, d) => value - medians[d]),
  }));
}

function findSpeakers(windows: readonly VoiceWindow[]): number[] {
  const { labels, speakers } = cluster(windows, 0);
  if (speakers === 1) return labels;
  const heard = windows.map(({ vector, region }, t) => ({
    vector,
    afterPause: t > 0 && windows[t - 1].region !== region,
  }));
  return absorbSmall(windows, resegment(heard, labels, speakers));
}

/**
 * Groups windows: neighbours within a region, then any as far as it explains more, then what is left with the evidence of the
 * whole recording, or down to a number of speakers.
 */
function cluster(windows: readonly VoiceWindow[], speakers: number): { labels: number[]; speakers: number } {
  const close = new VoiceLikelihood(WINDOW_WEIGHT);
  const count = Math.max(1, speakers);
  const stretches = joinNeighbours(windows, close);
  const voices = agglomerate(
    stretches.map((stretch) => stretch.cluster),
    close,
    { score: 0, count },
  );
  const overall = new VoiceLikelihood(WINDOW_WEIGHT * Math.min(1, MOST_EVIDENCE / windows.length));
  const clusters = voices.map((voice) => overall.cluster(voice.cluster.windows, voice.cluster.sum));
  let groups = agglomerate(clusters, overall, { score: speakers > 0 ? -Infinity : 0, count });
  if (groups.length > MOST_SPEAKERS)
    groups = agglomerate(clusters, overall, { score: -Infinity, count: MOST_SPEAKERS });
  const labels = new Array<number>(windows.length).fill(0);
  groups.forEach(({ members }, label) => {
    for (const voice of members)
      for (const stretch of voices[voice].members)
        for (const window of stretches[stretch].members) labels[window] = label;
  });
  return { labels, speakers: groups.length };
}

/** Merges windows next to each other in a region, the most alike first, while they may be one voice. */
function joinNeighbours(windows: readonly VoiceWindow[], likelihood: VoiceLikelihood): Group<VoiceCluster>[] {
  const stretches: Group<VoiceCluster>[] = [];
  for (let first = 0; first < windows.length;) {
    let last = first;
    while (windows[last + 1]?.region === windows[first].region) last++;
    const chain = windows.slice(first, last + 1).map(({ vector }, i): Group<VoiceCluster> => ({
      cluster: likelihood.cluster(1, vector),
      members: [first + i],
    }));
    for (;;) {
      const gains = chain.slice(1).map(({ cluster }, i) => likelihood.score(chain[i].cluster, cluster));
      const best = gains.indexOf(Math.max(...gains));
      if (best < 0 || gains[best] < NEIGHBOURS_APART) break;
      const [a, b] = chain.slice(best, best + 2);
      const joined = {
        cluster: likelihood.merge(a.cluster, b.cluster),
        members: [...a.members, ...b.members],
      };
      chain.splice(best, 2, joined);
    }
    stretches.push(...chain);
    first = last + 1;
  }
  return stretches;
}

/** Gives the windows of speakers who hardly speak to those they are closest to. */
function absorbSmall(windows: readonly VoiceWindow[], given: readonly number[]): number[] {
  const labels = [...given];
  for (;;) {
    const seconds = new Map<number, number>();
    windows.forEach(({ start, end }, t) => {
      const length = Math.min(WINDOW_HOP, (end - start) / SAMPLE_RATE);
      seconds.set(labels[t], (seconds.get(labels[t]) ?? 0) + length);
    });
    const [[smallest, length]] = [...seconds].sort((a, b) => a[1] - b[1]);
    if (seconds.size < 2 || length >= LEAST_SPEECH) return labels;
    const means = [...seconds.keys()]
      .filter((label) => label !== smallest)
      .map((label) => ({ label, mean: meanOf(windows.filter((_, t) => labels[t] === label)) }));
    windows.forEach(({ vector }, t) => {
      if (labels[t] !== smallest) return;
      const distances = means.map(({ mean }) => squaredDistance(vector, mean));
      labels[t] = means[distances.indexOf(Math.min(...distances))].label;
    });
  }
}

function meanOf(windows: readonly VoiceWindow[]): Float64Array {
  const mean = new Float64Array(VOICE_VALUES);
  for (const { vector } of windows) vector.forEach((value, d) => (mean[d] += value / windows.length));
  return mean;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, d) => sum + (value - b[d]) ** 2, 0);
}

/** Every moment of a region belongs to the window whose middle is nearest. */
function placeLabels(
  windows: readonly VoiceWindow[],
  labels: readonly number[],
  regions: readonly VoiceDescription[],
): LabelledRegion[] {
  const middle = (t: number) => (windows[t].start + windows[t].end) / 2;
  return windows.map(({ region }, t) => {
    const sameBefore = windows[t - 1]?.region === region;
    const sameAfter = windows[t + 1]?.region === region;
    return {
      start: sameBefore ? Math.round((middle(t - 1) + middle(t)) / 2) : regions[region].start,
      end: sameAfter ? Math.round((middle(t) + middle(t + 1)) / 2) : regions[region].end,
      label: labels[t],
    };
  });
}
