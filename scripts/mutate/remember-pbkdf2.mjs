// @ts-check
// PBKDF2 takes most of the time of the tests and gives the same bytes for the same inputs: while code is mutated, each derivation is
// done once and its result kept in a file. What a mutation made wrong (another usage, another length) goes the ordinary way.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(tmpdir(), 'sealscribe-pbkdf2');
mkdirSync(folder, { recursive: true });
const { subtle } = globalThis.crypto;
const [importKey, deriveBits, deriveKey] = [subtle.importKey, subtle.deriveBits, subtle.deriveKey].map(
  (method) => /** @type {(...args: any[]) => Promise<any>} */ (method.bind(subtle)),
);
/** @type {WeakMap<CryptoKey, Buffer>} */
const passwords = new WeakMap();

/** @param {Pbkdf2Params} parameters @param {CryptoKey} material @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function remembered(parameters, material) {
  const { salt, iterations, hash } = parameters;
  const password = /** @type {Buffer} */ (passwords.get(material));
  const inputs = [
    password.toString('hex'),
    Buffer.from(/** @type {any} */ (salt)).toString('hex'),
    iterations,
    hash,
  ];
  const file = join(folder, createHash('sha256').update(JSON.stringify(inputs)).digest('hex'));
  if (!existsSync(file)) {
    const key = await importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const bits = await deriveBits(parameters, key, 256);
    writeFileSync(`${file}.${process.pid}`, new Uint8Array(bits));
    renameSync(`${file}.${process.pid}`, file);
  }
  return Uint8Array.from(readFileSync(file));
}

/** @param {Pbkdf2Params} parameters @param {CryptoKey} key @param {KeyUsage} usage */
const isRemembered = ({ name }, key, usage) =>
  name === 'PBKDF2' && passwords.has(key) && key.usages.includes(usage);

if (!Object.hasOwn(subtle, 'deriveKey')) {
  Object.assign(subtle, {
    /** @param {any[]} args */
    importKey: async (...args) => {
      const bytes = args[2] === 'PBKDF2' ? Buffer.from(args[1]) : undefined;
      const key = await importKey(...args);
      if (bytes) passwords.set(key, bytes);
      return key;
    },
    /** @param {any} parameters @param {CryptoKey} key @param {number} length */
    deriveBits: async (parameters, key, length) =>
      isRemembered(parameters, key, 'deriveBits') && length === 256
        ? (await remembered(parameters, key)).buffer
        : deriveBits(parameters, key, length),
    /** @param {any} parameters @param {CryptoKey} key @param {any} target @param {boolean} extractable @param {string[]} usages */
    deriveKey: async (parameters, key, target, extractable, usages) =>
      isRemembered(parameters, key, 'deriveKey') && target.length === 256
        ? importKey('raw', await remembered(parameters, key), target, extractable, usages)
        : deriveKey(parameters, key, target, extractable, usages),
  });
}
