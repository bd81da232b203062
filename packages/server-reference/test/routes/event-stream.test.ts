// A client at the other end of a real socket that reads everything, late, or nothing. Only the clock of the heartbeat is ours.
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openEventStream, type EventStream } from '../../src/routes/event-stream.js';

const BEAT_MS = 10_000;
const text = 'x'.repeat(10_000);
/** More than the sockets of both sides hold. */
const MANY = 2_000;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a stream of events', () => {
  let app: FastifyInstance;
  let client: Socket;
  let stream: EventStream;
  let closed: boolean;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    closed = false;
    app = fastify();
    const opened = new Promise<EventStream>((resolve) => {
      app.get('/', (_, reply) => {
        reply.raw.once('close', () => (closed = true));
        resolve(openEventStream(reply));
      });
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    client = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined).pause();
    await once(client, 'connect');
    client.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    stream = await opened;
  });
  afterEach(async () => {
    vi.useRealTimers();
    client.destroy();
    await app.close();
  });

  /** Lets a time go by, beat by beat, with the sockets at work in between. */
  async function wait(beats: number): Promise<void> {
    for (let beat = 0; beat < beats; beat++) {
      vi.advanceTimersByTime(BEAT_MS);
      for (let i = 0; i < 20; i++) await turn();
    }
  }

  const readAll = async (): Promise<string> => {
    let received = '';
    client.on('data', (data) => (received += data.toString('latin1'))).resume();
    await once(client, 'end');
    return received;
  };
  const count = (received: string, event: string) => received.split(`event: ${event}\n`).length - 1;

  it('lets go a client that takes nothing for a minute, with what waits for it', async () => {
    for (let i = 0; i < MANY; i++) stream.send('segment', { text });
    await wait(5);
    expect(closed).toBe(false);
    await wait(3);
    expect(closed).toBe(true);
    // What comes later goes nowhere, and is no error.
    stream.send('segment', { text });
    stream.end();
  });

  it('keeps a client that reads late, with every segment and less progress', async () => {
    for (let i = 0; i < MANY; i++) {
      stream.send('segment', { text });
      stream.send('progress', { fraction: i / MANY });
    }
    await wait(4);
    stream.end();
    const received = await readAll();
    expect(count(received, 'segment')).toBe(MANY);
    expect(count(received, 'progress')).toBeLessThan(MANY / 2);
  });

  it('keeps a client with nothing to read, and says that it is still there', async () => {
    await wait(20);
    expect(closed).toBe(false);
    stream.end();
    expect((await readAll()).split(': still here\n').length - 1).toBe(20);
  });
});
