// @ts-check
// npm run docs: the API reference of the packages that applications import, from their doc comments, into docs/api.
import { spawnSync } from 'node:child_process';
import { bin, build, buildTypes, root, runScript } from './setup.mjs';

await runScript(() => {
  build();
  buildTypes();
  const { status } = spawnSync(bin('typedoc'), [], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('typedoc failed');
});
