/** A WebSocket client that sends what no WebSocket client would: frames of RFC 6455 made by hand, over a connection of its own. */
import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { openLine, requestOf } from './raw-requests.js';

/** Opcodes of RFC 6455, section 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

export interface FrameOptions {
  fin?: boolean;
  masked?: boolean;
  /** The three reserved bits. */
  reserved?: number;
  /** What the header says instead of the payload's length. */
  claimed?: number;
}

/** The bytes of one frame. */
export function frameOf(opcode: number, payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { fin = true, masked = true, reserved = 0, claimed = payload.length } = options;
  const size = claimed < 126 ? 0 : claimed < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + size);
  header[0] = (fin ? 128 : 0) | (reserved << 4) | opcode;
  header[1] = (masked ? 128 : 0) | (size === 0 ? claimed : size === 2 ? 126 : 127);
  if (size === 2) header.writeUInt16BE(claimed, 2);
  if (size === 8) header.writeBigUInt64BE(BigInt(claimed), 2);
  if (!masked) return Buffer.concat([header, payload]);
  const mask = randomBytes(4);
  return Buffer.concat([header, mask, payload.map((byte, i) => byte ^ mask[i % 4])]);
}

/** How a server ended a connection. */
export interface Ending {
  /** The close code; undefined where the connection ended without one. */
  code: number | undefined;
  /** The texts that came before. */
  messages: Record<string, unknown>[];
}

/** A connection on which the upgrade was granted. */
export class RawWebSocket {
  /** Resolves with the server's close, or the end of the connection. */
  readonly ended: Promise<Ending>;

  private constructor(
    private readonly socket: TLSSocket,
    first: Buffer,
  ) {
    this.ended = new Promise((resolve) => {
      const messages: Ending['messages'] = [];
      let held = first;
      const read = (part: Buffer) => {
        held = Buffer.concat([held, part]);
        for (let frame = nextFrame(held); frame; frame = nextFrame(held)) {
          held = held.subarray(frame.end);
          const { opcode, payload } = frame;
          if (opcode === OPCODE.text) messages.push(JSON.parse(payload.toString('utf8')) as never);
          if (opcode !== OPCODE.close) continue;
          resolve({ code: payload.length >= 2 ? payload.readUInt16BE(0) : 1005, messages });
          socket.destroy();
        }
      };
      socket.on('data', read);
      socket.once('close', () => resolve({ code: undefined, messages }));
      read(Buffer.alloc(0));
    });
  }

  /** @throws when the upgrade is refused. */
  static async open(url: string, token: string, query = ''): Promise<RawWebSocket> {
    const socket = await openLine(url);
    const headers = [
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
      ...(token === '' ? [] : [`authorization: Bearer ${token}`]),
    ];
    socket.write(requestOf(`GET /v1/stream${query} HTTP/1.1`, headers));
    let heard = Buffer.alloc(0);
    const at = await new Promise<number>((resolve, reject) => {
      const read = (part: Buffer) => {
        heard = Buffer.concat([heard, part]);
        const end = heard.indexOf('\r\n\r\n');
        if (end < 0) return;
        socket.off('data', read);
        if (heard.toString('latin1').startsWith('HTTP/1.1 101 ')) resolve(end + 4);
        else reject(new Error(`The upgrade was refused: ${heard.toString('latin1', 0, 20)}`));
      };
      socket.on('data', read).once('close', () => reject(new Error('The connection was closed.')));
    });
    return new RawWebSocket(socket, heard.subarray(at));
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Ends the connection without a word. */
  vanish(): void {
    this.socket.destroy();
  }
}

/** The first whole frame of a server, or undefined. */
function nextFrame(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1] & 127;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start) return undefined;
  const size =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < start + size) return undefined;
  return { opcode: bytes[0] & 15, payload: bytes.subarray(start, start + size), end: start + size };
}
