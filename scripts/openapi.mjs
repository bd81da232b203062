// @ts-check
// npm run openapi: writes docs/openapi.json anew from packages/protocol. A test fails where it is not what the protocol says.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { runnerImport } from 'vite';
import { root, runScript } from './setup.mjs';

await runScript(async () => {
  const path = join(root, 'docs/openapi.json');
  const { module } = await runnerImport(join(root, 'scripts/openapi/document.ts'), {
    resolve: { alias: { '@sealscribe/protocol': join(root, 'packages/protocol/src/index.ts') } },
  });
  const { openApiDocument } = /** @type {typeof import('./openapi/document.js')} */ (module);
  const options = { ...(await resolveConfig(path)), parser: 'json' };
  writeFileSync(path, await format(JSON.stringify(openApiDocument()), options));
});
