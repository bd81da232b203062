// One build for all packages: every package becomes dist/*.js as ESM, with nothing bundled but its own source. sdk-browser's are for
// pages without a bundler: scripts/bundle-browser.mjs. Declarations come from `tsc -b`. `node scripts/build.mjs` runs both.
import { defineConfig, type Options } from 'tsup';
import { bundleBrowser } from './scripts/bundle-browser.mjs';

const entries: Record<string, string[]> = {
  crypto: ['index'],
  protocol: ['index'],
  asr: ['index'],
  'sdk-core': ['index'],
  'sdk-node': ['index'],
  'sdk-browser': ['capture-worklet'],
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

/** A worker finds no packages: everything is in it, the runtime's glue and the demuxer too (their licences: THIRD-PARTY.md). */
const deviceWorker = {
  name: 'sdk-browser-device-worker',
  entry: { 'device-worker': 'packages/sdk-browser/src/device-worker.ts' },
  outDir: 'packages/sdk-browser/dist',
  format: 'esm' as const,
  target: 'es2022',
  platform: 'browser' as const,
  noExternal: [/./],
  // From the source: dist is written at the same time.
  esbuildOptions: (options: Parameters<NonNullable<Options['esbuildOptions']>>[0]) => {
    options.alias = {
      '@sealscribe/asr': './packages/asr/src/index.ts',
      '@sealscribe/crypto': './packages/crypto/src/index.ts',
    };
  },
  minify: true,
  splitting: false,
  silent: true,
};

export default defineConfig([
  ...Object.entries(entries).map(([name, files]) => ({
    name,
    entry: Object.fromEntries(files.map((file) => [file, `packages/${name}/src/${file}.ts`])),
    outDir: `packages/${name}/dist`,
    format: 'esm' as const,
    target: 'es2022',
    platform: 'neutral' as const,
    external: [/^[^./]/],
    sourcemap: true,
    silent: true,
    ...(name === 'sdk-browser' ? { onSuccess: bundleBrowser } : {}),
  })),
  deviceWorker,
]);
