/**
 * The graph that recognisers run is made once and kept in the data folder: used as it is while it is whole, made anew when it
 * is not, and done without where there is no place for it.
 */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sealscribe } from '@sealscribe/sdk-node';
import { sampleRecording } from '../../scripts/demo/recording.mjs';
import { startServer } from './server-process.js';

describe('the graph of the model', () => {
  let folder: string;
  let accounts = 0;
  const cache = () => join(folder, 'cache');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealscribe-graph-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Starts a server, asks it for a text, and stops it. */
  async function transcribeOnce(): Promise<string> {
    const server = await startServer({ graphs: undefined, dataFolder: folder });
    const ready = Date.now();
    try {
      const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
      const email = `graph${++accounts}@example.com`;
      await client.signUp({ email, password: 'a password for this test' });
      const { text } = await client.transcribe({ path: sampleRecording().path });
      await client.close();
      return text;
    } finally {
      await server.stop();
      if (statSync(cache()).isDirectory())
        for (const name of readdirSync(cache()))
          expect(statSync(join(cache(), name)).mtimeMs).toBeLessThanOrEqual(ready);
    }
  }

  /** The one file of the cache, whose name ends in the hash of its contents. */
  function keptGraph(): string {
    const names = readdirSync(cache());
    expect(names).toHaveLength(1);
    const path = join(cache(), names[0]);
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(names[0]).toMatch(new RegExp(`^[0-9a-f]{64}-${hash}\\.onnx$`));
    expect(statSync(path).mode & 0o077).toBe(0);
    return path;
  }

  test('is kept, used again, and made anew when its file is damaged', async () => {
    const text = await transcribeOnce();
    expect(text).toMatch(/your country/);
    const path = keptGraph();
    const { ino, mtimeMs } = statSync(path);

    expect(await transcribeOnce()).toBe(text);
    expect(statSync(path)).toMatchObject({ ino, mtimeMs });

    truncateSync(path, 1_000_000);
    writeFileSync(join(cache(), 'left over'), 'of something else');
    expect(await transcribeOnce()).toBe(text);
    expect(keptGraph()).toBe(path);
  });

  test('is made in memory where it cannot be kept', async () => {
    writeFileSync(cache(), 'no folder');
    expect(await transcribeOnce()).toMatch(/your country/);
    expect(readFileSync(cache(), 'utf8')).toBe('no folder');
  });
});
