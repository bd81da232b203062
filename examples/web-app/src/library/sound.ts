/** Whether the sound is kept with its transcript, sealed; and the saving of both. */
import {
  ApiError,
  type Labels,
  type Saved,
  type Transcript,
  type Transcripts,
} from '@sealscribe/sdk-browser';
import { keptChoice } from './kept-choice.js';

/** `choose` chooses, `useChoice` says whether it is kept. */
export const { choose: chooseSound, useChoice: useKeepsSound } = keptChoice('sealscribe-sound', 'kept');

/** Saves a transcript with its sound; where the server takes no sound (it may have no room for it), without. */
export async function saveWithSound(
  into: Transcripts,
  transcript: Transcript,
  labels: Labels,
  sound: Blob,
): Promise<Saved & { refusal?: ApiError }> {
  try {
    return await into.save(transcript, { ...labels, recording: { data: sound } });
  } catch (refusal) {
    if (!(refusal instanceof ApiError)) throw refusal;
    const { onProgress: _, ...others } = labels;
    return { ...(await into.save(transcript, others)), refusal };
  }
}
