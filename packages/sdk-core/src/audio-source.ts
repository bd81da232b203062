/** Where a recording comes from, and what it is once it is ready to be sent. */

/** A recording to transcribe. Which kind it is is always said, never guessed from a string. */
export type AudioSource =
  | {
      /** A file of this machine (Node). Read as a stream, never loaded whole. */
      path: string;
    }
  | {
      /** http(s) address that the CLIENT downloads and passes on; nothing asks the server to fetch it. */
      url: string | URL;
    }
  | {
      data: Uint8Array | Blob;
      /** Only the extension of it leaves the device. */
      name?: string;
    }
  | {
      /** Read once: an upload that breaks off cannot be tried again. */
      stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
      name?: string;
    };

/** A recording that is ready to be sent. */
export interface OpenAudio {
  /** File name, of which only the extension is sent; undefined where there is none. */
  readonly name: string | undefined;
  /** Bytes, or undefined where that is not known beforehand. */
  readonly size: number | undefined;
  /** Whether `open` may be called again after a failed attempt. */
  readonly reopenable: boolean;
  /** The bytes from the start. */
  open(signal: AbortSignal): Promise<Blob | AsyncIterable<Uint8Array>>;
  /**
   * The bytes from `start` to before `end`, where the size is known and any of them can be read: such a recording is sent in parts.
   * @throws SourceError when the recording is not what it was any more
   */
  openPart?(start: number, end: number, signal: AbortSignal): Promise<Blob | AsyncIterable<Uint8Array>>;
}
