/**
 * Live transcription: samples written as they are spoken, partial texts and segments as they are understood, over one
 * WebSocket. It is opened with a token that is good for that alone, so that no session's token stands in an address.
 * A broken connection ends the stream: what was said meanwhile could not be sent again.
 */
import {
  routes,
  streamMessageSchema,
  streamTokenSchema,
  transcriptionErrorSchema,
  type StreamMessage,
} from '@sealscribe/protocol';
import { ConnectionError, type SealscribeError } from './errors.js';
import { badAnswer, checkShape, parseJson, refusal, type Http } from './http.js';
export { openDeviceStream } from './device-stream.js';
import { LiveStream, type StreamOptions, type TranscriptStream } from './live-stream.js';
import type { PlatformSocket } from './platform.js';
import { Watchdog } from './watchdog.js';

/** Bytes that may wait to be sent before a writer has to wait. */
const BUFFERED = 256 * 1024;
const POLL_MS = 20;
/** Characters of messages of one stream: a hostile server cannot fill the memory. */
const MOST_HEARD = 256 * 2 ** 20;

/**
 * Opens a live stream on the server.
 *
 * @throws ApiError "busy" when all places are taken, "language_not_supported", "model_not_found"; what `http` throws
 */
export async function openStream(http: Http, options: StreamOptions): Promise<TranscriptStream> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { token } = await http.json(routes.streamTokens, streamTokenSchema, {
    signal,
    json: wishesOf(options),
  });
  const url = new URL(`${http.server}${routes.stream.path}`.replace(/^http/, 'ws'));
  url.searchParams.set('token', token);
  for (const [name, value] of Object.entries(wishesOf(options))) url.searchParams.set(name, value);
  const stream = new SocketStream(http.platform.openSocket(url.href), http, options);
  await stream.opened;
  return stream;
}

const wishesOf = ({ language, model }: StreamOptions): Record<string, string> => ({
  ...(language === undefined ? {} : { language }),
  ...(model === undefined ? {} : { model }),
});

class SocketStream extends LiveStream {
  readonly #socket: PlatformSocket;
  readonly #http: Http;
  readonly #watchdog: Watchdog;
  readonly opened: Promise<void>;
  #heard = 0;

  constructor(socket: PlatformSocket, http: Http, options: StreamOptions) {
    super(options);
    this.#socket = socket;
    this.#http = http;
    this.#watchdog = new Watchdog(http.timeout, options.signal);
    socket.binaryType = 'arraybuffer';
    this.opened = new Promise((resolve, reject) => {
      socket.addEventListener('open', () => {
        // A live stream may be silent for as long as nobody speaks.
        this.#watchdog.pause();
        resolve();
      });
      this.result.catch(reject);
    });
    socket.addEventListener('message', ({ data }) => this.#hear(data));
    socket.addEventListener('error', (event) =>
      this.fail(this.#broken((event as { error?: unknown }).error)),
    );
    socket.addEventListener('close', () => this.fail(this.#broken()));
    this.#watchdog.signal.addEventListener('abort', this.#abort, { once: true });
    if (this.#watchdog.signal.aborted) this.#abort();
  }

  protected async send(samples: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#socket.send(samples);
    while (this.#socket.bufferedAmount > BUFFERED && !this.hasEnded) await this.#http.platform.sleep(POLL_MS);
  }

  protected sendEnd(): void {
    this.#watchdog.touch();
    this.#socket.send(new Uint8Array(0));
  }

  protected letGo(): void {
    this.#watchdog.signal.removeEventListener('abort', this.#abort);
    this.#watchdog.stop();
    this.#socket.close();
  }

  #hear(data: unknown): void {
    if (this.hasEnded) return;
    if (this.isFinishing) this.#watchdog.touch();
    try {
      if (typeof data !== 'string' || (this.#heard += data.length) > MOST_HEARD) throw badAnswer();
      const value = parseJson(new TextEncoder().encode(data));
      const refused = transcriptionErrorSchema.safeParse(value);
      if (refused.success) throw refusal(undefined, refused.data.code, refused.data.requestId);
      this.#take(checkShape(streamMessageSchema, value));
    } catch (failure) {
      this.fail(failure);
    }
  }

  #take(message: StreamMessage): void {
    switch (message.type) {
      case 'partial': {
        const { text, stable, start, end } = message;
        return this.takePartial({ text, stable, start, end });
      }
      case 'transcript': {
        const { type: _type, final: _final, ...segment } = message;
        return this.takeSegment(segment);
      }
      case 'final': {
        const { text, language, duration, model } = message;
        const segments = [...this.segments];
        const speakers = [...new Set(segments.flatMap(({ speaker }) => speaker ?? []))];
        return this.complete({ text, language, duration, model, segments, speakers });
      }
    }
  }

  readonly #abort = () => this.fail(this.#watchdog.signal.reason);

  #broken(cause?: unknown): SealscribeError {
    const explained = this.#http.platform.explain?.(cause);
    return (
      explained ?? new ConnectionError('The connection broke before the stream was complete.', { cause })
    );
  }
}
