/** Bytes on a connection to a server, as they are: what no HTTP client would send, and what comes back. */
import { connect, type TLSSocket } from 'node:tls';

/** A connection over TLS that speaks HTTP/1.1, open. */
export function openLine(url: string, servername?: string): Promise<TLSSocket> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] },
      ...(servername !== undefined && { servername }),
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** What came back. */
export interface Heard {
  readonly text: string;
  /** Statuses of the answers, in order, without 1xx. */
  readonly statuses: readonly number[];
  /** Request ids of these answers. */
  readonly ids: readonly string[];
  readonly closed: boolean;
}

/** Sends bytes and listens until `most` answers are there, the connection is closed, or nothing more comes for a while. */
export async function exchange(url: string, bytes: string, most = 1, quiet = 1000): Promise<Heard> {
  const socket = await openLine(url);
  let text = '';
  let closed = false;
  await new Promise<void>((resolve) => {
    let timer = setTimeout(resolve, 10_000);
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
      clearTimeout(timer);
      // The rest of an answer comes at once, and so does the end of its connection.
      timer = setTimeout(resolve, statusesIn(text).length >= most ? 60 : quiet);
    });
    socket.once('close', () => {
      closed = true;
      clearTimeout(timer);
      resolve();
    });
    socket.write(bytes, 'latin1');
  });
  socket.destroy();
  const ids = [...text.matchAll(/^x-request-id: (.*)\r$/gim)].map(([, id = '']) => id);
  return { text, statuses: statusesIn(text), ids, closed };
}

const statusesIn = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map(([, status]) => Number(status));

/** A request's bytes. */
export const requestOf = (line: string, headers: readonly string[] = [], body = ''): string =>
  [line, 'host: localhost', ...headers, '', body].join('\r\n');
