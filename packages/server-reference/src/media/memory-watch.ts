/**
 * A limit on the memory that a process really has, for runtimes that reserve far more address space than they use (V8,
 * WebAssembly): looked at ten times a second in /proc. Where there is no /proc there is no limit but the runtime's own.
 */
import { readFile } from 'node:fs/promises';

const LOOK_MS = 100;

/** Calls `tooMuch` once the process holds more than `bytes`; returns how to stop looking. */
export function watchMemory(pid: number, bytes: number, tooMuch: () => void): () => void {
  const timer = setInterval(() => {
    void residentBytes(pid).then((resident) => {
      if (resident > bytes) tooMuch();
    });
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** Bytes that a process has in memory; 0 where it cannot be told, because it has ended or the system does not say. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}
