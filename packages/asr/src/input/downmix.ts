/**
 * Several channels to one, for speech: the mean of the channels in which there is sound, so that speech in one channel of
 * two or six keeps its level. Where the channels would cancel each other out, the loudest is taken alone.
 * Levels are followed over about ten seconds and gains change gradually, so that nothing clicks.
 * What damage leaves in float formats, numbers that are none or beyond all scales, becomes silence here: one of them would
 * spoil everything after it.
 */

/** Energy below this part of the loudest channel's counts as no sound (-35 dB). */
const SILENT = 3e-4;
/** A mean with less than this part of the loudest channel's energy has cancelled itself out. */
const CANCELLED = 0.02;
const MEMORY_SECONDS = 10;
/** How long a change of gains takes. */
const RAMP_SECONDS = 0.02;
/** Full scale is 1; some writers of float samples keep that of 16-bit integers. */
const LOUDEST = 2 ** 16;

/** Follows the channels of one recording. */
export class Downmixer {
  readonly #keep: number;
  readonly #ramp: number;
  #energy: Float64Array | undefined;
  #gains: Float64Array | undefined;
  #meanEnergy = 0;

  constructor(sampleRate: number) {
    this.#keep = Math.exp(-1 / (MEMORY_SECONDS * sampleRate));
    this.#ramp = Math.ceil(RAMP_SECONDS * sampleRate);
  }

  /** One channel made of all; arrays of equal length in, a new one out. Impossible samples are set to 0 in place. */
  mix(channels: readonly Float32Array[]): Float32Array {
    channels.forEach(silenceImpossible);
    const [first] = channels;
    if (first === undefined) return new Float32Array(0);
    if (channels.length === 1) return first.slice();
    const target = this.#chooseGains(channels, first.length);
    const from = this.#gains ?? target;
    this.#gains = target;
    const mixed = new Float32Array(first.length);
    channels.forEach((channel, index) => {
      const begin = from[index] ?? 0;
      const end = target[index] ?? 0;
      if (begin === 0 && end === 0) return;
      for (let i = 0; i < channel.length; i++) {
        const gain = i < this.#ramp ? begin + ((end - begin) * i) / this.#ramp : end;
        mixed[i] = mixed[i] + channel[i] * gain;
      }
    });
    return mixed;
  }

  /**
   * A recording's two channels as they are, and of any other number the mix, twice. Arrays of equal length in, new ones out.
   * Impossible samples are set to 0 in place.
   */
  pair(channels: readonly Float32Array[]): [Float32Array, Float32Array] {
    const [left, right] = channels;
    if (left === undefined || right === undefined || channels.length > 2) {
      const mixed = this.mix(channels);
      return [mixed, mixed.slice()];
    }
    channels.forEach(silenceImpossible);
    return [left.slice(), right.slice()];
  }

  #chooseGains(channels: readonly Float32Array[], length: number): Float64Array {
    const keep = this.#keep ** length;
    const energy = (this.#energy ??= new Float64Array(channels.length));
    channels.forEach((channel, index) => {
      energy[index] = energy[index] * keep + energyOf(channel);
    });
    const loudest = Math.max(...energy);
    if (loudest === 0) return this.#gains ?? new Float64Array(channels.length).fill(1 / channels.length);
    const sounding = Array.from(energy, (value) => value > loudest * SILENT);
    const count = sounding.filter(Boolean).length;
    let meanEnergy = 0;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let c = 0; c < channels.length; c++) if (sounding[c]) sum += channels[c][i];
      meanEnergy += (sum / count) ** 2;
    }
    this.#meanEnergy = this.#meanEnergy * keep + meanEnergy;
    if (this.#meanEnergy < loudest * CANCELLED) {
      const winner = energy.indexOf(loudest);
      return Float64Array.from(energy, (_, index) => (index === winner ? 1 : 0));
    }
    return Float64Array.from(sounding, (sounds) => (sounds ? 1 / count : 0));
  }
}

function silenceImpossible(samples: Float32Array): void {
  // Said so that it is true of NaN as well.
  for (let i = 0; i < samples.length; i++) if (!(Math.abs(samples[i]) <= LOUDEST)) samples[i] = 0;
}

function energyOf(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i] ** 2;
  return sum;
}
