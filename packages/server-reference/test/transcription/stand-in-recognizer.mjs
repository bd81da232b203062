// Speaks the recognisers' protocol without a model, so that tests can make a recogniser slow, wrong or dead.
// A job's language says what to do: "die-once:FILE" dies where FILE does not exist yet, "die", "refuse"; others are echoed.
import { existsSync, readSync, writeFileSync, writeSync } from 'node:fs';

function read(bytes) {
  const buffer = Buffer.alloc(bytes);
  for (let done = 0; done < bytes;) {
    const count = readSync(0, buffer, done, bytes - done, null);
    if (count === 0) process.exit(0);
    done += count;
  }
  return buffer;
}
function answer(header) {
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32LE(json.length, 0);
  writeSync(1, Buffer.concat([prefix, json]));
}

if (JSON.parse(process.argv[2]).models[0] === 'broken') {
  answer({ kind: 'failed', message: 'no such model' });
  process.exit(1);
}
const model = { id: 'stand-in', name: 'Stand-in', languages: ['en'], description: '', wordTimestamps: false };
answer({ kind: 'ready', models: [model] });
for (;;) {
  const prefix = read(8);
  const job = JSON.parse(read(prefix.readUInt32LE(0)).toString());
  const samples = read(prefix.readUInt32LE(4));
  const [what, file] = String(job.language).split(':');
  if (what === 'die') process.exit(9);
  if (what === 'die-once' && !existsSync(file)) {
    writeFileSync(file, '');
    process.exit(9);
  }
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  if (what === 'refuse') answer({ kind: 'error', code: 'runtime_failed' });
  else {
    const text = `${job.language} ${samples.length / 4}`;
    answer({ kind: 'done', recognition: { text, confidence: 1, words: [], outcome: 'complete' } });
  }
}
