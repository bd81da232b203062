// @ts-check
// docs/threat-model.md names exactly the claims that test/prove proves.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root } from '../setup.mjs';

const SECTION = 'Every promise has a detector';

/** What is missing on either side. */
export function claimsAreNamed() {
  const { stdout, status } = spawnSync(bin('vitest'), ['list', '--project', 'prove', '--json'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error('vitest could not list test/prove: run `npm run build` first');
  /** @type {{name: string}[]} */
  const tests = JSON.parse(stdout.slice(stdout.indexOf('[')));
  const proven = tests.map(({ name }) => name.replace(/^.* > /, '').replace(/:.*/s, ''));
  const text = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(SECTION)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  const named = rows.flatMap((row) => Array.from(row.matchAll(/`([a-z0-9.-]+)`/g), ([, name]) => name));
  return [
    ...proven
      .filter((name) => !named.includes(name))
      .map((name) => `docs/threat-model.md does not name ${name}`),
    ...named
      .filter((name) => name !== undefined && !proven.includes(name))
      .map((name) => `docs/threat-model.md names ${name}, which test/prove does not prove`),
  ];
}
