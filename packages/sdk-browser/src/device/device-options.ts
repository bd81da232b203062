/** What an app says about recognition on the device. Types alone: the main bundle imports them too. */
import type { Progress, Segment } from '@sealscribe/sdk-core';

/** Where the parts of the recogniser lie, and what it may use. */
export interface DeviceOptions {
  /**
   * Folder with the model and the runtime, as `sealscribe-device-files` fills it; `sealscribe-device/` beside the page by default.
   * It must be of the page's own origin.
   */
  files?: string | URL;
  /** Address of device-worker.js, for pages whose bundler does not find it by itself. Of the page's own origin too. */
  worker?: string | URL;
  /**
   * Threads of the recogniser. By default half of the processor's, up to 4, and at least 2; where the page is not isolated
   * (`crossOriginIsolated`) there is one, whatever this says.
   */
  threads?: number;
}

/** What to do with a recording on the device. */
export interface DeviceTranscribeOptions {
  /** BCP 47 tag, or "auto" (the default). */
  language?: string | undefined;
  /** Id of the model, where the recording is for that one alone. */
  model?: string | undefined;
  /** Whether to tell speakers apart: their labels stand in the result, not in the segments that `onSegment` is called with. */
  diarize?: boolean | undefined;
  /** How many speakers there are, up to 20; 0 (the default) means find out. Anything above implies `diarize`. */
  speakers?: number | undefined;
  /** Ends the work at once. */
  signal?: AbortSignal | undefined;
  /** Called with each step forward: "loading" the model, "decoding" where that comes first, "transcribing". */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Called with each segment as soon as it is certain, in order. */
  onSegment?: ((segment: Segment) => void) | undefined;
}
