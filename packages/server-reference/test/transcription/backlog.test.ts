import { describe, expect, it } from 'vitest';
import { Backlog } from '../../src/transcription/backlog.js';

describe('the audio that waits', () => {
  it('is taken for 128 kbit/s, then for what was heard, and is less what is done', () => {
    const backlog = new Backlog();
    expect(backlog.seconds).toBe(0);
    const entry = backlog.enter(160_000);
    expect(backlog.seconds).toBe(10);
    entry.move(0.5, 20, 0);
    expect(backlog.seconds).toBe(25);
    entry.move(1, 40, 30);
    expect(backlog.seconds).toBe(10);
    entry.move(1, 40, 40);
    expect(backlog.seconds).toBe(0);
    entry.leave();
    entry.leave();
    expect(backlog.seconds).toBe(0);
  });

  it('is estimated from what came before', () => {
    const backlog = new Backlog();
    const first = backlog.enter(64_000_000);
    first.move(1, 2_000, 2_000);
    first.leave();
    // 32 kB a second.
    const second = backlog.enter(32_000_000);
    expect(backlog.seconds).toBeGreaterThan(990);
    expect(backlog.seconds).toBeLessThan(1_010);
    second.leave();
    // What people send changes: a gigabyte of another kind is what counts then.
    for (let i = 0; i < 16; i++) {
      const other = backlog.enter(64_000_000);
      other.move(1, 8_000, 8_000);
      other.leave();
    }
    backlog.enter(8_000_000);
    expect(backlog.seconds).toBeGreaterThan(900);
    expect(backlog.seconds).toBeLessThan(1_010);
  });
});
