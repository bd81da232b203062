/**
 * What a decoder process is allowed: no network (`unshare -n`), no file (`--fsize=0`), no core dump, so much memory and CPU
 * time, an almost empty environment. Which of these the machine offers is found out once, at start.
 */
import { spawnSync } from 'node:child_process';

/** The prefixes of a decoder's command line that work on this machine. */
export interface Sandbox {
  /** `prlimit` with its limits, or empty. */
  limits(options: { memoryBytes?: number; cpuSeconds: number }): string[];
  /** `unshare -n …`, or empty. */
  readonly noNetwork: readonly string[];
}

const works = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;

/** Tries out what the machine offers. */
export function probeSandbox(): Sandbox {
  const hasLimits = works('prlimit', '--fsize=0', '--core=0', 'true');
  const noNetwork = [
    ['unshare', '-n', '--'],
    ['unshare', '-rn', '--'],
  ].find(([command = '', ...args]) => works(command, ...args, 'true'));
  return {
    limits: ({ memoryBytes, cpuSeconds }) =>
      hasLimits
        ? [
            'prlimit',
            ...(memoryBytes === undefined ? [] : [`--as=${memoryBytes}`]),
            `--cpu=${cpuSeconds}`,
            '--fsize=0',
            '--core=0',
            '--',
          ]
        : [],
    noNetwork: noNetwork ?? [],
  };
}

/** The whole environment of a decoder: freed memory is overwritten, messages are in English. */
export const decoderEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  MALLOC_PERTURB_: '165',
});
