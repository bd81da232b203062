/** The memory of another process, as Linux shows it to root and to who started it (proc(5)). */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Every stretch of memory that a process can write, one after another. */
export function* writableMemory(pid: number): Generator<Buffer> {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from = '0', to = '0', mode = ''] = /^(\w+)-(\w+) (\S+)/.exec(line) ?? [];
      if (!mode.startsWith('rw')) continue;
      const start = parseInt(from, 16);
      const buffer = Buffer.alloc(parseInt(to, 16) - start);
      try {
        readSync(memory, buffer, 0, buffer.length, start);
      } catch {
        continue; // reserved, not backed by anything
      }
      yield buffer;
    }
  } finally {
    closeSync(memory);
  }
}
