// The server and the clients spell an email alike: else nobody could sign in who once signed up.
import { normalizeEmail as clientSpelling } from '@sealscribe/crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { normalizeEmail } from '../../src/auth/email.js';

it('both give the same, and the same again', () => {
  const email = fc.oneof(
    fc.emailAddress(),
    fc
      .tuple(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.domain())
      .map(([user, host]) => ` ${user}@${host}\u00a0`),
    fc.string({ unit: 'binary', maxLength: 12 }),
    // Letters that are one character only when they are small.
    fc.string({ unit: fc.constantFrom('H\u0331', 'J\u030c', '\u0130', '@', '.'), maxLength: 6 }),
  );
  fc.assert(
    fc.property(email, (given) => {
      const normal = normalizeEmail(given);
      expect(normalizeEmail(normal)).toBe(normal);
      try {
        expect(clientSpelling(given)).toBe(normal);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    }),
    cases(4_000),
  );
});
