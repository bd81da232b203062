import { createHash, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptUploads } from '../../src/routes/recording-form.js';
import { readUpload } from '../../src/routes/upload.js';
import { ChunkStore } from '../../src/transcription/chunk-store.js';
import { MemoryBudget } from '../../src/transcription/memory-budget.js';

const LIMIT = 8 * 1024 ** 2;
const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

describe('reading an upload', () => {
  let app: FastifyInstance;
  let url: string;
  beforeAll(async () => {
    app = fastify();
    acceptUploads(app);
    app.post('/', async (request) => {
      const store = new ChunkStore(new MemoryBudget(2 * LIMIT), LIMIT);
      const fields = await readUpload(request, store, new AbortController().signal);
      return { ...fields, length: store.length, sha256: sha256(...store.views()) };
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`;
  });
  afterAll(() => app.close());
  const unasked = { diarize: false, speakers: 0 };
  const send = async (form: FormData) => (await fetch(url, { method: 'POST', body: form })).json();

  it('keeps every byte, although each chunk is wiped behind it', async () => {
    // Full of beginnings of boundaries, over which a parser has to look back.
    const pieces = Array.from({ length: 40_000 }, () => [randomBytes(30), Buffer.from('\r\n-----')]).flat();
    for (const file of [Buffer.concat(pieces), randomBytes(LIMIT), randomBytes(1), Buffer.alloc(0)]) {
      const form = new FormData();
      form.append('file', new Blob([file]), 'x');
      expect(await send(form)).toEqual({
        ...unasked,
        format: 'json',
        length: file.length,
        sha256: sha256(file),
      });
    }
  });

  it('takes fields before and after the file, and looks at the first file only', async () => {
    const form = new FormData();
    form.append('other', new Blob(['not this']), 'other');
    form.append('language', 'en');
    form.append('file', new Blob(['this']), 'x');
    form.append('file', new Blob(['nor this']), 'x');
    form.append('response_format', 'srt');
    form.append('unknown', 'ignored');
    expect(await send(form)).toEqual({
      ...unasked,
      language: 'en',
      format: 'srt',
      length: 4,
      sha256: sha256(Buffer.from('this')),
    });
  });
});
