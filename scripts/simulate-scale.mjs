// @ts-check
// node scripts/simulate-scale.mjs [--users N] [--write-docs]: how many recognisers so many people need at once, by discrete events.
// The rules are the server's (transcription/admission.ts, scheduler.ts, the proxy's hash), the service time is measured (docs/performance.md,
// asr.hour.2cores); how people behave is assumed, and said in docs/scaling.md, whose table --write-docs writes.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What is assumed of people: seconds, bytes. */
const PEOPLE = {
  /** Mean of the pause between a result and the next recording, exponential. */
  pause: 1800,
  /** Length of a recording: median and spread of a log-normal distribution; its mean is about 6 minutes. */
  median: 240,
  sigma: 0.9,
  longest: 6 * 3600,
  /** Bytes of a second of a recording (128 kbit/s), and bytes a second of somebody's line (10 Mbit/s). */
  bytesPerSecond: 16_000,
  line: 1_250_000,
};
/** Seconds of one recogniser for a second of audio: two workers took 62.0 s for an hour. */
const MEASURED = (62 * 2) / 3600;
/** Seconds of audio in a piece: 298 in an hour. */
const PIECE = 3600 / 298;
/** Seconds that are simulated, and how many of them pass before anything is counted. */
const SPAN = 3 * 3600;
const WARM_UP = 3600;
/** What the SDK does when it is refused: three more times. */
const RETRIES = 3;

/** Random numbers from 0 to below 1, the same ones each time (mulberry32). @param {number} seed */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Events by time: a binary heap. */
class Agenda {
  /** @type {{at: number, run: () => void}[]} */
  #heap = [];
  now = 0;

  /** @param {number} delay @param {() => void} run */
  after(delay, run) {
    const heap = this.#heap;
    const event = { at: this.now + delay, run };
    let i = heap.push(event) - 1;
    for (let parent; i > 0 && (heap[(parent = (i - 1) >> 1)]?.at ?? 0) > event.at; i = parent)
      heap[i] = /** @type {typeof event} */ (heap[parent]);
    heap[i] = event;
  }

  /** Runs events until a time. @param {number} end */
  run(end) {
    for (let event; (event = this.#heap[0]) !== undefined && event.at <= end;) {
      const last = /** @type {typeof event} */ (this.#heap.pop());
      if (this.#heap.length > 0) this.#sink(last);
      this.now = event.at;
      event.run();
    }
  }

  /** @param {{at: number, run: () => void}} event */
  #sink(event) {
    const heap = this.#heap;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && right.at < left.at) child++;
      const smaller = /** @type {typeof event} */ (heap[child]);
      if (smaller.at >= event.at) break;
      heap[i] = smaller;
      i = child;
    }
    heap[i] = event;
  }
}

/**
 * @typedef {object} Job
 * @property {number} bytes
 * @property {number} pieces
 * @property {() => void} done
 */

/** One server: admission, then one piece of each running recording in turn. */
class Server {
  /** @type {Job[]} */ waiting = [];
  /** @type {Job[]} */ lanes = [];
  admitted = 0;
  running = 0;
  busy = 0;
  bytes = 0;
  most = { bytes: 0, waiting: 0 };
  work = 0;

  /** @param {Agenda} agenda @param {{workers: number, memory: number, rtf: number, random: () => number}} parts */
  constructor(agenda, parts) {
    this.agenda = agenda;
    this.parts = parts;
    this.places = 8 * Math.max(parts.workers, 2);
  }

  /** Whether a recording is let in; seconds to come back after when it is not. @param {number} bytes */
  admit(bytes) {
    if (this.admitted >= this.places + 256) return 5 + this.waiting.length;
    if (this.bytes + bytes > this.parts.memory) return 10;
    this.admitted++;
    this.bytes += bytes;
    this.most.bytes = Math.max(this.most.bytes, this.bytes);
    return 0;
  }

  /** Its recording is there. @param {Job} job */
  arrive(job) {
    this.waiting.push(job);
    this.most.waiting = Math.max(this.most.waiting, this.waiting.length);
    this.#start();
  }

  #start() {
    while (this.running < this.places) {
      const job = this.waiting.shift();
      if (job === undefined) break;
      this.running++;
      this.lanes.push(job);
    }
    while (this.busy < this.parts.workers) {
      const job = this.lanes.shift();
      if (job === undefined) break;
      this.busy++;
      job.pieces--;
      if (job.pieces > 0) this.lanes.push(job);
      // Pieces are of different lengths.
      const seconds = PIECE * this.parts.rtf * (0.5 + this.parts.random());
      this.work += seconds;
      this.agenda.after(seconds, () => {
        this.busy--;
        if (job.pieces === 0) {
          job.pieces = -1;
          this.running--;
          this.admitted--;
          this.bytes -= job.bytes;
          job.done();
        }
        this.#start();
      });
    }
  }
}

/**
 * So many people at so many servers.
 * @param {{users: number, servers: number, workers: number, rtf: number, memory: number, seed?: number}} setting
 */
function simulate({ users, servers: count, workers, rtf, memory, seed = 1 }) {
  const random = randomFrom(seed);
  const agenda = new Agenda();
  const servers = Array.from({ length: count }, () => new Server(agenda, { workers, memory, rtf, random }));
  /** @type {number[]} */
  const waits = [];
  const counts = { asked: 0, refused: 0, failed: 0 };
  const exponential = (/** @type {number} */ mean) => -mean * Math.log(1 - random());
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

  /** @param {Server} server */
  const live = (server) => {
    agenda.after(exponential(PEOPLE.pause), () => {
      const seconds = Math.min(PEOPLE.longest, PEOPLE.median * Math.exp(PEOPLE.sigma * normal()));
      const asked = agenda.now;
      const isCounted = asked > WARM_UP;
      if (isCounted) counts.asked++;
      const bytes = seconds * PEOPLE.bytesPerSecond;
      /** @param {number} failures */
      const attempt = (failures) => {
        const refused = server.admit(bytes);
        if (refused > 0) {
          if (isCounted) counts.refused++;
          if (failures < RETRIES)
            return agenda.after(refused * (1 + random() / 2), () => attempt(failures + 1));
          if (isCounted) counts.failed++;
          return live(server);
        }
        const done = () => {
          if (isCounted) waits.push(agenda.now - asked - bytes / PEOPLE.line);
          live(server);
        };
        const pieces = Math.max(1, Math.round(seconds / PIECE));
        agenda.after(bytes / PEOPLE.line, () => server.arrive({ bytes, pieces, done }));
      };
      attempt(0);
    });
  };
  // The proxy's hash: by chance, and always the same.
  for (let i = 0; i < users; i++) live(/** @type {Server} */ (servers[Math.floor(random() * count)]));
  agenda.run(WARM_UP);
  for (const server of servers) server.work = 0;
  agenda.run(SPAN);
  waits.sort((one, other) => one - other);
  const at = (/** @type {number} */ share) => waits[Math.floor(share * waits.length)] ?? NaN;
  const work = servers.reduce((sum, server) => sum + server.work, 0);
  return {
    ...counts,
    median: at(0.5),
    p95: at(0.95),
    used: work / (count * workers * (SPAN - WARM_UP)),
    memory: Math.max(...servers.map(({ most }) => most.bytes)),
    waiting: Math.max(...servers.map(({ most }) => most.waiting)),
  };
}

const { values } = parseArgs({
  options: { users: { type: 'string', default: '10000' }, 'write-docs': { type: 'boolean', default: false } },
});
const users = Number(values.users);
const GIB = 1024 ** 3;
const settings = [
  ...[6, 8, 9, 10, 12, 16].map((servers) => ({ servers, workers: 8, rtf: MEASURED, memory: 8 * GIB })),
  // Nothing has been measured on a graphics processor: two speeds to calculate with, as multiples of a core's.
  ...[8, 10, 12].map((servers) => ({ servers, workers: 1, rtf: MEASURED / 10, memory: 8 * GIB })),
  ...[2, 3].map((servers) => ({ servers, workers: 1, rtf: MEASURED / 40, memory: 8 * GIB })),
];
const head = [
  'servers',
  'recognisers each',
  'speed',
  'in use',
  'median',
  '95 %',
  'refused',
  'gave up',
  'most waiting',
  'most memory',
];
const rows = settings.map((setting) => {
  const result = simulate({ users, ...setting });
  const share = (/** @type {number} */ part) => `${((100 * part) / result.asked).toFixed(1)} %`;
  const time = (/** @type {number} */ seconds) =>
    seconds < 90 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
  const speed = MEASURED / setting.rtf;
  return [
    setting.servers,
    setting.workers,
    speed < 1.01 ? 'measured' : `assumed: ${speed.toFixed(0)} cores`,
    `${(100 * result.used).toFixed(0)} %`,
    time(result.median),
    time(result.p95),
    share(result.refused),
    share(result.failed),
    result.waiting,
    `${(result.memory / GIB).toFixed(1)} GiB`,
  ].map(String);
});
const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
const table = [line(head), line(head.map(() => '---:')), ...rows.map(line)].join('\n');
console.log(table);
if (values['write-docs']) {
  const page = new URL('../docs/scaling.md', import.meta.url);
  const [before = '', , after = ''] = readFileSync(page, 'utf8').split(
    /(?<=<!-- simulation -->\n)|(?=<!-- end -->)/,
  );
  const { format, resolveConfig } = await import('prettier');
  const options = { ...(await resolveConfig(fileURLToPath(page))), filepath: fileURLToPath(page) };
  writeFileSync(page, await format(`${before}\n${table}\n\n${after}`, options));
}
