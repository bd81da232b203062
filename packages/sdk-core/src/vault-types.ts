/** What the vault hands out and takes in, as its callers see it. */
import type { Transcript } from '@sealscribe/protocol';
import type { AudioSource } from './audio-source.js';

/** What a list shows of a transcript. All of it comes from the sealed card, nothing from the server's word. */
export interface VaultEntry {
  /** 22 characters of base64url, made by the client. */
  readonly id: string;
  /** 1 at first, one more with every change. */
  readonly revision: number;
  readonly title: string | null;
  readonly fileName: string | null;
  /** BCP 47 tag. */
  readonly language: string;
  /** Seconds. */
  readonly duration: number;
  /** Speaker labels in order of appearance. */
  readonly speakers: readonly string[];
  readonly tags: readonly string[];
  /** Id of the model that made the transcript. */
  readonly model: string;
  /** ISO 8601, by the clock of the device that saved it. */
  readonly createdAt: string;
  /** ISO 8601, by the clock of the device that changed it last. */
  readonly updatedAt: string;
  /** Only where the sound is kept with it: `recording` gives that. Of an earlier revision it says what there was. */
  readonly recording?: RecordingFacts;
}

/** What is known of a recording before it is fetched. */
export interface RecordingFacts {
  /** Bytes. */
  readonly size: number;
  /** Media type, such as "audio/mpeg"; "application/octet-stream" where it is not known. */
  readonly type: string;
}

/** The sound of a transcript, to be fetched. */
export interface KeptRecording extends RecordingFacts {
  /**
   * The bytes as they come, each piece authentic. Whether the whole is what was sealed is known at the end: a stream that errs (with an
   * IntegrityError, ApiError or ConnectionError) was cut or changed, and what came before is to be thrown away.
   */
  stream(): ReadableStream<Uint8Array>;
  /** All of it, verified to its end. @throws what `stream` errs with */
  blob(): Promise<Blob>;
}

/** How a recording goes up or comes down. */
export interface RecordingOptions {
  signal?: AbortSignal | undefined;
  /** Called with the sealed bytes that have gone or come, and how many there are, where that is known. */
  onProgress?: ((progress: { bytes: number; total: number | undefined }) => void) | undefined;
}

/** A transcript of the vault, opened. */
export interface VaultTranscript extends VaultEntry {
  readonly transcript: Transcript;
}

/** Where a write ended up. */
export interface Saved {
  readonly id: string;
  readonly revision: number;
}

/** What is sealed with a transcript besides its words. */
export interface Labels {
  title?: string;
  fileName?: string;
  tags?: readonly string[];
  /** The sound, to be sealed and kept with it; `signal` and `onProgress` are for its way to the server. Without it no sound is kept. */
  recording?: AudioSource;
  signal?: AbortSignal | undefined;
  onProgress?: RecordingOptions['onProgress'];
}

/** What `update` replaces; what is left out stays as it is, null takes a label away. */
export interface Changes {
  transcript?: Transcript;
  title?: string | null;
  fileName?: string | null;
  tags?: readonly string[];
}
