/**
 * Telling speakers apart as jobs for the recogniser processes: each piece of a recording is described by whichever is free,
 * and one of them decides at the end. Nothing of it is computed in the process that answers requests.
 */
import type { SpeakerModel, SpeakerTurn, VoiceCutter, VoiceDescription, VoicePiece } from '@sealscribe/asr';
import { HttpError } from '../http-error.js';
import type { JobHeader, VoiceValues } from './recognizer-protocol.js';
import type { Lane } from './scheduler.js';
import { wipe } from './wipe.js';

/** A speaker model in other processes. */
export class RemoteSpeakers implements SpeakerModel {
  readonly #lane: Lane;
  readonly #local: Pick<SpeakerModel, 'createCutter'>;

  /** @param local of the kind that the recogniser processes have: it says which pieces are wanted */
  constructor(lane: Lane, local: Pick<SpeakerModel, 'createCutter'>) {
    this.#lane = lane;
    this.#local = local;
  }

  createCutter(): VoiceCutter {
    return this.#local.createCutter();
  }

  async describe(pcm: Float32Array, { start, end, probabilities }: VoicePiece): Promise<Float32Array> {
    const payload = new Float32Array(probabilities.length + pcm.length);
    payload.set(probabilities);
    payload.set(pcm, probabilities.length);
    const header: JobHeader = { kind: 'voice', start, end, frames: probabilities.length };
    return (await this.#lane.submit({ header, payload })).payload;
  }

  async decide(descriptions: readonly VoiceDescription[], speakers: number): Promise<SpeakerTurn[]> {
    const pieces = descriptions.map(({ start, end, values }) => ({ start, end, values: values.length }));
    const payload = new Float32Array(pieces.reduce((sum, { values }) => sum + values, 0));
    let at = 0;
    for (const { values } of descriptions) {
      payload.set(values, at);
      at += values.length;
      wipe(values);
    }
    const { turns } = await this.#lane.submit({ header: { kind: 'speakers', speakers, pieces }, payload });
    if (turns === undefined) throw new HttpError('recognizer_failed');
    return [...turns];
  }
}

/** In a recogniser process: the descriptions of a `speakers` job. */
export function readDescriptions(pieces: readonly VoiceValues[], payload: Float32Array): VoiceDescription[] {
  let at = 0;
  return pieces.map(({ start, end, values }) => ({
    start,
    end,
    values: payload.subarray(at, (at += values)),
  }));
}
