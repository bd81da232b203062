// @ts-check
// npm run mutate [-- --report FILE --jobs N baseline.ts …]: changes packages/crypto/src in every small way that Stryker knows (a condition
// turned round, a statement left out, another operator, an empty text), one at a time, and runs the tests: each change must make one of
// them fail. Prints what no test noticed, and writes it with the counts as JSON (mutation.json beside package.json, or FILE). The exit
// code is 0 only if at least 95 % were noticed. It takes long, and is no part of `npm test`.
import { readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { install, root, runScript } from './setup.mjs';

const LEAST = 95;

/**
 * @typedef {Awaited<ReturnType<Stryker['runMutationTest']>>[number]} Mutant
 * @typedef {{ file: string, killed: number, timedOut: number, survived: string[], left: string[] }} Outcome
 */

/**
 * Tries every change in these places: whole files, or `FILE:line:column-line:column`.
 * @param {string[]} mutate @param {boolean} ignoreStatic Leave out what only runs while a module is loaded. @param {number} concurrency
 */
function tryChanges(mutate, ignoreStatic, concurrency) {
  // Read by vitest.config.mjs: modules need not be loaded anew for what changes while they run.
  process.env['SEALSCRIBE_ISOLATE'] = ignoreStatic ? '0' : '1';
  return new Stryker({
    mutate,
    ignoreStatic,
    concurrency,
    testRunner: 'vitest',
    plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
    vitest: { configFile: join(root, 'scripts/mutate/vitest.config.mjs') },
    coverageAnalysis: 'perTest',
    ignorePatterns: ['dist', 'files', '*.tsbuildinfo'],
    // Where another process has the processor, nothing is to look like an endless loop.
    timeoutMS: 60_000,
    reporters: ['progress-append-only'],
    logLevel: /** @type {any} */ ('warn'),
    allowEmpty: true,
  }).runMutationTest();
}

/** @param {Mutant} mutant */
const placeOf = ({ fileName, location: { start, end } }) =>
  `src/${basename(fileName)}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;

/** @param {Mutant} mutant */
const describe = (mutant) =>
  `${basename(mutant.fileName)}:${mutant.location.start.line}:${mutant.location.start.column} ${mutant.mutatorName}: ${(mutant.replacement ?? '').replace(/\s+/g, ' ').slice(0, 100)}`;

/** @param {string[]} files @param {number} jobs @returns {Promise<Mutant[]>} */
async function tryFiles(files, jobs) {
  const first = await tryChanges(
    files.map((file) => `src/${file}`),
    true,
    jobs,
  );
  // What runs while a module is loaded, and what no test has noticed so far, is tried again with all tests, everything loaded anew.
  const again = (/** @type {Mutant} */ { status }) => ['Survived', 'NoCoverage', 'Ignored'].includes(status);
  const places = new Map(first.filter(again).map((mutant) => [describe(mutant), placeOf(mutant)]));
  if (places.size === 0) return first;
  const second = await tryChanges([...new Set(places.values())], false, jobs);
  return [
    ...first.filter((mutant) => !again(mutant)),
    ...second.filter((mutant) => places.has(describe(mutant))),
  ];
}

/** @param {string} file @param {Mutant[]} mutants @returns {Outcome} */
function outcomeOf(file, mutants) {
  const own = mutants.filter(({ fileName }) => basename(fileName) === file);
  const of = (/** @type {string[]} */ ...states) => own.filter(({ status }) => states.includes(status));
  return {
    file,
    killed: of('Killed').length,
    timedOut: of('Timeout').length,
    survived: of('Survived', 'NoCoverage').map(describe),
    left: of('Ignored', 'CompileError', 'RuntimeError', 'Pending').map(
      (mutant) => `${describe(mutant)} (${mutant.status}: ${mutant.statusReason})`,
    ),
  };
}

/** @param {Outcome[]} outcomes */
function scoreOf(outcomes) {
  const sum = (/** @type {(outcome: Outcome) => number} */ count) =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const noticed = sum(({ killed, timedOut }) => killed + timedOut);
  const all = noticed + sum(({ survived }) => survived.length);
  return { noticed, all, score: all === 0 ? 100 : Math.floor((noticed / all) * 1000) / 10 };
}

await runScript(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      report: { type: 'string', default: join(root, 'mutation.json') },
      jobs: { type: 'string', default: String(availableParallelism()) },
    },
  });
  install();
  const report = resolve(values.report);
  process.chdir(join(root, 'packages/crypto'));
  const sources = readdirSync('src').filter((name) => name.endsWith('.ts'));
  const files = positionals.length > 0 ? positionals : sources;
  const started = Date.now();
  const mutants = await tryFiles(files, Number(values.jobs));
  const outcomes = files.map((file) => outcomeOf(file, mutants));
  for (const outcome of outcomes) {
    const { noticed, all, score } = scoreOf([outcome]);
    console.log(`${outcome.file}: ${noticed} of ${all} noticed, ${score} %`);
    for (const each of outcome.survived) console.log(`  not noticed: ${each}`);
    for (const each of outcome.left) console.log(`  left out: ${each}`);
  }
  const total = scoreOf(outcomes);
  const seconds = Math.round((Date.now() - started) / 1000);
  writeFileSync(report, `${JSON.stringify({ ...total, seconds, files: outcomes }, undefined, 2)}\n`);
  console.log(
    `\n${total.noticed} of ${total.all} changes noticed: ${total.score} % (at least ${LEAST} % are asked for), ${seconds} s`,
  );
  if (total.score < LEAST) process.exitCode = 1;
});
