// @ts-check
// Proves that the import rules fire: a copy of the packages gets one forbidden import of each kind, and every one must be found.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { bin, root } from '../setup.mjs';

/** Package that must not import, and what it imports in vain. */
const VIOLATIONS = [
  ['crypto', '../../protocol/src/index.js'],
  ['crypto', '@sealscribe/protocol'],
  ['crypto', 'vitest'],
  ['crypto', 'node:fs'],
  ['protocol', '@sealscribe/crypto'],
  ['asr', 'node:fs'],
  ['sdk-core', 'undici'],
  ['sdk-core', 'node:fs'],
  ['sdk-browser', '@sealscribe/sdk-node'],
  ['cli', '@sealscribe/crypto'],
  ['cli', '../../sdk-core/src/index.js'],
  ['server-reference', '@sealscribe/crypto'],
  ['server-reference', '../../crypto/src/index.js'],
  ['server-reference', '@sealscribe/sdk-node'],
  ['server-reference', 'undici'],
  ['server-reference', '@hpke/core'],
];

/** @returns {string[]} The forbidden imports that were NOT found; empty when the rules work. */
export function unfiredImportRules() {
  const copy = mkdtempSync(join(tmpdir(), 'sealscribe-import-rules-'));
  try {
    cpSync(join(root, 'packages'), join(copy, 'packages'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.includes(`${sep}files${sep}`),
    });
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json'])
      cpSync(join(root, file), join(copy, file));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    VIOLATIONS.forEach(([name, target], index) =>
      writeFileSync(
        join(copy, `packages/${name}/src/violation-${index}.ts`),
        `import type {} from '${target}';\n`,
      ),
    );
    const { stdout, stderr } = spawnSync(
      bin('depcruise'),
      ['packages', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
      { cwd: copy, encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    if (!stdout) throw new Error(stderr);
    /** @type {{from: string, to: string, rule: {name: string}}[]} */
    const found = JSON.parse(stdout).summary.violations;
    return VIOLATIONS.filter(
      ([name], index) =>
        !found.some(
          ({ from, rule }) =>
            from === `packages/${name}/src/violation-${index}.ts` &&
            [`imports-of-${name}`, 'one-file-of-the-server-seals'].includes(rule.name),
        ),
    ).map(([name, target]) => `${name} -> ${target}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
