/**
 * Global set-up of the Chromium tests: one real server for all of them, whose address and fingerprint a test gets through
 * `inject('server')`. Pages of the test runner may call it from their own origin.
 */
import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { startServer } from './server-process.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The running server, or null where it was not built: tests that need it are then skipped. */
    server: { url: string; fingerprint: string } | null;
  }
}

export default async function startForBrowser(
  project: TestProject,
): Promise<(() => Promise<void>) | undefined> {
  if (!existsSync(new URL('../../packages/server-reference/dist/main.js', import.meta.url))) {
    project.provide('server', null);
    return undefined;
  }
  const server = await startServer({ args: ['--allow-origin', '*'] });
  project.provide('server', { url: server.url, fingerprint: server.fingerprint });
  return async () => {
    await server.stop();
  };
}
