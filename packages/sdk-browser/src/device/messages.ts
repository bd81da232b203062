/** What page and worker say to each other. A worker has one recording at a time. */
import type { ModelInfo, Progress, Segment, Transcript } from '@sealscribe/sdk-core';
import type { DecodedChunk } from './decode-media.js';
import type { DeviceErrorCode } from './device-failure.js';

/** Wishes, as they travel. */
export interface Job {
  readonly recording: Blob;
  readonly language: string | undefined;
  readonly model: string | undefined;
  /** How many speakers; 0 means find out, undefined do not tell them apart. */
  readonly speakers: number | undefined;
}

/** From the page. */
export type ToWorker =
  | { readonly kind: 'load'; readonly files: string; readonly threads: number }
  | { readonly kind: 'transcribe'; readonly job: Job }
  /** The page decoded what it was asked to; seconds. */
  | { readonly kind: 'decoded'; readonly duration: number }
  | { readonly kind: 'undecodable' }
  /** The next samples of it, none at its end. */
  | ({ readonly kind: 'samples' } & DecodedChunk);

/** From the worker. */
export type FromWorker =
  | { readonly kind: 'loaded'; readonly model: ModelInfo }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'segment'; readonly segment: Segment }
  | { readonly kind: 'transcript'; readonly transcript: Transcript }
  /** The worker cannot decode this recording: can the page? */
  | { readonly kind: 'decode'; readonly recording: Blob }
  /** The next samples of it, please. */
  | { readonly kind: 'more' }
  | {
      readonly kind: 'failed';
      readonly code: DeviceErrorCode;
      readonly message: string;
      readonly cause: string | undefined;
    };
