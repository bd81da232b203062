// The tests that a changed line of packages/crypto/src meets in `npm run mutate`: those that take long and find nothing that the others
// do not (a hundred thousand IVs, ten thousand tampers, Wycheproof, Python, the properties) are left out.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * A test file whose first lines already throw has failed, but has no test of which Stryker would hear.
 * @type {import('vitest/reporters').Reporter}
 */
const filesThatDoNotLoad = {
  onTestRunEnd(modules) {
    for (const { task: file } of modules) {
      if (file.result?.state !== 'fail' || file.tasks.some(({ type }) => type === 'test')) continue;
      const failed = { ...file, type: 'test', name: 'loads', tasks: undefined, file, mode: 'run' };
      file.tasks.push(/** @type {any} */ (failed));
    }
  },
};

const isolate = process.env['SEALSCRIBE_ISOLATE'] === '1';
const leftOut = ['hostile', 'ivs.node', 'wycheproof.node', 'python.node', 'formats.property.node'];
// It wants no provider, and without isolation another test has passed one in.
if (!isolate) leftOut.push('insecure-context.node');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: leftOut.map((name) => `test/${name}.test.ts`),
    reporters: [filesThatDoNotLoad],
    setupFiles: [fileURLToPath(new URL('remember-pbkdf2.mjs', import.meta.url))],
    testTimeout: 20_000,
    isolate,
  },
});
