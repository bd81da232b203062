// @ts-check
// TypeScript of the checkout that no package exports, bundled for a benchmark where its dependencies are found.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../setup.mjs';

/** @param {string} name Of a .ts file in this folder, without the ending. @returns {Promise<string>} Path of the bundle. */
export async function bundle(name) {
  const outDir = join(root, 'packages/server-reference/node_modules/.cache/bench');
  // Loaded late, as the packages are installed only when the benchmark starts.
  const { build } = await import('tsup');
  await build({
    config: false,
    silent: true,
    entry: { [name]: fileURLToPath(new URL(`${name}.ts`, import.meta.url)) },
    outDir,
    outExtension: () => ({ js: '.mjs' }),
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    external: [/^[^./]/],
  });
  return join(outDir, `${name}.mjs`);
}
