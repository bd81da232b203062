/** Server-sent events (WHATWG HTML, section 9.2) on one answer: JSON data, and comments as heartbeat. */
import type { FastifyReply } from 'fastify';

const HEARTBEAT_MS = 10_000;

/** An answer that is being written event by event. */
export interface EventStream {
  send(event: string, data: unknown): void;
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
  const heartbeat = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS);
  raw.once('close', () => clearInterval(heartbeat));
  return {
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    end: () => {
      clearInterval(heartbeat);
      raw.end();
    },
  };
}
