// Damaged recordings, hundreds or thousands, through the decoders that the server uses: each comes to a clear end within
// seconds and 1 GiB. Every tenth goes through a real server too, none of whose processes may notice. SEALSCRIBE_SEED repeats a run.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, describe } from 'vitest';
import { decodeMedia, type Decoders } from '../../packages/server-reference/src/media/decode.js';
import { probeSandbox } from '../../packages/server-reference/src/media/sandbox.js';
import { hasFfmpeg } from '../fixtures/ffmpeg.js';
import { ChildMemory, childrenOf, hasProc, peakBytes } from './behaviour-processes.js';
import { mutate, randomFrom } from './behaviour-mutations.js';
import { hasServer, newSession, shared, transcribe } from './server-requests.js';
import { startServer } from './server-process.js';

const long = process.env['SEALSCRIBE_LONG'] === '1';
const MUTANTS = long ? 5000 : 500;
const seed = Number(process.env['SEALSCRIBE_SEED'] ?? (long ? Date.now() % 1_000_000 : 1));
/** Limits for one recording. */
const SECONDS = 5;
const MEMORY = 1024 ** 3;
/** A damaged header may say that hours follow: how long a recording may be is limited elsewhere. */
const MAX_SECONDS = 60;
/** What may be said about a damaged recording. */
const clear = ['empty_file', 'unsupported_media', 'decoder_missing', 'undecodable_media', 'no_audio'];

const media = join(shared, 'media');
const names = existsSync(media) ? readdirSync(media).filter((name) => name.startsWith('clip')) : [];
const recordings = names.map((name) => ({ name, bytes: readFileSync(join(media, name)) }));
/** What the built-in decoders take. */
const builtin = recordings.filter(({ name }) =>
  /^clip[^.]*\.(wav|mp3|mp2|flac|ogg|oga|opus)$|^clip_no_extension$/.test(name),
);
const script = fileURLToPath(
  new URL('../../packages/server-reference/dist/decoder-process.js', import.meta.url),
);

/** The damaged recording of a number: the same for the same seed. */
function mutantOf(number: number, sources: typeof recordings): { name: string; bytes: Uint8Array } {
  const random = randomFrom(seed * 65_537 + number);
  const source = sources[Math.floor(random() * sources.length)];
  const stranger = recordings[Math.floor(random() * recordings.length)];
  return { name: source.name, bytes: mutate(random, source.bytes, stranger.bytes) };
}

/** Does something for each number, two at a time. */
async function forEach(numbers: number[], what: (number: number) => Promise<void>): Promise<void> {
  const left = [...numbers];
  const work = async () => {
    for (let number; (number = left.shift()) !== undefined;) await what(number);
  };
  await Promise.all([work(), work()]);
}

/** Decodes to the end and says what it came to. @throws what is not a clear answer. */
async function decode(bytes: Uint8Array, decoders: Decoders): Promise<string> {
  const signal = new AbortController().signal;
  let length = 0;
  try {
    for await (const chunk of decodeMedia([bytes], decoders, { maxSeconds: MAX_SECONDS, signal })) {
      length += chunk.length;
      if (!chunk.every((sample) => Math.abs(sample) <= 2 ** 17)) throw new Error('samples that are none');
      // The server stops here, too.
      if (length > MAX_SECONDS * 16_000) return 'audio_too_long';
    }
    return 'samples';
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (clear.includes(code)) return code;
    throw error;
  }
}

const count = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

describe.skipIf(!hasServer || names.length === 0)(`damaged recordings, seed ${seed}`, () => {
  for (const [kind, sources, share] of [
    ['ffmpeg', recordings, 0.7],
    ['builtin', builtin, 0.3],
  ] as const)
    describe.skipIf(kind === 'ffmpeg' && !hasFfmpeg)(kind, () => {
      const numbers = Array.from({ length: Math.round(MUTANTS * share) }, (_, number) => number);

      test(
        `${numbers.length} come to a clear end, each within ${SECONDS} s and 1 GiB`,
        { timeout: 60_000 + numbers.length * SECONDS * 1000 },
        async () => {
          const decoders = { kind, sandbox: probeSandbox(), script };
          const memory = hasProc ? new ChildMemory(process.pid) : undefined;
          const ends = new Map<string, number>();
          const wrong: string[] = [];
          let slowest = 0;
          const slow: number[] = [];
          const tryOut = async (number: number) => {
            const { name, bytes } = mutantOf(number, sources);
            const begun = performance.now();
            const end = await decode(bytes, decoders).catch((error: unknown) => String(error));
            const seconds = (performance.now() - begun) / 1000;
            return { end, seconds, what: `${number} (${name}): ${end} after ${seconds.toFixed(1)} s` };
          };
          await forEach(numbers, async (number) => {
            const { end, seconds, what } = await tryOut(number);
            count(ends, end);
            if (!['samples', 'audio_too_long', ...clear].includes(end)) wrong.push(what);
            else if (seconds > SECONDS) slow.push(number);
            else slowest = Math.max(slowest, seconds);
          });
          // Other work of the machine may have made them slow: alone, and one of three times, they must be fast enough.
          for (const number of slow) {
            let best = await tryOut(number);
            for (let again = 0; again < 2 && best.seconds > SECONDS; again++) best = await tryOut(number);
            if (best.seconds > SECONDS) wrong.push(best.what);
            slowest = Math.max(slowest, best.seconds);
          }
          memory?.stop();
          const peak = Math.round((memory?.peak ?? 0) / 1024 ** 2);
          const summary = JSON.stringify(Object.fromEntries(ends));
          process.stdout.write(
            `${kind}, seed ${seed}: ${summary}; slowest ${slowest.toFixed(2)} s; largest process ${peak} MiB\n`,
          );
          expect(wrong).toEqual([]);
          expect(memory?.peak ?? 0).toBeLessThan(MEMORY);
        },
      );

      const sample = numbers.filter((number) => number % 10 === 0);
      test(
        `${sample.length} sent to a server get clear answers, and it goes on as it was`,
        { timeout: 120_000 + sample.length * 10_000 },
        async () => {
          const args = ['--decoder', kind, '--max-duration', String(MAX_SECONDS)];
          const server = await startServer({ args });
          try {
            const token = await newSession(server.url);
            const own = hasProc ? childrenOf(server.pid) : [];
            const answers = new Map<string, number>();
            const wrong: string[] = [];
            await forEach(sample, async (number) => {
              const { status, json } = await transcribe(server.url, token, mutantOf(number, sources).bytes);
              count(answers, `${status} ${json.code ?? ''}`.trim());
              if (status !== 200 && !['audio_too_long', ...clear].includes(json.code))
                wrong.push(`${number}: ${status} ${json.code}`);
            });
            process.stdout.write(
              `${kind} server, seed ${seed}: ${JSON.stringify(Object.fromEntries(answers))}\n`,
            );
            expect(wrong).toEqual([]);
            expect(server.running()).toBe(true);
            if (hasProc) {
              expect(childrenOf(server.pid)).toEqual(own);
              for (const pid of [server.pid, ...own]) expect(peakBytes(pid)).toBeLessThan(MEMORY);
            }
            expect(server.stderr()).not.toContain('started anew');
            expect(await server.stop()).toEqual({ code: 0, signal: null });
          } finally {
            await server.stop();
          }
        },
      );
    });
});
