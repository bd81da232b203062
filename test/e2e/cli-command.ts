/**
 * The built command, run as people and scripts run it: a process of its own, with a home folder of its own and no terminal.
 * Everything it ever says on stderr is kept, so that a test can look through all of it for secrets.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
export const MAIN = fileURLToPath(new URL('packages/cli/dist/main.js', root));
const SAMPLES = 'node_modules/nodejs-whisper/cpp/whisper.cpp';
/** Eleven seconds of President Kennedy, as WAV. */
export const JFK = fileURLToPath(new URL(`${SAMPLES}/bindings/go/samples/jfk.wav`, root));
export const JFK_TEXT =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';
/** Whether the command is built. */
export const hasCommand = existsSync(MAIN);
/** Whether command and server are built. */
export const hasBoth = hasCommand && existsSync(new URL('packages/server-reference/dist/main.js', root));

/** A text as bare lower-case words: punctuation is the model's taste. */
export const bareWords = (text: string): string => (text.toLowerCase().match(/[a-z']+/g) ?? []).join(' ');

export interface Result {
  code: number | null;
  stdout: string;
  stdoutBytes: Buffer;
  stderr: string;
}

/** What one run is given besides its arguments. */
export interface RunOptions {
  env?: Record<string, string>;
  stdin?: string | Uint8Array;
  /** Called when the process runs, with a way to send it a signal. */
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
}

/** A fresh home folder, and the command run with it and these variables. */
export function prepareCommand(variables: Record<string, string> = {}) {
  const home = join(mkdtempSync(join(tmpdir(), 'sealscribe-cli-')), 'home');
  const said: string[] = [];
  const command = (args: string[], options: RunOptions = {}): Promise<Result> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: {
          PATH: process.env['PATH'] ?? '',
          HOME: home,
          SEALSCRIBE_HOME: home,
          ...variables,
          ...options.env,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const out: Buffer[] = [];
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      // A command that ends without reading its input is no fault of the test.
      child.stdin.on('error', () => undefined);
      child.stdin.end(options.stdin);
      child.once('error', reject);
      child.once('close', (code) => {
        said.push(stderr);
        const stdoutBytes = Buffer.concat(out);
        resolve({ code, stdout: stdoutBytes.toString(), stdoutBytes, stderr });
      });
      options.onStart?.((signal) => child.kill(signal));
    });
  return { home, command, said: () => said.join('') };
}
