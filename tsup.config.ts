// One build for all packages: every package becomes dist/*.js as ESM, with nothing bundled but its own source.
// Declarations come from `tsc -b`. `node scripts/build.mjs` runs both.
import { defineConfig } from 'tsup';

const entries: Record<string, string[]> = {
  crypto: ['index'],
  protocol: ['index'],
  asr: ['index'],
  'sdk-core': ['index'],
  'sdk-node': ['index'],
  'sdk-browser': ['index', 'capture-worklet'],
  cli: ['main'],
  'server-reference': [
    'index',
    'main',
    'recognizer-process',
    'decoder-process',
    'device-probe-process',
    'compose-process',
  ],
};

export default defineConfig(
  Object.entries(entries).map(([name, files]) => ({
    name,
    entry: Object.fromEntries(files.map((file) => [file, `packages/${name}/src/${file}.ts`])),
    outDir: `packages/${name}/dist`,
    format: 'esm' as const,
    target: 'es2022',
    platform: 'neutral' as const,
    external: [/^[^./]/],
    sourcemap: true,
    silent: true,
  })),
);
