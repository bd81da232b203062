// @ts-check
// npm run check: what a machine can say about the code without running it. One line per check; what is wrong follows it.
// Last line: `checks: N passed, N failed`, which .ci/run reads.
import { spawn } from 'node:child_process';
import { browserBundle } from './check/browser-bundle.mjs';
import { claimsAreNamed } from './check/claims.mjs';
import { unfiredImportRules } from './check/import-rules.mjs';
import { brokenSnippets } from './check/snippets.mjs';
import {
  brokenLinks,
  cryptoIsSmallAndAlone,
  cryptoLines,
  longFiles,
  serverCannotOpen,
} from './check/steps.mjs';
import { firstLoadOfWebApp } from './check/web-app.mjs';
import { bin, buildTypes, buildWebApp, root, runScript } from './setup.mjs';

/** A check that a tool makes: its output is what is wrong. @param {string} name @param {string[]} args @returns {() => Promise<string[]>} */
const tool = (name, args) => () =>
  new Promise((resolve, reject) => {
    const child = spawn(bin(name), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? [] : [output.trim() || `${name} ended with ${code}`]));
  });

/** @type {[string, () => string[] | Promise<string[]>][]} */
const CHECKS = [
  ['types of packages and tests', tool('tsc', ['-b'])],
  ['eslint', tool('eslint', ['.'])],
  ['prettier', tool('prettier', ['--check', '--log-level', 'warn', '.'])],
  [
    'import rules',
    tool('depcruise', [
      'packages',
      'examples',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
    ]),
  ],
  [
    'import rules fire when they are broken',
    () => unfiredImportRules().map((violation) => `not found: ${violation}`),
  ],
  ['the server depends on nothing that opens transcripts', serverCannotOpen],
  ['crypto is small and depends on nothing', cryptoIsSmallAndAlone],
  ['no unused files, exports or dependencies (knip)', tool('knip', ['--no-progress'])],
  ['no file over 400 lines', longFiles],
  ['the web app loads little, and nothing that its policy refuses', firstLoadOfWebApp],
  ['the browser SDK is small, and needs neither a bundler nor Node', browserBundle],
  ['docs/threat-model.md names what test/prove proves', claimsAreNamed],
  ['links in the docs', brokenLinks],
  ['samples in the docs compile', brokenSnippets],
  ['the API reference, without a warning (typedoc)', tool('typedoc', ['--emit', 'none'])],
  // Loaded late, like the last: they need packages that a fresh clone does not have before build().
  [
    'no licence that nobody has agreed to',
    async () => (await import('./supply-chain/licences.mjs')).surprisingLicences(),
  ],
  [
    'no install script that nobody has agreed to',
    async () => (await import('./check/supply-chain.mjs')).unknownInstallScripts(),
  ],
  [
    'workflows name the actions of others by commit',
    async () => (await import('./check/supply-chain.mjs')).unpinnedActions(),
  ],
  [
    'two builds give the same bytes; SBOM, SHA256SUMS and SRI are right',
    async () => (await import('./check/supply-chain.mjs')).wrongRelease(),
  ],
  [
    'what is published, as publint and Are the types wrong? see it; small enough',
    async () => {
      const { madeRelease } = await import('./check/supply-chain.mjs');
      return (await import('./check/published.mjs')).wrongPackages(madeRelease().release);
    },
  ],
  ...['npm', 'pnpm'].map(
    /** @returns {[string, () => Promise<string[]>]} */ (manager) => [
      `the examples run as ${manager} installs them from what is published`,
      async () => {
        const { madeRelease } = await import('./check/supply-chain.mjs');
        const { brokenExamples } = await import('./check/consumers.mjs');
        return brokenExamples(madeRelease().release, /** @type {'npm' | 'pnpm'} */ (manager));
      },
    ],
  ),
  ['docs/errors.md lists every code', async () => (await import('./check/error-docs.mjs')).wrongErrorDocs()],
  [
    'docs/asvs.md answers every requirement, with tests that exist',
    async () => (await import('./check/asvs.mjs')).asvsProblems(),
  ],
];

await runScript(async () => {
  buildWebApp();
  buildTypes();
  let failed = 0;
  for (const [name, check] of CHECKS) {
    const started = performance.now();
    const problems = await Promise.resolve()
      .then(check)
      .catch((error) => [String(error?.message ?? error)]);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
    for (const problem of problems) console.log(problem.replace(/^/gm, '         '));
    if (problems.length > 0) failed += 1;
  }
  console.log(`\npackages/crypto/src: ${cryptoLines()} lines of code`);
  console.log(`checks: ${CHECKS.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});
