import { expect, test } from 'vitest';
import { hashAuthKey, verifyAuthKey } from '../../src/auth/auth-key.js';
import { normalizeEmail } from '../../src/auth/email.js';

const KEY = 'gLI716nEqc8XnZGqblxoxyN25mdxPXlbWgpNam2PHOo';

test('the right auth key is recognised, any other is not', async () => {
  const hash = await hashAuthKey(KEY);
  expect(hash).toMatch(/^\$scrypt\$ln=14,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(hash).not.toContain(KEY);
  expect(await verifyAuthKey(KEY, hash)).toBe(true);
  expect(await verifyAuthKey(KEY.replace('g', 'h'), hash)).toBe(false);
  expect(await verifyAuthKey(KEY, undefined)).toBe(false);
});

test('one auth key never hashes to the same twice', async () => {
  expect(await hashAuthKey(KEY)).not.toBe(await hashAuthKey(KEY));
});

test('the hash is scrypt as RFC 7914 defines it: a vector of its section 12', async () => {
  const salt = Buffer.from('SodiumChloride').toString('base64').replace(/=+$/, '');
  const hash = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex');
  const phc = `$scrypt$ln=14,r=8,p=1$${salt}$${hash.toString('base64').replace(/=+$/, '')}`;
  expect(await verifyAuthKey('pleaseletmein', phc)).toBe(true);
  expect(await verifyAuthKey('pleaseletmeout', phc)).toBe(false);
});

test.each([
  [' Ada@Example.COM ', 'ada@example.com'],
  ['a.b+c@example.com', 'a.b+c@example.com'],
  ['Zoe\u0308@example.com', 'zo\u00eb@example.com'],
  ['\u0130stanbul@example.com', 'i\u0307stanbul@example.com'],
])('%s is one with %s', (given, normal) => expect(normalizeEmail(given)).toBe(normal));
