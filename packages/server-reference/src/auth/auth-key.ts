/**
 * The slow hash of the auth key that a client derives from its password: scrypt from node:crypto, with a random salt, in the
 * PHC string form, so that its cost can be raised later without touching old rows. A stolen database then costs an attacker
 * scrypt on top of the client's PBKDF2 for every guess.
 */
import { randomBytes, scrypt, type ScryptOptions } from 'node:crypto';
import { equalSecrets } from './equal-secrets.js';

/** 2^14 rounds over 8 blocks: 16 MiB. What is hashed has already cost its guesser the client's PBKDF2. */
const COST = { ln: 14, r: 8, p: 1 };
const PHC = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Hashes an auth key (base64url text, as it came) with a fresh salt. */
export async function hashAuthKey(authKey: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(authKey, salt, COST);
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Whether an auth key is the one that was hashed. Without a hash (an unknown email) it does the same work and says no, so
 * that neither answer nor time tells who has an account.
 */
export async function verifyAuthKey(authKey: string, phc: string | undefined): Promise<boolean> {
  const [, ln, r, p, salt, hash] = PHC.exec(phc ?? NOBODY) ?? [];
  if (salt === undefined || hash === undefined) throw new Error('A stored auth hash is damaged.');
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(authKey, Buffer.from(salt, 'base64'), {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
  });
  return equalSecrets(actual, expected) && phc !== undefined;
}

/** A hash that belongs to nobody; nothing is known that hashes to it. */
const NOBODY = `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${unpadded(randomBytes(16))}$${unpadded(randomBytes(32))}`;

function derive(authKey: string, salt: Uint8Array, { ln, r, p }: typeof COST): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r };
  return new Promise((resolve, reject) =>
    scrypt(authKey, salt, 32, options, (error, hash) => (error ? reject(error) : resolve(hash))),
  );
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
