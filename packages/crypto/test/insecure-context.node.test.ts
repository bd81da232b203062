import { afterAll, expect, it, vi } from 'vitest';
import { deriveKey, newId } from '../src/index.js';
import { codeOf } from './failure.js';

afterAll(() => vi.unstubAllGlobals());

it('a page without Web Crypto is told so, and what to do', async () => {
  for (const crypto of [undefined, {}]) {
    vi.stubGlobal('crypto', crypto);
    expect(await codeOf(deriveKey('password', 'alice@example.com'))).toBe('insecure_context');
    expect(() => newId()).toThrow(/https:\/\/ or from localhost/);
  }
});
