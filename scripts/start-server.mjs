// @ts-check
// Starts the built server as a child process on a free loopback port, for the demo, the benchmark and the end-to-end tests.
// What it deliberately leaves out: building (see setup.mjs) and talking to the server (see the SDK).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../packages/server-reference/dist/main.js', import.meta.url));

/**
 * @typedef {object} StartOptions
 * @property {string} [dataFolder] Folder of the store. Without it a fresh temporary one is made, which `stop` or the end of this process removes.
 * @property {string[]} [args] More command line arguments of the server.
 * @property {NodeJS.ProcessEnv} [env] Environment variables on top of this process's own.
 * @property {string[]} [wrapper] Command that the server is run under, for example `['strace', '-D', '-f']`; signals must reach the server through it.
 * @property {string[]} [nodeArgs] Arguments of Node in front of the program, for example `['--import=FILE']`.
 * @property {string | undefined} [graphs] Folder that lends its composed graphs to the data folder and takes those that the server makes, so that a second server need not.
 * @property {number} [timeout] Milliseconds to wait for the server to be ready. Default 60,000.
 *
 * @typedef {object} RunningServer
 * @property {string} url For example `https://127.0.0.1:40123`.
 * @property {string} fingerprint SHA-256 of the server's certificate.
 * @property {string} dataFolder
 * @property {number} pid
 * @property {{url: string, fingerprint: string, device: string, models: string[]}} ready What the server printed when it was ready.
 * @property {() => string} stdout Everything the server wrote to standard output so far.
 * @property {() => string} stderr Everything the server wrote to standard error so far: its log.
 * @property {() => boolean} running Whether the process is alive.
 * @property {() => Promise<{code: number | null, signal: NodeJS.Signals | null}>} stop SIGTERM, wait for the end, and remove the data folder if it was made here.
 * @property {() => Promise<void>} kill SIGKILL and wait for the end; the data folder stays as long as this process.
 */

/**
 * Starts a server and waits until it is ready.
 * @param {StartOptions} [options]
 * @returns {Promise<RunningServer>}
 * @throws {Error} with the server's log when it ends or stays silent before it is ready.
 */
export async function startServer(options = {}) {
  if (!existsSync(MAIN)) throw new Error('The server is not built: run `npm run build` first.');
  const { wrapper = [], nodeArgs = [], args = [], timeout = 60_000 } = options;
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'sealscribe-'));
  const cache = join(dataFolder, 'cache');
  if (options.graphs !== undefined) linkFiles(options.graphs, cache);
  const command = [
    ...wrapper,
    process.execPath,
    ...nodeArgs,
    MAIN,
    '--port',
    '0',
    '--data',
    dataFolder,
    '--json',
    ...args,
  ];
  const child = spawn(/** @type {string} */ (command[0]), command.slice(1), {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = once(child, 'exit');
  const own = options.dataFolder === undefined;
  const cleanUp = () => {
    child.kill('SIGKILL');
    if (own) rmSync(dataFolder, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);
  if (!own) void ended.then(() => process.off('exit', cleanUp));

  const line = await new Promise((resolve, reject) => {
    /** @param {string} what */
    const fail = (what) => reject(new Error(`The server ${what} before it was ready.\n${stderr}${stdout}`));
    const timer = setTimeout(() => fail(`was silent for ${timeout / 1000} s`), timeout);
    child.stdout.on('data', () => {
      if (!stdout.includes('\n')) return;
      clearTimeout(timer);
      resolve(stdout.slice(0, stdout.indexOf('\n')));
    });
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
    void ended.then(() => clearTimeout(timer));
  }).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  const ready = JSON.parse(line);
  if (options.graphs !== undefined) linkFiles(cache, options.graphs);

  return {
    url: ready.url,
    fingerprint: ready.fingerprint,
    dataFolder,
    pid: /** @type {number} */ (child.pid),
    ready,
    stdout: () => stdout,
    stderr: () => stderr,
    running: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      process.off('exit', cleanUp);
      if (own) await rm(dataFolder, { recursive: true, force: true });
      return { code, signal };
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Gives the files of one folder a second name in another; where that cannot be, the server makes its own. @param {string} from @param {string} to */
function linkFiles(from, to) {
  try {
    mkdirSync(to, { recursive: true, mode: 0o700 });
    const there = new Set(readdirSync(to));
    for (const name of readdirSync(from)) if (!there.has(name)) linkSync(join(from, name), join(to, name));
  } catch {
    // Another file system, no such folder, or somebody was faster.
  }
}
