/**
 * What the client needs from where it runs: requests, recordings, time and chance. sdk-node and sdk-browser each pass one in;
 * nothing else in sdk-core depends on a runtime. Cryptography is not here: that is @sealscribe/crypto's own business.
 */
import type { Transcript } from '@sealscribe/protocol';
import type { OpenAudio } from './audio-source.js';
import type { SealscribeError } from './errors.js';
import type { StreamOptions, TranscriptStream } from './live-stream.js';
import type { TranscriptionWishes } from './transcription-wishes.js';

/** One HTTP request as the client makes it. */
export interface PlatformRequest {
  method: string;
  headers: Record<string, string>;
  /** An iterable is sent as it comes, with `content-length` among the headers where the length is known. */
  body: Uint8Array | Blob | AsyncIterable<Uint8Array> | undefined;
  signal: AbortSignal;
}

/** The part of a WebSocket (WHATWG) that the client uses. */
export interface PlatformSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  addEventListener(type: 'open' | 'close' | 'error', listener: (event: object) => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** The runtime under the client. */
export interface Platform {
  /** Sends a request; follows no redirect, keeps no cookie, caches nothing. */
  fetch(url: string, request: PlatformRequest): Promise<Response>;
  /** Whether `fetch` sends an iterable as it comes; where not, the client gathers it into a Blob first. */
  readonly streamsUploads: boolean;
  /**
   * Opens the sources that need the runtime.
   * @throws SourceError when the recording cannot be read
   */
  openAudio(source: { path: string } | { url: string | URL }): Promise<OpenAudio>;
  /** Opens a WebSocket, with the same trust in the server as `fetch`. */
  openSocket(url: string): PlatformSocket;
  /**
   * Transcribes a recording right here and sends nothing, where the platform can.
   * @throws SealscribeError "device_unsupported", "device_files_missing" and others: docs/errors.md
   */
  transcribeOnDevice?(recording: Blob, wishes: TranscriptionWishes): Promise<Transcript>;
  /**
   * Opens a live stream that is recognised right here and sends nothing, where the platform can.
   * @throws SealscribeError "device_busy", and what `transcribeOnDevice` throws
   */
  streamOnDevice?(options: StreamOptions): Promise<TranscriptStream>;
  /** Turns a failure of `fetch` into a better error where the runtime knows more (certificates). */
  explain?(failure: unknown): SealscribeError | undefined;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Waits while the device knows that it has no network; tells whether it had to. Where it is left out, nobody knows. */
  whenOnline?(signal?: AbortSignal): Promise<boolean>;
  /** A number from 0 to below 1 to spread retries with; never used for keys. */
  random(): number;
  /** Milliseconds since 1970. */
  now(): number;
  /** Lets go of all connections, at once. */
  close?(): Promise<void>;
}
