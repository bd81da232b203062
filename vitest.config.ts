// Unit tests run against the source of every package; test/e2e runs against what `npm run build` made.
// The same crypto suite runs in Node, on a Web Crypto that is not the runtime's, in Chromium and in Firefox.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { firefox } from './test/e2e/firefox-provider.js';

const root = fileURLToPath(new URL('.', import.meta.url));
const alias = Object.fromEntries(
  readdirSync(`${root}packages`)
    .filter((name) => existsSync(`${root}packages/${name}/src/index.ts`))
    .map((name) => [`@sealscribe/${name}`, `${root}packages/${name}/src/index.ts`]),
);
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

/** Tests that look at memory, at what else runs, or at how long something takes: nothing runs beside them. */
const alone = [
  'behaviour-{load,mutations,vanish}',
  'faults-processes',
  'server-{footprint,long,memory,stream*}',
].map((name) => `test/e2e/${name}.test.ts`);

// ONNX Runtime reports its use over the network unless it is told not to; in our servers they say so themselves.
process.env['ORT_DISABLE_TELEMETRY'] = '1';

/** Generous, for machines that are busy with other things: no test is about its time. */
const patience = { hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };

export default defineConfig({
  test: {
    // With --coverage: every branch of the crypto is taken by a test, or the run fails.
    coverage: {
      include: ['packages/crypto/src/**'],
      reporter: ['text'],
      thresholds: { branches: 100 },
    },
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'crypto',
          include: ['packages/crypto/test/**/*.test.ts'],
          testTimeout: 60_000,
          ...patience,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'crypto-peculiar',
          include: ['packages/crypto/test/**/*.test.ts'],
          exclude: ['**/*.node.test.ts'],
          setupFiles: ['packages/crypto/test/peculiar-webcrypto.ts'],
          testTimeout: 120_000,
          ...patience,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'node',
          include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
          exclude: ['packages/crypto/**', '**/*.browser.test.ts', '**/node_modules/**'],
          testTimeout: 60_000,
          ...patience,
        },
      },
      {
        // The same tests of the store's routes, on PostgreSQL.
        resolve: { alias },
        test: {
          name: 'postgres',
          // Those in which statements meet; with SEALSCRIBE_LONG=1 all but those about HTTP, or about the bytes of libsql's file.
          include:
            process.env['SEALSCRIBE_LONG'] === '1'
              ? ['packages/server-reference/test/routes/*.test.ts']
              : ['blobs', 'rotation', 'shares', 'transcripts', 'workspaces'].map(
                  (name) => `packages/server-reference/test/routes/${name}.test.ts`,
                ),
          exclude: [
            'authorization',
            'deletion*',
            'event-stream',
            'headers*',
            'multipart*',
            'read-body',
            'upload',
          ].map((name) => `**/${name}.test.ts`),
          globalSetup: ['test/fixtures/postgres-setup.ts'],
          testTimeout: 60_000,
          ...patience,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', ...alone],
          testTimeout: 300_000,
          ...patience,
        },
      },
      {
        test: {
          name: 'e2e-alone',
          include: alone,
          testTimeout: 300_000,
          ...patience,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'prove',
          include: ['test/prove/*.test.ts'],
          testTimeout: 300_000,
          ...patience,
          fileParallelism: false,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'chromium',
          include: [
            'packages/crypto/test/**/*.test.ts',
            'packages/*/test/**/*.browser.test.ts',
            'test/e2e/**/*.browser.test.ts',
          ],
          exclude: ['**/*.node.test.ts'],
          globalSetup: ['test/e2e/browser-server.ts'],
          testTimeout: 60_000,
          ...patience,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(chromium ? { executablePath: chromium } : {}),
                args: [
                  '--no-sandbox',
                  '--disable-gpu',
                  '--disable-quic',
                  '--no-first-run',
                  '--disable-background-networking',
                  '--disable-component-update',
                  '--disable-sync',
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'firefox',
          include: ['packages/crypto/test/**/*.test.ts'],
          exclude: ['**/*.node.test.ts'],
          testTimeout: 120_000,
          ...patience,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: firefox,
            instances: [{ browser: 'firefox' }],
          },
        },
      },
    ],
  },
});
