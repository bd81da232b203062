/**
 * What would put memory on a disk or open it to others, switched off as far as a Node process can: core dumps, the
 * debugger, diagnostic reports. Swap cannot be switched off from here, so its presence is a warning at start.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Logger } from './log.js';

/** Closes this process to the debugger, which SIGUSR1 would open, and to reports: for the server and for what it starts. */
export function closeToInspection(): void {
  process.on('SIGUSR1', () => undefined);
  if (process.report === undefined) return;
  process.report.reportOnFatalError = false;
  process.report.reportOnSignal = false;
  process.report.reportOnUncaughtException = false;
}

/** Hardens this process and what it starts from now on; warns about what remains. */
export function hardenProcess(log: Logger): void {
  closeToInspection();
  process.umask(0o077);
  if (process.platform !== 'linux') {
    log.warn('core dumps and swap are not checked on this system');
    return;
  }
  spawnSync('prlimit', ['--pid', String(process.pid), '--core=0:0'], { stdio: 'ignore' });
  const limit = /^Max core file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  if (limit !== '0') log.warn('core dumps are on: a crash may write audio to disk; start with `ulimit -c 0`');
  if (process.env['MALLOC_PERTURB_'] === undefined)
    log.info('start with MALLOC_PERTURB_=165 to have the C library overwrite memory as it is freed');
  if (existsSync('/proc/swaps') && readFileSync('/proc/swaps', 'utf8').trim().split('\n').length > 1)
    log.warn('swap is on: memory, and audio in it, may be written to disk');
}
