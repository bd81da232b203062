/**
 * A sound card for tests on machines that have none: PulseAudio with a loudspeaker that nobody hears and a microphone that hears
 * nothing else. Browsers find it by the variables in `env`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether there is what it takes. */
export const hasSound = ['pulseaudio', 'paplay'].every(
  (program) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0,
);

/** A running sound card. */
export interface SoundCard {
  /** Variables for programs that are to use it. */
  env: Record<string, string>;
  /** Plays a file; what is said in it reaches the microphone as it is said. Resolves at its end. */
  play(path: string): Promise<void>;
  stop(): void;
}

/** Starts one. */
export async function plugIn(): Promise<SoundCard> {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-sound-'));
  const socket = join(folder, 'native');
  const script = join(folder, 'default.pa');
  writeFileSync(
    script,
    [
      `load-module module-native-protocol-unix socket=${socket} auth-anonymous=1`,
      'load-module module-null-sink sink_name=loudspeaker rate=48000',
      'load-module module-remap-source source_name=microphone master=loudspeaker.monitor',
      'set-default-source microphone\n',
    ].join('\n'),
  );
  const options = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '-F', script];
  const server = spawn('pulseaudio', options, {
    stdio: 'ignore',
    env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder },
  });
  for (let wait = 0; !existsSync(socket); wait++) {
    if (wait > 200 || server.exitCode !== null) throw new Error('PulseAudio did not start');
    await delay(50);
  }
  const env = { PULSE_SERVER: `unix:${socket}` };
  return {
    env,
    play: (path) =>
      new Promise((resolve, reject) => {
        const player = spawn('paplay', [path], { stdio: 'ignore', env: { ...process.env, ...env } });
        player.on('error', reject).on('exit', (code) => {
          if (code === 0) resolve();
          else reject(new Error(`paplay ended with ${code}`));
        });
      }),
    stop: () => {
      server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
