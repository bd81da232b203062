/** A line to a server that breaks: TCP passed through as it is, TLS and all, cut where a test says, or down for a while. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface FlakyLine {
  /** The server's address by this line. */
  url: string;
  /** Counts of bytes to the server at which it is cut, in order. */
  cutAt: number[];
  /** How many times it has been cut. */
  cuts: number;
  /** Milliseconds for which it is down after each cut. */
  downFor: number;
  /** Bytes that went to the server so far. */
  bytes: number;
  /** Called with each of them. */
  onBytes?: (() => void) | undefined;
  /** While it is down, connections end at once. */
  goDown(): void;
  goUp(): void;
  stop(): Promise<void>;
}

export async function startFlakyLine(server: string): Promise<FlakyLine> {
  const { port } = new URL(server);
  const open = new Set<Socket>();
  let down = false;
  const line: FlakyLine = {
    url: '',
    cutAt: [],
    cuts: 0,
    downFor: 0,
    bytes: 0,
    goDown: () => {
      down = true;
      for (const socket of open) socket.destroy();
    },
    goUp: () => (down = false),
    stop: async () => {
      line.goDown();
      listener.close();
      await once(listener, 'close');
    },
  };
  const listener = createServer((near) => {
    if (down) return void near.destroy();
    const far = connect(Number(port), '127.0.0.1');
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    }
    near.on('data', (chunk: Buffer) => {
      line.bytes += chunk.length;
      line.onBytes?.();
      if (!far.write(chunk)) {
        near.pause();
        far.once('drain', () => near.resume());
      }
      if (line.bytes < (line.cutAt[0] ?? Infinity)) return;
      line.cutAt.shift();
      line.cuts++;
      end();
      if (line.downFor === 0) return;
      line.goDown();
      setTimeout(() => line.goUp(), line.downFor);
    });
    far.pipe(near);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  line.url = `${new URL(server).protocol}//127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return line;
}
