/** What the processor can do: which kernels of 8-bit multiplication are safe depends on it. */
import { readFileSync } from 'node:fs';

/**
 * Whether the processor has VNNI, with which unsigned times signed bytes cannot overflow. Unknown counts as no; processors
 * that are not x86 have no such problem, and do as well either way.
 */
export function hasVnni(): boolean {
  try {
    return /^flags\s*:.*\b(avx512_vnni|avx_vnni)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}
