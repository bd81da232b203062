/** What the vault hands out and takes in, as its callers see it. */
import type { Transcript } from '@sealscribe/protocol';

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
}

/** What `update` replaces; what is left out stays as it is, null takes a label away. */
export interface Changes {
  transcript?: Transcript;
  title?: string | null;
  fileName?: string | null;
  tags?: readonly string[];
}
