// @ts-check
// npm run bench: a first small benchmark, one line per figure. Times are the median of several runs on this machine as it is,
// busy or quiet; compare only figures of one run.
//   recogniser: wall time of POST /v1/transcribe through the SDK against the length of the recording, one at a time
//   baseline:   encrypt() of this library against the same Web Crypto calls written by hand, both with the key at hand
import { webcrypto as crypto } from 'node:crypto';
import { cpus } from 'node:os';
import { sampleRecording } from './demo/recording.mjs';
import { build, runScript } from './setup.mjs';
import { startServer } from './start-server.mjs';

const RUNS = 7;

/** Milliseconds of the median run; the first one does not count. @param {() => Promise<unknown>} work @param {number} runs */
async function median(work, runs = RUNS) {
  /** @type {number[]} */
  const times = [];
  for (let i = 0; i <= runs; i++) {
    const started = performance.now();
    await work();
    if (i > 0) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? NaN;
}

async function recogniser() {
  const { Sealscribe } = await import('@sealscribe/sdk-node');
  const { path } = sampleRecording();
  const server = await startServer();
  try {
    const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    await client.signUp({ email: 'bench@example.com', password: 'only for this benchmark' });
    let audio = 0;
    const ms = await median(async () => (audio = (await client.transcribe({ path })).duration));
    console.log(
      `transcribe  ${audio.toFixed(1)} s of audio in ${(ms / 1000).toFixed(2)} s: ${((audio * 1000) / ms).toFixed(1)}x real time`,
    );
    await client.close();
  } finally {
    await server.stop();
  }
}

async function baseline() {
  const { deriveKey, encrypt } = await import('@sealscribe/crypto');
  const derive = await median(() => deriveKey('correct horse battery staple', 'alice@example.com'));
  console.log(`deriveKey   ${derive.toFixed(1)} ms (PBKDF2-SHA-256, 100,000 iterations)`);
  const key = await deriveKey('correct horse battery staple', 'alice@example.com');
  for (const [name, size] of /** @type {const} */ ([
    ['20 KB', 20_000],
    ['1 MB', 1_000_000],
    ['64 MB', 64_000_000],
  ])) {
    const data = new Uint8Array(size).fill(7);
    const many = Math.max(1, Math.floor(2_000_000 / size));
    const times = (/** @type {() => Promise<unknown>} */ work) => async () => {
      for (let i = 0; i < many; i++) await work();
    };
    const ours = await median(times(() => encrypt(key, data)));
    const raw = await median(
      times(async () => {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, data);
        const blob = new Uint8Array(12 + sealed.byteLength);
        blob.set(iv);
        blob.set(new Uint8Array(sealed), 12);
      }),
    );
    console.log(
      `encrypt     ${name}: ${(ours / many).toFixed(3)} ms, by hand ${(raw / many).toFixed(3)} ms (${(ours / raw).toFixed(2)}x)`,
    );
  }
}

await runScript(async () => {
  build();
  console.log(`${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}`);
  await recogniser();
  await baseline();
});
