import { describe, expect, it } from 'vitest';
import { Admission } from '../../src/transcription/admission.js';

const limits = { running: 4, waiting: 4, upload: 4_000_000, memory: 10_000_000 };
const never = new AbortController().signal;
const code = (run: () => unknown) => {
  try {
    run();
    return 'admitted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('admission', () => {
  it('refuses what is announced too large, and what does not fit at the moment', () => {
    const admission = new Admission(limits);
    expect(code(() => admission.admit('a', 5_000_000))).toBe('payload_too_large');
    admission.admit('a', 4_000_000);
    const second = admission.admit('b', 4_000_000);
    expect(code(() => admission.admit('c', 4_000_000))).toBe('busy');
    second.release();
    expect(code(() => admission.admit('c', 4_000_000))).toBe('admitted');
  });

  it('cuts bodies of unknown length at the limit and at the budget', () => {
    const admission = new Admission({ ...limits, memory: 6 * 1024 ** 2 });
    const one = admission.admit('a', 0).upload;
    const two = admission.admit('b', 0).upload;
    const piece = new Uint8Array(1_000_000);
    for (let i = 0; i < 4; i++) one.append(piece);
    expect(code(() => one.append(piece))).toBe('payload_too_large');
    two.append(piece);
    two.append(piece);
    expect(code(() => two.append(piece))).toBe('busy');
  });

  it('gives an account half of the places, and tells the rest to come back', () => {
    const admission = new Admission(limits);
    for (let i = 0; i < 4; i++) admission.admit('greedy', 0);
    expect(code(() => admission.admit('greedy', 0))).toBe('busy');
    for (let i = 0; i < 4; i++) admission.admit(`other ${i}`, 0);
    let error: unknown;
    try {
      admission.admit('late', 0);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'busy', retryAfter: expect.any(Number) });
  });

  it('starts waiting transcriptions in order as others leave, passing over accounts with their share', async () => {
    const admission = new Admission(limits);
    const started: string[] = [];
    const come = (account: string, name: string) => {
      const ticket = admission.admit(account, 0);
      void ticket.turn(never).then(() => started.push(name));
      return ticket;
    };
    const first = come('a', 'a1');
    come('a', 'a2');
    come('a', 'a3');
    come('b', 'b1');
    await Promise.resolve();
    expect(started).toEqual(['a1', 'a2', 'b1']);
    first.release();
    await Promise.resolve();
    expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
  });

  it('lets a waiting client leave', async () => {
    const admission = new Admission({ ...limits, running: 1 });
    await admission.admit('a', 0).turn(never);
    const gone = new AbortController();
    const ticket = admission.admit('b', 0);
    const turn = ticket.turn(gone.signal);
    gone.abort(new Error('gone'));
    await expect(turn).rejects.toThrow('gone');
    ticket.release();
    expect(admission.admitted).toBe(1);
  });

  it('draining admits nobody and ends when the last has left', async () => {
    const admission = new Admission(limits);
    const ticket = admission.admit('a', 0);
    let drained = false;
    const draining = admission.drain().then(() => (drained = true));
    expect(code(() => admission.admit('b', 0))).toBe('unavailable');
    await Promise.resolve();
    expect(drained).toBe(false);
    ticket.release();
    await draining;
  });

  it('wipes a recording when its place is given back, and counts no byte of it any more', () => {
    const admission = new Admission(limits);
    const ticket = admission.admit('a', 100);
    ticket.upload.append(new Uint8Array(2_000_000).fill(7));
    const views = ticket.upload.views();
    expect(views.map((view) => view.length)).toEqual([1024 ** 2, 2_000_000 - 1024 ** 2]);
    expect(views.every((view) => view.every((byte) => byte === 7))).toBe(true);
    ticket.release();
    ticket.release();
    expect(views.every((view) => view.every((byte) => byte === 0))).toBe(true);
    expect(admission.budget.used).toBe(0);
  });
});
