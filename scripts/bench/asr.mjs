// @ts-check
// The group "asr": speech. The recogniser against others on the same weights and segments, the quality of what comes out, an hour
// of audio and a short recording through a real server.
//   asr.vs.sherpa, asr.vs.transformers   CPU time with the log-probability of each token, both on one thread
//   asr.vs.sherpa.words                  ours with word times too
//   asr.wall.vs.*                        the same races by the clock
//   asr.rtf                              POST /v1/transcribe of a short recording through the SDK, one at a time, against its length
//   memory.transcribing                  all memory of the server and its processes at its largest, against that before
// and those of asr-live.mjs, asr-live-words.mjs, asr-quality.mjs and asr-hour.mjs.
import { sampleRecording } from '../demo/recording.mjs';
import { startServer } from '../start-server.mjs';
import { measureHour } from './asr-hour.mjs';
import { scoreLiveWords } from './asr-live-words.mjs';
import { measureLive } from './asr-live.mjs';
import { installAsrPeers } from './asr-peers.mjs';
import { scoreSpeakers, scoreWordErrors, scoreWordTimes } from './asr-quality.mjs';
import { race } from './asr-race.mjs';
import { loadRecordings, whyNot } from './asr-recordings.mjs';
import { median } from './measure.mjs';
import { usageOfTree } from './process-tree.mjs';

const RUNS = 7;
const SAMPLE_MS = 50;
const HOUR = 3600;

/** Who runs against whom. */
const RACES = [
  ['vs.sherpa', 'ours', 'sherpa'],
  ['vs.transformers', 'ours', 'transformers'],
  ['vs.sherpa.words', 'ours.words', 'sherpa'],
];

/** @typedef {import('./measure.mjs').Figure} Figure */

/** @param {import('./measure.mjs').Wanted} wanted @returns {AsyncGenerator<Figure>} */
export async function* asrFigures(wanted) {
  const any = (/** @type {string[]} */ ...names) => names.some(wanted);
  const some = (/** @type {Figure[]} */ figures) => figures.filter(({ name }) => wanted(name));
  if (any('asr.rtf', 'memory.transcribing')) yield* some(await measureShort());
  if (any('asr.live.first', 'asr.live.six')) yield* some(await measureLive());

  const raced =
    any('asr.wer.shared', 'asr.wer.vs.sherpa') ||
    RACES.some(([name]) => any(`asr.${name}`, `asr.wall.${name}`));
  const timed = any('asr.words.median', 'asr.words.mean');
  const hour = any('asr.hour.2cores', 'asr.hour.cpu', 'asr.hour.memory');
  if (!raced && !timed && !hour && !any('asr.der.conv', 'asr.live.wer')) return;
  const reason = whyNot();
  if (reason !== undefined) return console.error(`Without most figures of speech: ${reason}.`);
  const recordings = await loadRecordings();
  if (hour) yield* some(await measureHour(recordings));
  if (timed) yield* some(await scoreWordTimes(recordings));
  if (wanted('asr.live.wer')) yield* await scoreLiveWords(recordings);
  if (wanted('asr.der.conv')) yield* some(await scoreSpeakers(recordings));
  if (raced) yield* some(await measureRaces(recordings));
}

/** @param {import('./asr-recordings.mjs').Recording[]} recordings @returns {Promise<Figure[]>} */
async function measureRaces(recordings) {
  const peers = installAsrPeers() ? ['sherpa', 'transformers'] : [];
  const { results, seconds, rounds } = await race(['ours', 'ours.words', ...peers], recordings);
  const note = `${Math.round(seconds)} s of audio, ${rounds} rounds`;
  const figures = RACES.flatMap(([name, one = '', other = '']) => {
    const [ours, reference] = [results.get(one), results.get(other)];
    if (!ours || !reference) return [];
    return [
      { name: `asr.${name}`, unit: 's/h', what: /** @type {const} */ ('cpu') },
      { name: `asr.wall.${name}`, unit: 's/h', what: /** @type {const} */ ('wall') },
    ].map(({ name, unit, what }) => ({
      name,
      value: (ours[what] / seconds) * HOUR,
      unit,
      reference: (reference[what] / seconds) * HOUR,
      ratio: ours[what] / reference[what],
      note,
    }));
  });
  return [...figures, ...(await scoreWordErrors(recordings, results))];
}

/** A short recording through a real server. @returns {Promise<Figure[]>} */
async function measureShort() {
  const { Sealscribe } = await import('@sealscribe/sdk-node');
  const { path } = sampleRecording();
  const server = await startServer();
  const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
  const memory = () => usageOfTree(server.pid)?.mib ?? NaN;
  const idle = memory();
  let peak = idle;
  const watch = setInterval(() => (peak = Math.max(peak, memory())), SAMPLE_MS);
  try {
    await client.signUp({ email: 'bench@example.com', password: 'only for this benchmark' });
    /** @type {number[]} */
    const seconds = [];
    let length = 0;
    for (let run = 0; run <= RUNS; run++) {
      const started = performance.now();
      length = (await client.transcribe({ path })).duration;
      if (run > 0) seconds.push((performance.now() - started) / 1000);
    }
    const value = median(seconds);
    return [
      { name: 'asr.rtf', value, unit: 's', reference: length, ratio: value / length },
      { name: 'memory.transcribing', value: peak, unit: 'MiB', reference: idle, ratio: peak / idle },
    ].filter((figure) => Number.isFinite(figure.value));
  } finally {
    clearInterval(watch);
    await client.close();
    await server.stop();
  }
}
