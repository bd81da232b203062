// An upload in parts that is left alone is dropped after a while, and its memory is free for others.
import { expect, test } from 'vitest';
import { hasServer, newSession } from './server-requests.js';
import { startServer } from './server-process.js';
import { Uploader } from './upload-requests.js';

const MIB = 1024 ** 2;

test.skipIf(!hasServer)(
  'each part gives more time; what is left alone is dropped, and its memory is free again',
  async () => {
    const limits = ['--upload-idle', '3', '--max-upload', String(4 * MIB), '--max-memory', String(4 * MIB)];
    const server = await startServer({ args: ['--workers', '1', ...limits] });
    try {
      const by = new Uploader(server.url, await newSession(server.url));
      const path = await by.create(4 * MIB);
      const expiries: number[] = [];
      for (const part of [0, 1]) {
        const { headers } = await by.patch(path, part * MIB, Buffer.alloc(MIB));
        expiries.push(Date.parse(String(headers['upload-expires'])));
        await new Promise((resolve) => setTimeout(resolve, 1100));
      }
      expect(expiries[1]).toBeGreaterThan(expiries[0] ?? NaN);
      const other = new Uploader(server.url, await newSession(server.url));
      await expect(other.create(1)).rejects.toThrow('429');
      await expect.poll(() => by.offset(path), { timeout: 20_000 }).toBe('status 404');
      await other.create(4 * MIB);
    } finally {
      await server.stop();
    }
  },
);
