/**
 * What the server and its recogniser processes say to each other over the child's stdin and stdout. A frame is two
 * uint32 little-endian lengths, a JSON header and raw float32 samples. Jobs are small and stateless: what a recording's
 * voice activity detection has to remember travels with it, so that any process can take any job.
 */
import type { ModelInfo } from '@sealscribe/protocol';
import type { TritonPlace } from '../triton/address.js';
import type { TritonModel } from '../triton/tensors.js';
import type { SpeakerModelFiles } from './speaker-models.js';
import type { Recognition, Region, SegmentSpan, SpeakerTurn } from '@sealscribe/asr';

/** Most samples of one job: a window of voice activity detection or a segment. */
export const MAX_JOB_SAMPLES = 1024 * 512;
/** float32 values before the samples of a `vad` job and before the probabilities of its answer: context, then hidden. */
export const VAD_CONTEXT = 64;
export const VAD_HIDDEN = 256;
export const VAD_STATE = VAD_CONTEXT + VAD_HIDDEN;

/** Where models compute. */
export type Device = 'cpu' | 'cuda' | 'webgpu';

/** What a recogniser process loads: JSON in its first argument. */
export interface RecognizerSpec {
  readonly device: Device;
  /** Path of the voice activity model. */
  readonly vad: string;
  /** Folders of the models; the first is the default. */
  readonly models: readonly string[];
  /** Models that tell speakers apart; without them what is on board does. */
  readonly speakers?: SpeakerModelFiles | undefined;
  /** By folder, paths of graphs made of the files of a model. */
  readonly graphs?: Readonly<Record<string, string>>;
  /** Where models run instead of here, and as what, by folder. */
  readonly triton?: (TritonPlace & { readonly models: Readonly<Record<string, TritonModel>> }) | undefined;
}

/** A piece of a recording whose voices were described by so many values. */
export interface VoiceValues extends Region {
  readonly values: number;
}

/** A job's header; its samples are the payload. */
export type JobHeader =
  | { readonly kind: 'vad' }
  | {
      readonly kind: 'recognize';
      readonly span: SegmentSpan;
      /** Tag of the language, or "auto" where the model can find it out. */
      readonly language: string;
      /** Id of the model; the default when left out. */
      readonly model?: string | undefined;
      /** A text that will be replaced soon: no second tries, no word times. */
      readonly draft?: boolean;
      /** What came of an earlier recognition that began at the same place. */
      readonly hypothesis?: readonly number[] | undefined;
    }
  /** A piece whose voices are to be described: `frames` probabilities of speech, then its samples. */
  | ({ readonly kind: 'voice'; readonly frames: number } & Region)
  /** Who spoke when: the values of all pieces in order. */
  | { readonly kind: 'speakers'; readonly speakers: number; readonly pieces: readonly VoiceValues[] };

/** First frame of a child (`ready` or `failed`), then one `done` or `error` per job. */
export type AnswerHeader =
  | { readonly kind: 'ready'; readonly models: readonly ModelInfo[] }
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'done';
      readonly recognition?: Recognition;
      readonly turns?: readonly SpeakerTurn[];
    }
  | { readonly kind: 'error'; readonly code: string };

/** Bytes before the header of a frame. */
export const PREFIX_BYTES = 8;

/** Prefix and header of a frame; the payload follows. */
export function frameHead(header: JobHeader | AnswerHeader, payloadBytes: number): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const head = new Uint8Array(PREFIX_BYTES + json.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, json.length, true);
  view.setUint32(4, payloadBytes, true);
  head.set(json, PREFIX_BYTES);
  return head;
}

/** A frame that has arrived whole. The receiver wipes the payload. */
export interface Frame<Header> {
  readonly header: Header;
  readonly payload: Float32Array;
}

/** Puts frames together from the chunks of a stream, and wipes the chunks. */
export class FrameReader<Header> {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;

  push(chunk: Uint8Array): Frame<Header>[] {
    this.#append(chunk);
    const frames: Frame<Header>[] = [];
    let start = 0;
    for (;;) {
      if (this.#length - start < PREFIX_BYTES) break;
      const view = new DataView(this.#bytes.buffer, start);
      const headerEnd = start + PREFIX_BYTES + view.getUint32(0, true);
      const end = headerEnd + view.getUint32(4, true);
      if (this.#length < end) break;
      const json = Buffer.from(this.#bytes.buffer, start + PREFIX_BYTES, headerEnd - start - PREFIX_BYTES);
      frames.push({
        header: JSON.parse(json.toString('utf8')) as Header,
        payload: new Float32Array(this.#bytes.slice(headerEnd, end).buffer),
      });
      start = end;
    }
    this.#bytes.copyWithin(0, start, this.#length);
    this.#bytes.fill(0, this.#length - start, this.#length);
    this.#length -= start;
    return frames;
  }

  #append(chunk: Uint8Array): void {
    if (this.#length + chunk.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#length + chunk.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes.fill(0);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length += chunk.length;
    chunk.fill(0);
  }
}
