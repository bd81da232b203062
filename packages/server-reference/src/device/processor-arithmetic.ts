/** Which kernel of 8-bit multiplication is right on this processor, and fastest. */
import { readFileSync } from 'node:fs';

/**
 * Signed weights where the processor multiplies unsigned by signed bytes without overflow: x86 with VNNI, and Arm. Unknown
 * counts as no.
 */
export function processorArithmetic(): 'uint8' | 'int8' {
  if (process.arch !== 'x64') return 'int8';
  try {
    const hasVnni = /^flags\s*:.*\b(avx512_vnni|avx_vnni)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
    return hasVnni ? 'int8' : 'uint8';
  } catch {
    return 'uint8';
  }
}
