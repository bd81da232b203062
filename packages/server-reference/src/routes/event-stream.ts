/**
 * Server-sent events (WHATWG HTML, section 9.2) on one answer: JSON data, and comments as heartbeat. A client that reads slowly
 * gets all segments and fewer steps of progress; one that reads nothing for a minute is let go, with what waited for it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, toHttpError, type ErrorReader } from '../error-handler.js';

const HEARTBEAT_MS = 10_000;
/** Heartbeats without a byte taken. */
const PATIENCE = 6;
/** Bytes that may wait to be read before progress is left out. */
const BUFFERED = 256 * 1024;

/** An answer that is being written event by event. */
export interface EventStream {
  /** Without a name it is an event of type "message". */
  send(event: string | undefined, data: unknown): void;
  end(): void;
}

/** Takes the answer over from the framework and begins the stream. */
export function openEventStream(reply: FastifyReply): EventStream {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const write = (text: string) => {
    if (!raw.writableEnded && !raw.destroyed) raw.write(text);
  };
  write(': sealscribe\n\n');
  let waiting = 0;
  let beats = 0;
  const heartbeat = setInterval(() => {
    const length = raw.writableLength;
    beats = length > 0 && length >= waiting ? beats + 1 : 0;
    waiting = length;
    if (beats >= PATIENCE) raw.destroy();
    else if (length === 0) write(': still here\n\n');
  }, HEARTBEAT_MS);
  raw.once('close', () => clearInterval(heartbeat));
  return {
    send: (event, data) => {
      if (event === 'progress' && raw.writableLength > BUFFERED) return;
      write(`${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`);
    },
    end: () => void raw.end(),
  };
}

/** Answers with the events that `run` sends. A failure is the last of them, unless the client is gone. */
export async function answerWithEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  { reader, gone }: { reader: ErrorReader; gone: AbortSignal },
  run: (stream: EventStream) => Promise<void>,
): Promise<void> {
  const stream = openEventStream(reply);
  try {
    await run(stream);
  } catch (error) {
    if (gone.aborted) return;
    const shown = toHttpError(error);
    if (shown.status >= 500)
      request.log.error({ answered: shown.code, err: shown.cause }, 'failed after the answer had begun');
    stream.send(reader === 'openai' ? undefined : 'error', errorBody(shown, reader, request.id));
  } finally {
    stream.end();
  }
}
