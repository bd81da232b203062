// @ts-check
// npm run prove [-- --json --report FILE]: every promise that a machine can check, each with a detector that is first tried on the
// product and then on something that breaks the promise on purpose (test/prove). Prints the table and writes it as a page (proof.html
// beside package.json, or FILE). With --json one line per claim, and as the last `{"ok", "claims", "failed", "controlsFired",
// "controls"}`. The exit code is 0 only if every claim holds, every control fired and none was left out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { toPage } from './prove/page.mjs';
import { bin, build, buildWebApp, root, runScript, systemPackages } from './setup.mjs';

/** @typedef {import('../test/prove/claim.ts').Proof} Proof */

/** @param {Proof} proof */
const verdict = ({ holds, fired, skipped }) =>
  skipped ? 'not tried' : !holds ? 'BROKEN' : fired ? 'holds' : 'NO CONTROL';

/** @param {Proof[]} proofs */
function printTable(proofs) {
  const width = Math.max(...proofs.map(({ claim }) => claim.length));
  for (const proof of proofs) {
    const { claim, says, tried, found, control, seconds, skipped } = proof;
    console.log(`${verdict(proof).padEnd(10)} ${claim.padEnd(width)}  ${says}`);
    const below = ' '.repeat(11);
    if (skipped) console.log(`${below}${skipped}`);
    else
      console.log(
        `${below}${tried}: ${found.length} found; control (${control}) found; ${seconds.toFixed(1)} s`,
      );
    for (const each of found.slice(0, 5)) console.log(`${below}- ${each}`);
  }
}

await runScript(() => {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, report: { type: 'string', default: 'proof.html' } },
  });
  build();
  buildWebApp();
  systemPackages({
    ...{ ffmpeg: 'ffmpeg', strace: 'strace', openssl: 'openssl', bwrap: 'bubblewrap', chromium: 'chromium' },
    'python3:cryptography': 'python3-cryptography',
  });
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-proof-'));
  const file = join(folder, 'proof.jsonl');
  const started = Date.now();
  const { status } = spawnSync(bin('vitest'), ['run', '--project', 'prove'], {
    cwd: root,
    // What the tests print is for who looks for a fault; the result is the table.
    stdio: ['ignore', values.json ? 2 : 'inherit', 2],
    env: { ...process.env, TMPDIR: folder, SEALSCRIBE_PROOF: file },
  });
  /** @type {Proof[]} */
  const proofs = existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  rmSync(folder, { recursive: true, force: true });
  const seconds = Math.round((Date.now() - started) / 1000);
  const count = (/** @type {(proof: Proof) => unknown} */ so) => proofs.filter((proof) => so(proof)).length;
  const failed = count((proof) => !proof.skipped && !(proof.holds && proof.fired));
  const result = {
    ok: status === 0 && failed === 0 && proofs.length > 0 && count(({ skipped }) => skipped) === 0,
    ...{ claims: proofs.length, failed, controlsFired: count(({ fired }) => fired), controls: proofs.length },
  };
  writeFileSync(resolve(values.report), toPage(proofs, result, seconds));
  if (values.json) for (const proof of proofs) console.log(JSON.stringify(proof));
  else {
    console.log('');
    printTable(proofs);
    console.log(
      `\n${result.claims} claims, ${failed} failed, ${result.controlsFired} of ${result.controls} controls fired, ${seconds} s`,
    );
    console.log(`The same as a page: ${resolve(values.report)}`);
  }
  console.log(JSON.stringify(result));
  if (!result.ok) process.exitCode = 1;
});
