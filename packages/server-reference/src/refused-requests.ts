/**
 * What is refused before there is a route: bytes that are no HTTP, and requests whose form could mean one thing to a proxy in front
 * and another here (RFC 9112, sections 3.2, 6 and 7; RFC 9110, section 8.4). All of it is answered with a request id, and with
 * nothing of what was sent.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errorBody } from './error-handler.js';
import { HttpError } from './http-error.js';
import type { Logger } from './log.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Headers of one request; what clients send is around ten. */
const MOST_HEADERS = 100;
/** For an answer to what is no request. */
const LAST_WORDS_MS = 2_000;

const statusOf: Readonly<Record<string, [status: number, phrase: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};

/** Told of what was refused before routing. */
export type OnRefusal = (status: number) => void;

/**
 * Answers what could not be parsed, and closes. While a request of this connection is being answered nothing is written, which would be
 * taken for that answer: it is the last one.
 */
export function answerUnparsed(log: Logger, onRefusal: OnRefusal) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    const { code = '' } = error;
    const [status, phrase] = statusOf[code] ?? [400, 'Bad Request'];
    // Else it is not even a connection that HTTP is spoken on: a handshake that failed, or that never came.
    const isHttp = code.startsWith('HPE_') || code in statusOf;
    const due = answering.get(socket);
    if (due?.request.complete && isHttp) {
      due.response.once('close', () => socket.destroy());
      return;
    }
    if (!isHttp || !socket.writable || due !== undefined) {
      socket.destroy();
      return;
    }
    const id = randomUUID();
    const body = JSON.stringify(errorBody(new HttpError('bad_request'), 'vault', id));
    log.info({ requestId: id, route: 'unknown', status }, 'request');
    onRefusal(status);
    const head = [
      `HTTP/1.1 ${status} ${phrase}`,
      `x-request-id: ${id}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${body.length}`,
      'connection: close',
      ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
    setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
  };
}

/** What is being answered on a connection: the last of what was asked. */
const answering = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();

/** Refuses requests of a doubtful form, before anything else looks at them. */
export function refuseDoubtful(app: FastifyInstance, log: Logger): void {
  app.server.maxHeadersCount = MOST_HEADERS + 1;
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (isHttp2(request)) return;
    const { socket } = request;
    answering.set(socket, { request, response });
    response.once('close', () => {
      if (answering.get(socket)?.response === response) answering.delete(socket);
    });
  });
  // Expect: 100-continue alone is an expectation (RFC 9110, section 10.1.1); Node would answer others without a request id.
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const id = randomUUID();
    log.info({ requestId: id, route: 'unknown', status: 417 }, 'request');
    response.writeHead(417, {
      ...SECURITY_HEADERS,
      'x-request-id': id,
      'content-type': 'application/json; charset=utf-8',
      connection: 'close',
    });
    response.end(JSON.stringify(errorBody(new HttpError('bad_request'), 'vault', id)));
    request.resume();
  });
  app.addHook('onRequest', async (request, reply) => {
    const reason = doubtIn(request);
    if (reason === undefined) return;
    if (request.raw.httpVersionMajor < 2 || !isHttp2(request.raw)) void reply.header('connection', 'close');
    throw reason;
  });
}

/** Whether a request came over HTTP/2, whatever version its first line claims. */
export const isHttp2 = (raw: object): boolean => (raw as { stream?: unknown }).stream !== undefined;

function doubtIn({ raw, headers }: FastifyRequest): HttpError | undefined {
  const bad = (message: string) => new HttpError('bad_request', message);
  if (raw.rawHeaders.length > 2 * MOST_HEADERS) return bad(`A request has at most ${MOST_HEADERS} headers.`);
  const count = (name: string) =>
    raw.rawHeaders.filter((each, i) => i % 2 === 0 && each.toLowerCase() === name).length;
  if (!isHttp2(raw)) {
    if (raw.httpVersionMajor !== 1) return bad('Over this connection the version is HTTP/1.1.');
    const hosts = count('host');
    if (hosts > 1 || (hosts === 0 && raw.httpVersion !== '1.0')) return bad('Send one header Host.');
    if ((headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked')
      return bad('The only Transfer-Encoding is chunked.');
  }
  for (const name of ['authorization', 'content-type', 'content-length'])
    if (count(name) > 1) return bad(`Send the header ${name} once.`);
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    return new HttpError('unsupported_media', 'Bodies are sent as they are, without Content-Encoding.');
  return undefined;
}
