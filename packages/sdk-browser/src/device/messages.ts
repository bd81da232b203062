/** What page and worker say to each other. A worker has one recording or one live stream at a time. */
import type { ModelInfo, Progress, Segment, StreamEvent, Transcript } from '@sealscribe/sdk-core';
import type { DecodedChunk } from './decode-media.js';
import type { DeviceErrorCode } from './device-failure.js';

/** Wishes that the model must be able to grant. */
export interface Wishes {
  readonly language: string | undefined;
  readonly model: string | undefined;
}

/** A recording and wishes for it, as they travel. */
export interface Job extends Wishes {
  readonly recording: Blob;
  /** How many speakers; 0 means find out, undefined do not tell them apart. */
  readonly speakers: number | undefined;
}

/** From the page. */
export type ToWorker =
  /** The worker is to hold a lock of this name for as long as it lives. */
  | { readonly kind: 'load'; readonly files: string; readonly threads: number; readonly lock: string }
  | { readonly kind: 'transcribe'; readonly job: Job }
  | { readonly kind: 'listen'; readonly wishes: Wishes }
  /** The next samples of the live stream: 16 kHz, mono. */
  | { readonly kind: 'hear'; readonly pcm: Int16Array<ArrayBuffer> }
  /** Its end. */
  | { readonly kind: 'finish' }
  /** The page decoded what it was asked to; seconds. */
  | { readonly kind: 'decoded'; readonly duration: number }
  | { readonly kind: 'undecodable' }
  /** The next samples of it, none at its end. */
  | ({ readonly kind: 'samples' } & DecodedChunk);

/** From the worker. */
export type FromWorker =
  /** It runs, and has its lock. */
  | { readonly kind: 'started' }
  | { readonly kind: 'loaded'; readonly model: ModelInfo }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'segment'; readonly segment: Segment }
  | { readonly kind: 'transcript'; readonly transcript: Transcript }
  | { readonly kind: 'listening' }
  /** So many samples of the live stream have been worked through. */
  | { readonly kind: 'heard'; readonly samples: number }
  | { readonly kind: 'live'; readonly event: StreamEvent }
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
