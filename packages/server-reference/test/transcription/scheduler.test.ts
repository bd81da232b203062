import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { RecognizerPool } from '../../src/transcription/recognizer-pool.js';
import type { Job } from '../../src/transcription/recognizer-worker.js';
import { Scheduler } from '../../src/transcription/scheduler.js';

const script = fileURLToPath(new URL('stand-in-recognizer.mjs', import.meta.url));
const log = pino({ level: 'silent' });
let pool: RecognizerPool;
const start = async (size: number, modelFolder = '') =>
  (pool = await RecognizerPool.start({
    script,
    spec: { device: 'cpu', vad: '', models: [modelFolder] },
    size,
    log,
    recycling: { jobs: 0, seconds: 0, bytes: 0 },
  }));
const job = (language: string): Job => ({
  header: { kind: 'recognize', span: { start: 0, end: 3, regions: [] }, language },
  payload: Float32Array.of(1, 2, 3),
});

describe('recognisers and their scheduler', () => {
  afterEach(() => pool?.close());

  it('answers each job with its own result', async () => {
    const lane = new Scheduler(await start(2)).openLane();
    const texts = ['a', 'b', 'c', 'd', 'e'];
    const results = await Promise.all(texts.map((text) => lane.submit(job(text))));
    expect(results.map(({ recognition }) => recognition?.text)).toEqual(texts.map((text) => `${text} 3`));
  });

  it('lets a short recording pass a long one that came first', async () => {
    const scheduler = new Scheduler(await start(1));
    const done: string[] = [];
    const submit = (lane: ReturnType<Scheduler['openLane']>, name: string) =>
      lane.submit(job(name)).then(() => done.push(name));
    const long = scheduler.openLane();
    const short = scheduler.openLane();
    await Promise.all([...Array.from({ length: 10 }, () => submit(long, 'long')), submit(short, 'short')]);
    expect(done.indexOf('short')).toBeLessThanOrEqual(2);
  });

  it('lets those who are speaking pass recordings, but for one job in four', async () => {
    const scheduler = new Scheduler(await start(1));
    const done: string[] = [];
    const submit = (lane: ReturnType<Scheduler['openLane']>, name: string) =>
      lane.submit(job(name)).then(() => done.push(name));
    const recording = scheduler.openLane();
    const speaking = scheduler.openLane('live');
    await Promise.all([
      ...Array.from({ length: 4 }, () => submit(recording, 'recording')),
      ...Array.from({ length: 7 }, () => submit(speaking, 'live')),
    ]);
    const order = done.map((name) => name[0]).join('');
    expect(order).toBe('rlllrlllrlr');
  });

  it('does a job again whose recogniser died, and starts another recogniser', async () => {
    const lane = new Scheduler(await start(1)).openLane();
    const file = join(mkdtempSync(join(tmpdir(), 'sealscribe-')), 'died');
    const { recognition } = await lane.submit(job(`die-once:${file}`));
    expect(recognition?.text).toContain('die-once');
    expect((await lane.submit(job('after'))).recognition?.text).toBe('after 3');
  });

  it('gives up a job that kills two recognisers, and goes on with the next', async () => {
    const lane = new Scheduler(await start(2)).openLane();
    await expect(lane.submit(job('die'))).rejects.toMatchObject({ code: 'recognizer_failed' });
    expect((await lane.submit(job('after'))).recognition?.text).toBe('after 3');
  });

  it('fails a job that the recogniser refuses, without trying it again', async () => {
    const lane = new Scheduler(await start(1)).openLane();
    await expect(lane.submit(job('refuse'))).rejects.toMatchObject({ code: 'recognizer_failed' });
    expect((await lane.submit(job('after'))).recognition?.text).toBe('after 3');
  });

  it('wipes the samples of every job, also of failed and dropped ones', async () => {
    const lane = new Scheduler(await start(1)).openLane();
    const jobs = ['good', 'refuse', 'die', 'dropped'].map(job);
    const results = jobs.slice(0, 3).map((each) => lane.submit(each).catch(() => undefined));
    await Promise.all(results);
    await lane.submit(job('the recogniser is back'));
    const running = lane.submit(job('running'));
    const dropped = lane.submit(jobs[3]);
    lane.close(new Error('gone'));
    await expect(dropped).rejects.toThrow('gone');
    await running;
    for (const { payload } of jobs) expect([...payload]).toEqual([0, 0, 0]);
  });

  it('says why when no recogniser can start', async () => {
    await expect(start(1, 'broken')).rejects.toThrow('no such model');
  });
});
