// @ts-check
// The group "asr": a real recording through a real server with its real model.
//   asr.rtf              wall time of POST /v1/transcribe through the SDK, one at a time, against the length of the recording
//   memory.transcribing  all memory of the server and its processes at its largest, against what they hold before the first request
import { readFileSync, readdirSync } from 'node:fs';
import { sampleRecording } from '../demo/recording.mjs';
import { startServer } from '../start-server.mjs';
import { median } from './measure.mjs';

const RUNS = 7;
const RTF = 'asr.rtf';
const MEMORY = 'memory.transcribing';
const SAMPLE_MS = 50;

/** MiB that a process and all below it hold in memory, as Linux counts it; NaN elsewhere. @param {number} root */
function treeMemory(root) {
  /** @type {{pid: number, parent: number, mib: number}[]} */
  let processes = [];
  try {
    processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const status = readFileSync(`/proc/${name}/status`, 'utf8');
          const [parent, kib] = [/^PPid:\s+(\d+)/m, /^VmRSS:\s+(\d+)/m].map((line) => line.exec(status)?.[1]);
          return [{ pid: Number(name), parent: Number(parent), mib: Number(kib ?? 0) / 1024 }];
        } catch {
          return []; // it has just ended
        }
      });
  } catch {
    return NaN;
  }
  /** @param {number} pid @returns {number} */
  const sum = (pid) =>
    processes
      .map((each) => (each.pid === pid ? each.mib : each.parent === pid ? sum(each.pid) : 0))
      .reduce((total, mib) => total + mib, 0);
  return sum(root);
}

/** @param {import('./measure.mjs').Wanted} wanted @returns {AsyncGenerator<import('./measure.mjs').Figure>} */
export async function* asrFigures(wanted) {
  if (!wanted(RTF) && !wanted(MEMORY)) return;
  const { Sealscribe } = await import('@sealscribe/sdk-node');
  const { path } = sampleRecording();
  const server = await startServer();
  const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
  const idle = treeMemory(server.pid);
  let peak = idle;
  const watch = setInterval(() => (peak = Math.max(peak, treeMemory(server.pid))), SAMPLE_MS);
  try {
    await client.signUp({ email: 'bench@example.com', password: 'only for this benchmark' });
    /** @type {number[]} */
    const seconds = [];
    let length = 0;
    for (let run = 0; run <= RUNS; run++) {
      const started = performance.now();
      length = (await client.transcribe({ path })).duration;
      if (run > 0) seconds.push((performance.now() - started) / 1000);
    }
    const value = median(seconds);
    if (wanted(RTF)) yield { name: RTF, value, unit: 's', reference: length, ratio: value / length };
    if (wanted(MEMORY) && Number.isFinite(peak))
      yield { name: MEMORY, value: peak, unit: 'MiB', reference: idle, ratio: peak / idle };
  } finally {
    clearInterval(watch);
    await client.close();
    await server.stop();
  }
}
