/** The meter calls nothing strong that guessers try first. */
import { expect, test } from 'vitest';
import { strengthOf } from '../src/password-strength.js';

test.each([
  '',
  'password',
  'Password1234',
  'aaaaaaaaaaaaaaaa',
  '123456789012',
  'qwertyuiopas',
  'abcdefghijklmnop',
])('%j is weak', (password) => expect(strengthOf(password)).toBeLessThan(2));

test.each(['correct horse battery staple', 'xK7#pQ9!mZ2$vB', 'સાત ઊંટ નદી પાર કરે છે આજે'])(
  '%j is good',
  (password) => expect(strengthOf(password)).toBeGreaterThan(2),
);

test('parts of the email count for little', () => {
  const password = 'alexandra.pemberton';
  expect(strengthOf(password, ['alexandra', 'pemberton'])).toBeLessThan(strengthOf(password));
});
