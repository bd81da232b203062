import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { RUNTIME_FILE } from '../../src/device/model-files.js';

const { resolve } = createRequire(new URL('../../package.json', import.meta.url));

test('the runtime’s WebAssembly is the one of the package that the worker is built with', () => {
  const bytes = readFileSync(resolve(`onnxruntime-web/${RUNTIME_FILE.name}`));
  expect(RUNTIME_FILE).toEqual({
    name: RUNTIME_FILE.name,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
});
