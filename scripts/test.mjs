// @ts-check
// npm test: everything that proves the promises, against real things. `-- --long` (npm run test:long) adds the tests that take long.
// Last line: `tests: N passed, N failed, N skipped`, which .ci/run reads.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { bin, buildWebApp, root, runScript, systemPackages } from './setup.mjs';

// It should take at most 30 on two cores. This only ends what hangs, also on a machine that has other things to do.
const MINUTES = 70;
const PROJECTS = ['crypto', 'crypto-peculiar', 'node', 'postgres', 'e2e', 'e2e-alone', 'chromium', 'firefox'];
const long = process.argv.includes('--long');

/**
 * Runs one project of vitest.config.ts and counts.
 * @param {string} project
 * @param {string} reportFile
 * @param {number} milliseconds Time left.
 */
function runProject(project, reportFile, milliseconds) {
  console.log(`\n— ${project} —`);
  // By itself vitest would leave one of two processors idle.
  const workers = `--maxWorkers=${Math.max(2, availableParallelism() - 1)}`;
  const args = ['run', '--project', project, workers, '--reporter=default', '--reporter=json'];
  if (project === 'crypto') args.push('--coverage');
  /** @type {string[]} */
  const failures = [];
  const { status } = spawnSync(bin('vitest'), [...args, `--outputFile.json=${reportFile}`], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // Whatever the tests leave in the temporary folder goes with it.
    env: { ...process.env, TMPDIR: dirname(reportFile), ...(long ? { SEALSCRIBE_LONG: '1' } : {}) },
    ...(long ? {} : { timeout: milliseconds }),
  });
  const counts = { passed: 0, failed: 0, skipped: 0, failures };
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8'));
    counts.passed = report.numPassedTests;
    counts.failed = report.numFailedTests;
    counts.skipped = report.numPendingTests + report.numTodoTests;
    failures.push(...failuresIn(report));
  } catch {
    console.error(`No report of the ${project} tests: they did not come to an end.`);
  }
  // A file that does not load, an unhandled error, a crash: a failure without a failed test.
  if (status !== 0 && counts.failed === 0) {
    counts.failed = 1;
    failures.push(
      'no test failed but the run did: coverage under its threshold, or an error outside the tests',
    );
  }
  return counts;
}

/**
 * What failed and why, for the end of the output: the run is long, and its middle is seldom read.
 * @param {{ testResults: { name: string, message: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] }} report
 */
function failuresIn({ testResults }) {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    const lines = failed.map(
      (test) => `${file}: ${test.fullName}\n${test.failureMessages.join('\n').slice(0, 1500)}`,
    );
    return message && failed.length === 0 ? [`${file}: ${message.slice(0, 1500)}`] : lines;
  });
}

await runScript(() => {
  const started = Date.now();
  buildWebApp();
  const missing = systemPackages({
    ffmpeg: 'ffmpeg',
    chromium: 'chromium',
    'firefox-esr': 'firefox-esr',
    bwrap: 'bubblewrap',
    pulseaudio: 'pulseaudio',
    strace: 'strace',
    faketime: 'faketime',
    pg_createcluster: 'postgresql',
    nginx: 'nginx',
    haproxy: 'haproxy',
    'systemd-analyze': 'systemd',
    zsh: 'zsh',
    fish: 'fish',
    'python3:yaml': 'python3-yaml',
    'python3:cryptography': 'python3-cryptography',
    'python3:numpy': 'python3-numpy',
    'python3:requests': 'python3-requests',
    'python3:websocket': 'python3-websocket',
    curl: 'curl',
  });
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-tests-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const summary = [];
  /** @type {string[]} */
  const failures = [];
  const programs = { chromium: 'chromium', firefox: 'firefox-esr', postgres: 'pg_createcluster' };
  for (const project of PROJECTS) {
    const program = programs[/** @type {keyof programs} */ (project)];
    if (program && missing.includes(program)) {
      total.skipped += 1;
      summary.push(`${project}: skipped whole, there is no ${program} here`);
      continue;
    }
    const left = MINUTES * 60_000 - (Date.now() - started);
    const counts = runProject(project, join(folder, `${project}.json`), Math.max(left, 1000));
    summary.push(`${project}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    failures.push(...counts.failures.map((failure) => `FAILED in ${project}: ${failure}`));
  }
  rmSync(folder, { recursive: true, force: true });
  if (missing.includes('ffmpeg'))
    summary.push('Without ffmpeg, what needs it was skipped; the built-in decoders were tested.');
  if (failures.length > 0) console.log(`\n${failures.join('\n\n')}`);
  console.log(`\n${summary.join('\n')}\n${Math.round((Date.now() - started) / 1000)} s in all`);
  console.log(`tests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0) process.exitCode = 1;
});
