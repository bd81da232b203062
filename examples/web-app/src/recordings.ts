/** Recordings of this visit, by the transcript they became: for listening along, in memory, gone with the tab or the lock. */
const recordings = new Map<string, Blob>();

/** Remembers the recording of a transcript. */
export function keepRecording(id: string, recording: Blob): void {
  recordings.set(id, recording);
}

/** The recording of a transcript, where it is still there. */
export function recordingOf(id: string): Blob | undefined {
  return recordings.get(id);
}

/** Lets go of all of them. */
export function forgetRecordings(): void {
  recordings.clear();
}
