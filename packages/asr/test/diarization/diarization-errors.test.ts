import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { countSpeakers, readRttm, scoreTurns } from '../../../../test/fixtures/der.js';
import { decodeAudio, hasFfmpeg } from '../../../../test/fixtures/ffmpeg.js';
import { Diarizer, EmbeddedSpeakers, type SpeakerTurn, type VoiceActivityDetector } from '../../src/index.js';
import { loadVad } from '../models.js';
import { seededRandom } from '../speech.js';

interface Clip {
  file: string;
  language: string;
  durationSeconds: number;
  speakers: unknown[];
}

// The shared folder beside the checkout.
const folder = fileURLToPath(new URL('../../../../../shared/speech/', import.meta.url));
const present = existsSync(`${folder}manifest.json`) && hasFfmpeg;
const clips = present ? (JSON.parse(readFileSync(`${folder}manifest.json`, 'utf8')) as Clip[]) : [];
const named = (prefix: string) => clips.filter(({ file }) => file.startsWith(prefix));
const percent = (part: number) => `${(100 * part).toFixed(1)} %`;

describe.skipIf(!present)('speakers on the shared recordings (skipped without them or ffmpeg)', () => {
  let vad: VoiceActivityDetector;
  let voiceMicroseconds = 0;
  let heardSeconds = 0;
  beforeAll(async () => {
    vad = await loadVad();
  });

  const heard = new Map<string, { pcm: Float32Array; probabilities: Float32Array }>();
  async function hear(file: string) {
    const before = heard.get(file);
    if (before !== undefined) return before;
    const pcm = decodeAudio(folder + file);
    const { probabilities } = await vad.run(pcm, vad.createState());
    heard.set(file, { pcm, probabilities });
    return { pcm, probabilities };
  }

  async function findTurns(file: string, speakers = 0): Promise<SpeakerTurn[]> {
    const { pcm, probabilities } = await hear(file);
    const before = process.cpuUsage();
    const diarizer = new Diarizer(new EmbeddedSpeakers(), (start, end) => pcm.slice(start, end));
    await diarizer.push(probabilities);
    const turns = await diarizer.finish(pcm.length, speakers);
    const { user, system } = process.cpuUsage(before);
    voiceMicroseconds += user + system;
    heardSeconds += pcm.length / 16_000;
    return turns;
  }

  async function scoreAll(prefix: string, known = false) {
    const table: string[] = [];
    let rates = 0;
    let asOneSpeaker = 0;
    let countErrors = 0;
    for (const { file } of named(prefix)) {
      const reference = readRttm(folder + file.replace('.flac', '.rttm'));
      const [said, turns] = [
        countSpeakers(reference),
        await findTurns(file, known ? countSpeakers(reference) : 0),
      ];
      const { rate, missed, invented, confused, speech } = scoreTurns(reference, turns);
      rates += rate;
      asOneSpeaker += scoreTurns(
        reference,
        turns.map((turn) => ({ ...turn, speaker: 0 })),
      ).rate;
      countErrors += Math.abs(countSpeakers(turns) - said);
      table.push(
        `${file.padEnd(24)} DER ${percent(rate).padStart(7)} (missed ${percent(missed / speech)}, invented ` +
          `${percent(invented / speech)}, confused ${percent(confused / speech)}), speakers ${said} -> ${countSpeakers(turns)}`,
      );
    }
    const mean = rates / table.length;
    process.stdout.write(
      `${table.join('\n')}\nmean DER ${percent(mean)}, speaker-count error ${countErrors}\n`,
    );
    return { mean, countErrors, asOneSpeaker: asOneSpeaker / table.length, files: table.length };
  }

  it('are told apart in conversations: at most 2 % of the time wrong, and as many as there are', async () => {
    const { mean, countErrors, files } = await scoreAll('conv');
    expect(files).toBe(4);
    expect(mean).toBeLessThanOrEqual(0.02);
    expect(countErrors).toBe(0);
  });

  it('are told apart when their number is given', async () => {
    expect((await scoreAll('conv', true)).mean).toBeLessThanOrEqual(0.02);
  });

  it('stay as many when a recording goes on for an hour', async () => {
    const random = seededRandom(4);
    for (const [file, speakers] of [
      ['long_lj001.flac', 1],
      ['conv3.flac', 3],
    ] as const) {
      const { pcm, probabilities } = await hear(file);
      const model = new EmbeddedSpeakers();
      const cutter = model.createCutter();
      const described: { piece: { start: number; end: number }; values: Float32Array }[] = [];
      for (const piece of [...cutter.push(probabilities), ...cutter.flush(pcm.length)])
        described.push({ piece, values: await model.describe(pcm.subarray(piece.start, piece.end), piece) });
      const times = Math.ceil((3600 * 16_000) / pcm.length);
      const hour = Array.from({ length: times }, (_, i) =>
        described.map(({ piece, values }) => ({
          start: piece.start + i * pcm.length,
          end: piece.end + i * pcm.length,
          // Nobody says anything twice in quite the same way.
          values: values.map((value) => value + 0.6 * (random() - 0.5)),
        })),
      ).flat();
      expect(countSpeakers(await model.decide(hour, 0))).toBe(speakers);
    }
  });

  it('are one in every English recording of one speaker', async () => {
    const wrong: string[] = [];
    for (const { file, language, speakers } of clips) {
      if (language !== 'en' || speakers.length !== 1) continue;
      const turns = await findTurns(file);
      if (countSpeakers(turns) !== 1) wrong.push(`${file}: ${countSpeakers(turns)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('are found in meetings no worse than by calling everybody one speaker', async () => {
    const { mean, asOneSpeaker, files } = await scoreAll('ami');
    expect(files).toBe(3);
    expect(mean).toBeLessThanOrEqual(asOneSpeaker + 0.005);
    process.stdout.write(
      `${((voiceMicroseconds / 1e6 / heardSeconds) * 3600).toFixed(1)} CPU-seconds per hour, without VAD\n`,
    );
  });
});
