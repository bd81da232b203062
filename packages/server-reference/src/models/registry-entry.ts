/** What is known of a model before it is downloaded. */
import type { FamilyName } from '@sealscribe/asr';

/** A file as a registry knows it. */
export interface RegistryFile {
  /** Path in the repository; its last part is the name in the model's folder. */
  readonly path: string;
  /** Bytes, where known for the revision. */
  readonly size?: number;
  /** Lower-case hex, where known for the revision. */
  readonly sha256?: string;
}

/** A model that can be downloaded. */
export interface RegistryEntry {
  readonly name: string;
  readonly title: string;
  readonly family: FamilyName;
  /** BCP 47 tags. */
  readonly languages: readonly string[];
  readonly description: string;
  /** SPDX identifier of the weights' licence. */
  readonly licence: string;
  /** `owner/name` on the hub. */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly files: readonly RegistryFile[];
}
