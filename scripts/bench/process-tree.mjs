// @ts-check
// What a process and all below it use, as Linux counts it (proc(5)). Nothing on other systems.
import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks of /proc/PID/stat in a second: the same on every Linux that Node runs on. */
const TICKS = 100;

/**
 * @typedef {object} Usage
 * @property {number} mib Memory of the living in MiB; what several share (a program's code) is counted once.
 * @property {number} cpu CPU seconds so far, with those of descendants that have ended and were waited for.
 */

/** @param {number} root A process id. @returns {Usage | undefined} */
export function usageOfTree(root) {
  /** @type {Map<number, {parent: number, cpu: number}>} */
  const processes = new Map();
  try {
    for (const name of readdirSync('/proc')) if (/^\d+$/.test(name)) add(processes, Number(name));
  } catch {
    return undefined;
  }
  const below = (/** @type {number} */ pid) => {
    for (let at = processes.get(pid); at; at = processes.get(at.parent)) {
      if (at.parent === root) return true;
    }
    return pid === root;
  };
  const total = { mib: 0, cpu: 0 };
  for (const [pid, { cpu }] of processes) {
    if (!below(pid)) continue;
    total.mib += memoryOf(pid);
    total.cpu += cpu;
  }
  return total;
}

/** Its proportional share, in MiB. @param {number} pid */
function memoryOf(pid) {
  try {
    const kib = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0; // it has just ended
  }
}

/** @param {Map<number, {parent: number, cpu: number}>} processes @param {number} pid */
function add(processes, pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; the fields after it are numbered from 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (/** @type {number} */ number) => Number(fields[number - 3]);
    processes.set(pid, {
      parent: field(4),
      cpu: (field(14) + field(15) + field(16) + field(17)) / TICKS,
    });
  } catch {
    // It has just ended.
  }
}
