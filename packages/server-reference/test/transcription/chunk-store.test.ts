import { expect, it } from 'vitest';
import { ChunkStore } from '../../src/transcription/chunk-store.js';
import { MemoryBudget } from '../../src/transcription/memory-budget.js';

const MIB = 1024 ** 2;

it('memory of recordings returns to the system when none has come for a while, without a garbage collection', async () => {
  const recording = new ChunkStore(new MemoryBudget(256 * MIB), 256 * MIB);
  for (let i = 0; i < 100; i++) recording.append(new Uint8Array(MIB).fill(1));
  const views = recording.views();
  recording.release();
  expect(views.every((view) => view.length === MIB && view.every((byte) => byte === 0))).toBe(true);
  const kept = process.memoryUsage().rss;
  await expect.poll(() => views.every((view) => view.length === 0)).toBe(true);
  expect(process.memoryUsage().rss).toBeLessThan(kept - 64 * MIB);
});
