/** The contract as published. */
import type { BlobInfo, Transcript } from '@sealscribe/protocol';

/** What lies inside a blob, as JSON. */
export interface PrivateDocument {
  transcript: Transcript;
  title?: string;
  fileName?: string;
}

/** The contract as published: sealed with the baseline, stored as opaque bytes. */
export interface PrivateMode {
  save(
    transcript: Transcript,
    labels?: { title?: string; fileName?: string },
  ): Promise<{ id: string; revision: number }>;
  list(): Promise<BlobInfo[]>;
  open(id: string): Promise<PrivateDocument>;
  delete(id: string): Promise<void>;
}
