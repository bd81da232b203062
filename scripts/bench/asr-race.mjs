// @ts-check
// Ours and others on the same segments with the same weights, each in a process of its own with one thread: one segment after
// the other goes to all of them in turn, the first of them another one each time. What slows the machine down slows them all.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SAMPLE_RATE } from '@sealscribe/asr';
import { median } from './measure.mjs';

const CHILD = fileURLToPath(new URL('asr-child.mjs', import.meta.url));
/** All segments so many times, fewer once the time is up. */
const ROUNDS = 5;
const MOST_SECONDS = 300;
const WARM_UP = 3;

/** @typedef {import('./asr-child.mjs').Job} Job */
/** @typedef {{text: string, wall: number, cpu: number}} Answer */
/** @typedef {{texts: string[], cpu: number, wall: number}} Result Texts of the segments; seconds for all of them, each the median of its rounds. */

/**
 * Runs the race.
 * @param {readonly string[]} engines
 * @param {readonly import('./asr-recordings.mjs').Recording[]} recordings
 * @returns {Promise<{results: Map<string, Result>, seconds: number, rounds: number}>} `seconds` of audio in all segments.
 */
export async function race(engines, recordings) {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-bench-'));
  const file = join(folder, 'segments.f32');
  const jobs = layOut(recordings, file);
  /** @type {Map<string, Racer>} */
  const racers = new Map();
  try {
    for (const name of engines) racers.set(name, await start(name, file));
    for (const job of jobs.slice(0, WARM_UP)) for (const racer of racers.values()) await racer.ask(job);

    /** @type {Map<string, Answer[][]>} */
    const answers = new Map(engines.map((name) => [name, jobs.map(() => [])]));
    const begun = performance.now();
    let rounds = 0;
    while (
      rounds < ROUNDS &&
      (rounds === 0 || performance.now() < begun + (MOST_SECONDS * 1000 * rounds) / (rounds + 1))
    ) {
      for (const [i, job] of jobs.entries()) {
        for (let turn = 0; turn < engines.length; turn++) {
          const name = /** @type {string} */ (engines[(turn + i + rounds) % engines.length]);
          const racer = /** @type {Racer} */ (racers.get(name));
          answers.get(name)?.[i]?.push(await racer.ask(job));
        }
      }
      rounds++;
    }
    const sum = (/** @type {Answer[][]} */ all, /** @type {'cpu' | 'wall'} */ what) =>
      all.reduce((total, one) => total + median(one.map((answer) => answer[what])), 0);
    const results = new Map(
      [...answers].map(([name, all]) => [
        name,
        { texts: all.map((one) => one[0]?.text ?? ''), cpu: sum(all, 'cpu'), wall: sum(all, 'wall') },
      ]),
    );
    const seconds = jobs.reduce((total, { start, end }) => total + (end - start) / SAMPLE_RATE, 0);
    return { results, seconds, rounds };
  } finally {
    for (const racer of racers.values()) racer.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Writes the samples of all recordings into one file. @param {readonly import('./asr-recordings.mjs').Recording[]} recordings @param {string} file @returns {Job[]} */
function layOut(recordings, file) {
  let offset = 0;
  const jobs = recordings.flatMap(({ pcm, spans }) => {
    const begin = offset;
    offset += pcm.length;
    return spans.map(({ start, end, regions }) => ({
      start: begin + start,
      end: begin + end,
      regions: regions.map((region) => ({
        start: (region.start - start) / SAMPLE_RATE,
        end: (region.end - start) / SAMPLE_RATE,
      })),
    }));
  });
  writeFileSync(file, Buffer.concat(recordings.map(({ pcm }) => new Uint8Array(pcm.buffer))));
  return jobs;
}

/** A recogniser in a process of its own. @typedef {{ask: (job: Job) => Promise<Answer>, stop: () => void}} Racer */

/** @param {string} name @param {string} file @returns {Promise<Racer>} */
async function start(name, file) {
  const child = fork(CHILD, [name, file], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`The recogniser ${name} ended.`)));
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  return {
    async ask(job) {
      child.send(job);
      const [answer] = await Promise.race([once(child, 'message'), ended]);
      return answer;
    },
    stop: () => child.disconnect(),
  };
}
