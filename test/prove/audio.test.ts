/** Audio: in memory for as long as it is needed, on no disk, and gone afterwards. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe } from 'vitest';
import { writableMemory } from '../e2e/process-memory.js';
import { JFK, newSession, transcribe } from '../e2e/server-requests.js';
import { claim } from './claim.js';
import { both, startWith } from './leaky-server.js';
import { family } from './places.js';

const jfk = readFileSync(JFK);
const has = (program: string) => spawnSync(program, ['--version']).status === 0;
const ROUNDS = 10;
/** The pages of the database that one row of the account's usage changes. The recording is more than twenty times that. */
const USAGE_BYTES = 16_384;

/** Bytes that the processes of a server have had written to a disk (proc(5), io). */
const writtenBytes = (pid: number): number =>
  family(pid).reduce((sum, each) => {
    const io = readFileSync(`/proc/${each}/io`, 'utf8');
    return sum + Number(/^write_bytes: (\d+)/m.exec(io)?.[1]);
  }, 0);

/** Pieces of the recording, as they are sent and as float32 samples. */
const pieces = [60_000, 120_000, 200_000, 300_000].flatMap((at) => {
  const samples = Float32Array.from({ length: 8 }, (_, i) => jfk.readInt16LE(at + 2 * i) / 32_768);
  return [jfk.subarray(at, at + 32), Buffer.from(samples.buffer)];
});

/** Files in which a piece of the recording stands. */
const filesWithAudio = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .filter(({ parentPath, name }) => {
      const content = readFileSync(join(parentPath, name));
      return pieces.some((piece) => content.includes(piece));
    })
    .map(({ name }) => `audio in ${name}`);

/** Calls that give data to a file or make one. */
const WATCHED =
  'openat,open,creat,openat2,rename,renameat2,link,linkat,memfd_create,mmap,copy_file_range,splice,io_uring_setup';

/** What the trace of a server says was opened to be written, and should not be. */
function openedForWriting(trace: string, dataFolder: string): string[] {
  const found: string[] = [];
  for (const line of trace.split('\n')) {
    if (/= -1 E/.test(line)) continue;
    if (/io_uring_setup\(|splice\(|copy_file_range\(/.test(line)) found.push(line);
    // Pipes, sockets, devices without a store, and what proc(5) shows are no files.
    const opened = /open(?:at2?)?\(.*?"([^"]+)", .*(?:O_WRONLY|O_RDWR|O_CREAT)/.exec(line)?.[1];
    if (opened !== undefined && !opened.startsWith(dataFolder) && !/^\/(dev|proc)\//.test(opened))
      found.push(`opened for writing: ${opened}`);
    const mapped = /mmap\(.*PROT_WRITE.*MAP_SHARED.*<([^>]+)>/.exec(line)?.[1];
    if (mapped !== undefined && !mapped.startsWith(dataFolder) && !/^\/(dev|memfd)/.test(mapped))
      found.push(`mapped for writing: ${mapped}`);
  }
  return [...new Set(found)];
}

describe('audio', () => {
  claim('audio-on-no-disk', {
    says: 'while it transcribes, the server opens no file for writing but its database, and audio is in none',
    unless: has('strace') ? undefined : 'strace is not here',
    ...both(async (leak) => {
      const folder = mkdtempSync(join(tmpdir(), 'sealscribe-prove-'));
      const trace = join(folder, 'trace');
      const data = join(folder, 'data');
      const temporary = mkdtempSync(join(folder, 'tmp-'));
      const strace = ['strace', '-D', '-f', '-qq', '-y', '-o', trace, '-e', `trace=${WATCHED}`];
      const server = await startWith(leak, {
        dataFolder: data,
        wrapper: strace,
        env: { TMPDIR: temporary },
        timeout: 120_000,
      });
      const token = await newSession(server.url);
      const { status } = await transcribe(server.url, token, jfk);
      await server.stop();
      await wait(300);
      const lines = readFileSync(trace, 'utf8');
      const found = [...openedForWriting(lines, data), ...filesWithAudio(data), ...filesWithAudio(temporary)];
      rmSync(folder, { recursive: true, force: true });
      if (status !== 200) throw new Error(`the transcription was answered with ${status}`);
      const calls = lines.split('\n').length;
      return { tried: `one transcription under strace, ${calls} calls looked at`, found };
    }, 'disk'),
  });

  claim('audio-adds-no-write', {
    says: 'transcribing has nothing written to a disk by any process of the server but how much of it the account used',
    unless: existsSync('/proc/self/io') ? undefined : 'this system does not count what processes write',
    ...both(async (leak) => {
      const server = await startWith(leak);
      const token = await newSession(server.url);
      await transcribe(server.url, token, jfk);
      const before = writtenBytes(server.pid);
      for (let round = 0; round < ROUNDS; round++) await transcribe(server.url, token, jfk);
      const bytes = writtenBytes(server.pid) - before;
      await server.stop();
      return {
        tried: `${ROUNDS} transcriptions, ${bytes} bytes more given to disks`,
        found: bytes > ROUNDS * USAGE_BYTES ? [`${bytes} bytes were written`] : [],
      };
    }, 'disk'),
  });

  for (const [how, options] of [
    ['answer', () => ({})],
    ['cancellation', () => ({ signal: AbortSignal.timeout(400) })],
    ['refusal', () => ({ fields: { language: 'de' } })],
  ] as const)
    claim(`audio-gone-after-${how}`, {
      says: `audio is in the memory of no process of the server soon after its ${how}`,
      unless: existsSync('/proc/self/mem') ? undefined : 'this system does not show memory',
      ...both(async (leak) => {
        const server = await startWith(leak);
        const token = await newSession(server.url);
        await transcribe(server.url, token, jfk, options()).catch(() => undefined);
        let found: string[] = [];
        for (let look = 0; look < 6; look++) {
          await wait(1000);
          found = family(server.pid)
            .filter(holdsAudio)
            .map((pid) => `audio in process ${pid}`);
          if (found.length === 0) break;
        }
        const processes = family(server.pid).length;
        await server.stop();
        return { tried: `memory of ${processes} processes, ${pieces.length} pieces of the recording`, found };
      }, 'memory'),
    });
});

function holdsAudio(pid: number): boolean {
  for (const memory of writableMemory(pid)) if (pieces.some((piece) => memory.includes(piece))) return true;
  return false;
}
