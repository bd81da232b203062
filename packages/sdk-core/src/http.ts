/**
 * One exchange with the server, done carefully: sign-in header, time limit on silence, retries, typed errors, and answers
 * that are believed only after their shape was checked. Knows nothing of accounts, transcripts or keys.
 * Nothing here tells the server whether an answer could be opened.
 */
import {
  errorStatus,
  isErrorCode,
  pathOf,
  transcriptionErrorSchema,
  vaultErrorSchema,
  type Route,
  type Session,
} from '@sealscribe/protocol';
import { ApiError, ConnectionError, SealscribeError } from './errors.js';
import type { Platform } from './platform.js';
import { refusalMessages } from './refusal-messages.js';
import { parseRetryAfter, withRetries } from './retry.js';
import { Watchdog } from './watchdog.js';

/** Largest answer that is read, in bytes: a hostile server cannot fill the memory. */
const MAX_ANSWER = 256 * 2 ** 20;
const MAX_ERROR = 64 * 1024;
/** Bytes per millisecond of the slowest line that is waited for. */
const SLOWEST = 16;

/** A request's body; an iterable is asked for anew by each attempt. */
export type Body = Uint8Array | Blob | AsyncIterable<Uint8Array>;

/** What a request carries besides its route. */
export interface RequestOptions {
  /** Fills `:workspaceId` in the route's path. */
  workspaceId?: string;
  /** Fills `:id` in the route's path. */
  id?: string;
  /** Fills what comes after `:id` in the route's path: a revision, or another id. */
  revision?: number;
  subId?: string;
  /** Fills what comes last: the number of a piece. */
  piece?: number;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Makes the body for one attempt; `touch` is to be called whenever some of it was taken. */
  body?: (signal: AbortSignal, touch: () => void) => Promise<Body>;
  signal?: AbortSignal | undefined;
  /** Milliseconds of silence that are allowed in addition while the body leaves unseen; what the slowest line needs by default. */
  grace?: number;
  /** Whether a device without a network waits for one instead of giving up. */
  patient?: boolean;
  /** False for what must not arrive twice, "never" for a body that can be read only once. */
  repeatable?: boolean | 'never';
}

/** A successful answer whose body is still to be read. */
export interface Answer {
  readonly headers: Headers;
  /** The body as it comes. Ends with ConnectionError when the connection breaks. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** How a schema of the protocol is used here. */
export interface Shape<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/** How long a request waits, in milliseconds, and how often it is tried again. */
export interface HttpLimits {
  timeout: number;
  retries: number;
}

/** Sends requests to one server. */
export class Http {
  session: Session | undefined;
  /** Used where there is no session. */
  apiKey: string | undefined;
  readonly #base: URL;

  constructor(
    server: string,
    readonly platform: Platform,
    readonly limits: HttpLimits,
  ) {
    this.#base = parseServer(server);
    if (!(limits.timeout > 0)) throw new RangeError('timeout must be a positive number of milliseconds');
    if (!Number.isSafeInteger(limits.retries) || limits.retries < 0)
      throw new RangeError('retries must be a whole number from 0');
  }

  /** The server's address without a slash at its end. */
  get server(): string {
    return this.#base.href.replace(/\/$/, '');
  }

  /** How often a failed request is tried again. */
  get retries(): number {
    return this.limits.retries;
  }

  /** Milliseconds of silence after which an exchange is given up. */
  get timeout(): number {
    return this.limits.timeout;
  }

  /** The answer as JSON of the given shape. */
  async json<T>(route: Route, shape: Shape<T>, options: RequestOptions = {}): Promise<T> {
    return this.exchange(route, options, async ({ chunks }) =>
      checkShape(shape, parseJson(await readAll(chunks))),
    );
  }

  /** The answer as bytes, with its headers. */
  async bytes(route: Route, options: RequestOptions = {}): Promise<{ bytes: Uint8Array; headers: Headers }> {
    return this.exchange(route, options, async ({ headers, chunks }) => ({
      headers,
      bytes: await readAll(chunks),
    }));
  }

  /** Only whether it succeeded. */
  async done(route: Route, options: RequestOptions = {}): Promise<void> {
    await this.exchange(route, options, async ({ chunks }) => {
      await readAll(chunks);
    });
  }

  /**
   * Sends a request and reads its answer with `read`, all of it again when a try fails in a way that may pass.
   *
   * @throws ApiError, ConnectionError, TimeoutError, CertificateError, SealscribeError "bad_answer" or "signed_out"; what `read`
   * throws, and the reason of `signal`, as they are
   */
  async exchange<T>(
    route: Route,
    options: RequestOptions,
    read: (answer: Answer, touch: () => void) => Promise<T>,
  ): Promise<T> {
    const { signal } = options;
    return withRetries(
      async () => {
        signal?.throwIfAborted();
        const watchdog = new Watchdog(this.limits.timeout, signal);
        try {
          const response = await this.#send(route, options, watchdog);
          const chunks = this.#chunks(response, watchdog);
          if (!response.ok) throw await this.#refusal(response, chunks);
          return await read({ headers: response.headers, chunks }, () => watchdog.touch());
        } finally {
          watchdog.stop();
        }
      },
      {
        platform: this.platform,
        retries: options.repeatable === 'never' ? 0 : this.limits.retries,
        repeatable: options.repeatable !== false,
        patient: options.patient,
        signal,
      },
    );
  }

  async #send(route: Route, options: RequestOptions, watchdog: Watchdog): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (route.auth) {
      const token = this.session?.token ?? this.apiKey;
      if (token === undefined) throw new SealscribeError('signed_out', 'Sign in first.');
      headers['authorization'] = `Bearer ${token}`;
    }
    let body: Body | undefined;
    if (options.json !== undefined) {
      headers['content-type'] = 'application/json';
      body = new TextEncoder().encode(JSON.stringify(options.json));
    } else if (options.body) {
      body = await options.body(watchdog.signal, () => watchdog.touch());
      // Making it may have told its length.
      Object.assign(headers, options.headers);
    }
    // What goes wrong while the body is made (an unreadable file, a caller's callback) is not the connection's failure.
    const broken: { by?: unknown } = {};
    if (body && !(body instanceof Uint8Array) && !(body instanceof Blob))
      body = closing(body, watchdog.signal, broken);
    // A body in one piece leaves unseen: slow lines get the time that they need.
    if (body instanceof Uint8Array) watchdog.touch(options.grace ?? body.length / SLOWEST);
    else if (body instanceof Blob) watchdog.touch(options.grace ?? body.size / SLOWEST);
    const url = new URL(
      `${this.server}${pathOf(route, options.workspaceId, options.id, options.revision ?? options.subId, options.piece)}`,
    );
    for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
    try {
      const request = { method: route.method, headers, body, signal: watchdog.signal };
      const response = await this.platform.fetch(url.href, request);
      watchdog.touch();
      return response;
    } catch (failure) {
      if ('by' in broken && !watchdog.signal.aborted) throw broken.by;
      throw this.#explain(failure, watchdog.signal);
    }
  }

  /** The body of an answer; failures of the connection become ours, and leaving early cancels the rest. */
  async *#chunks(response: Response, watchdog: Watchdog): AsyncGenerator<Uint8Array> {
    const reader = response.body?.getReader();
    if (!reader) return;
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((failure: unknown) => {
          throw this.#explain(failure, watchdog.signal);
        });
        if (done) return;
        watchdog.touch();
        yield value;
      }
    } finally {
      // Not awaited: the connection may be gone, and nobody waits for what is thrown away.
      reader.cancel().catch(() => undefined);
    }
  }

  #explain(failure: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (failure instanceof SealscribeError) return failure;
    return (
      this.platform.explain?.(failure) ??
      new ConnectionError(
        'The server cannot be reached, or the connection broke: does it run, and at this address?',
        { cause: failure },
      )
    );
  }

  async #refusal(response: Response, chunks: AsyncIterable<Uint8Array>): Promise<ApiError> {
    const retryAfter = parseRetryAfter(response.headers.get('retry-after'), this.platform.now());
    let body: unknown;
    try {
      body = parseJson(await readAll(chunks, MAX_ERROR));
    } catch {
      // Not an answer of ours (a proxy's page, perhaps): the status has to do.
    }
    const flat = transcriptionErrorSchema.safeParse(body);
    if (flat.success) return refusal(response.status, flat.data.code, flat.data.requestId, retryAfter);
    const nested = vaultErrorSchema.safeParse(body);
    if (nested.success) {
      const { code, requestId } = nested.data.error;
      return refusal(response.status, code, requestId, retryAfter);
    }
    return refusal(response.status, undefined, undefined, retryAfter);
  }
}

/**
 * A body that ends with its exchange: nobody draws from it any more once `signal` is aborted, and what it holds open is closed
 * (undici would read it to its end first). Its own failure is kept in `broken`.
 */
function closing(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  broken: { by?: unknown },
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const chunks = body[Symbol.asyncIterator]();
      const close = async () => {
        await chunks.return?.();
        return { done: true as const, value: undefined };
      };
      signal.addEventListener('abort', () => void close().catch(() => undefined), { once: true });
      return {
        next: async () => {
          if (signal.aborted) return { done: true, value: undefined };
          try {
            return await chunks.next();
          } catch (failure) {
            broken.by = failure;
            throw failure;
          }
        },
        return: close,
      };
    },
  };
}

/** The error for a refusal. Its words are ours: a hostile server's message is shown to nobody. */
export function refusal(
  status: number | undefined,
  code: unknown,
  requestId: string | undefined,
  retryAfter?: number,
): ApiError {
  const known = isErrorCode(code) ? code : 'unknown';
  const number = status ?? (known === 'unknown' ? 0 : errorStatus[known]);
  const id = requestId !== undefined && /^[\w.:-]{1,100}$/.test(requestId) ? requestId : undefined;
  return new ApiError(number, known, refusalMessages[known], id, retryAfter);
}

function parseServer(server: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(server);
  } catch {
    // said below
  }
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new TypeError('server must be an address such as https://127.0.0.1:8443');
  if (url.username || url.password || url.search || url.hash)
    throw new TypeError('server must hold neither credentials nor a query');
  return url;
}

/** @throws SealscribeError "bad_answer" */
export function checkShape<T>(shape: Shape<T>, value: unknown): T {
  const checked = shape.safeParse(value);
  if (checked.success) return checked.data;
  throw badAnswer();
}

/** Whether the server said that there is no such thing. */
export const isNotFound = (failure: unknown): boolean =>
  failure instanceof ApiError && failure.code === 'not_found';

/** The server's answer does not have the shape it must have. */
export function badAnswer(): SealscribeError {
  return new SealscribeError('bad_answer', 'The server gave an answer that this client does not understand.');
}

/** @throws SealscribeError "bad_answer" */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badAnswer();
  }
}

/** All of an answer. @throws SealscribeError "bad_answer" when it is too large to be meant */
export async function readAll(chunks: AsyncIterable<Uint8Array>, limit = MAX_ANSWER): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) throw badAnswer();
    parts.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
