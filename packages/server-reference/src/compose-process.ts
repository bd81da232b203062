/**
 * Makes one graph of the two files of a Moonshine model and says on stdout where it is. The file appears whole or not at all.
 * Usage: compose-process.js ENCODER DECODER PREFIX uint8|int8|float32; the name is the prefix and the hash of the contents.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { composeMoonshine, type Arithmetic } from '@sealscribe/asr';
import { closeToInspection } from './hardening.js';

closeToInspection();
const [encoder = '', decoder = '', prefix = '', arithmetic] = process.argv.slice(2);
const graph = composeMoonshine(readFileSync(encoder), readFileSync(decoder), {
  arithmetic: arithmetic as Arithmetic,
  drafts: arithmetic !== 'float32',
});
const path = `${prefix}-${createHash('sha256').update(graph).digest('hex')}.onnx`;
const unfinished = `${path}.${process.pid}`;
try {
  writeFileSync(unfinished, graph, { mode: 0o600 });
  renameSync(unfinished, path);
} catch (error) {
  rmSync(unfinished, { force: true });
  throw error;
}
process.stdout.write(path);
