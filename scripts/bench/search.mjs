// @ts-check
// The group "search": a vault of 1,000 transcripts of an hour each, about 9,000 words in 400 segments, searched on this device. Its
// sealed bytes are in the cache already. The reference is the promise itself.
//   search.first   CPU time to open and fold everything and find a word, in a vault that was just unlocked
//   search.later   the median CPU time of a further search, over terms that are rare, frequent, absent, and several
import { memoryServer } from './memory-server.mjs';
import { median } from './measure.mjs';

const TRANSCRIPTS = 1000;
const SEGMENTS = 400;
const WORDS = 23;
const FIRST_MS = 3000;
const LATER_MS = 100;
export const QUERIES = ['zurich', 'the', 'absentword', 'cafe budget', '"naive budget"', 'straße'];
const credentials = { email: 'bench@example.com', password: 'correct horse battery staple' };

/** Numbers from 0 to below 1 that are the same in every run (mulberry32). @param {number} seed */
function randomOf(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Words by rank, a few with diacritics; the frequent ones are short, as in a language. */
function vocabulary() {
  const random = randomOf(1);
  const word = (/** @type {number} */ length) =>
    Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
  const words = Array.from({ length: 5000 }, (_, rank) =>
    word(2 + Math.min(9, Math.floor(Math.log2(rank + 2)))),
  );
  return ['the', 'budget', ...words, 'naïve', 'café', 'Straße', 'Zürich'];
}

/** @param {readonly string[]} words @param {() => number} random */
function transcriptOf(words, random) {
  // Zipf's law: the word of rank r comes about 1/r as often as the first.
  const pick = () => words[Math.floor(words.length ** random()) - 1] ?? 'the';
  const segments = Array.from({ length: SEGMENTS }, (_, id) => ({
    id,
    start: id * 9,
    end: id * 9 + 8.5,
    text: Array.from({ length: WORDS }, pick).join(' '),
    speaker: `SPEAKER_0${id % 3}`,
    confidence: 0.9,
    words: [],
  }));
  return {
    text: segments.map(({ text }) => text).join(' '),
    language: 'en',
    duration: 3600,
    model: 'bench',
    speakers: ['SPEAKER_00', 'SPEAKER_01', 'SPEAKER_02'],
    segments,
  };
}

/** Transcripts of an hour without word times, the same ones in every run. @returns {Generator<ReturnType<typeof transcriptOf>, never>} */
export function* transcripts() {
  const words = vocabulary();
  const random = randomOf(2);
  for (;;) yield transcriptOf(words, random);
}

/** @param {import('./measure.mjs').Wanted} wanted @returns {AsyncGenerator<import('./measure.mjs').Figure>} */
export async function* searchFigures(wanted) {
  if (!wanted('search.first') && !wanted('search.later')) return;
  const { Sealscribe, MemoryCache } = await import('@sealscribe/sdk-core');
  const [platform, cache] = [memoryServer(), new MemoryCache()];
  const device = () => new Sealscribe({ server: 'http://127.0.0.1', cache }, platform);
  const made = transcripts();
  const writer = await device().signUp(credentials);
  for (let count = 0; count < TRANSCRIPTS; count++)
    await writer.save(made.next().value, { title: `Meeting ${count}` });
  await writer.search('zurich');
  writer.lock();

  const vault = await device().unlock(credentials);
  const before = process.cpuUsage();
  await vault.search('zurich');
  const { user, system } = process.cpuUsage(before);
  const first = (user + system) / 1000;
  yield {
    name: 'search.first',
    value: first,
    unit: 'ms',
    reference: FIRST_MS,
    ratio: first / FIRST_MS,
    note: 'CPU time',
  };

  const times = [];
  for (let round = 0; round < 5; round++)
    for (const query of QUERIES) {
      const started = process.cpuUsage();
      await vault.search(query);
      const { user, system } = process.cpuUsage(started);
      times.push((user + system) / 1000);
    }
  const later = median(times);
  const slowest = Math.max(...times).toFixed(0);
  yield {
    ...{ name: 'search.later', value: later, unit: 'ms', reference: LATER_MS, ratio: later / LATER_MS },
    note: `CPU time; the slowest of ${times.length} took ${slowest} ms`,
  };
}
