// @ts-check
// A second, independent implementation of what the demo's owner can open, on node:crypto alone (docs/formats.md, sections 0, 1, 2
// and 7). It lets the demo play the auditor: derive the raw keys, open what the server holds without a line of Sealscribe's own
// code, and know which bytes must never be found on the server. It seals nothing.
import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/** @typedef {import('node:buffer').Buffer} Bytes */

/** PBKDF2-HMAC-SHA-256 to 32 bytes. @param {string} password @param {Bytes} salt @param {number} iterations */
const pbkdf2 = (password, salt, iterations) => pbkdf2Sync(password, salt, iterations, 32, 'sha256');

/** AES-256-GCM, tag at the end. @param {Bytes} key @param {Bytes} iv @param {Bytes} sealed */
function aesGcmOpen(key, iv, sealed) {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

/** The baseline's key: password, and the email address as salt. @param {{email: string, password: string}} owner */
export const baselineKey = ({ email, password }) => pbkdf2(password, Buffer.from(email), 100_000);

/** Opens a baseline-v1 blob: iv (12) || ciphertext || tag (16). @param {Bytes} key @param {Bytes} blob */
export const openBaseline = (key, blob) => aesGcmOpen(key, blob.subarray(0, 12), blob.subarray(12));

/** bind(label, fields): label || 0x00 || for each field its length as uint32, and its bytes. @param {string} label @param {(Bytes | string | number)[]} fields */
function bind(label, ...fields) {
  const parts = fields.flatMap((field) => {
    const bytes = Buffer.isBuffer(field)
      ? field
      : typeof field === 'string'
        ? Buffer.from(field)
        : Buffer.from(field.toString(16).padStart(16, '0'), 'hex');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([Buffer.from(`${label}\0`), ...parts]);
}

/** HKDF-Expand with HMAC-SHA-512. @param {Bytes} key @param {Bytes} info @param {number} size */
function expand(key, info, size) {
  let block = Buffer.alloc(0);
  let out = Buffer.alloc(0);
  for (let i = 1; out.length < size; i++) {
    block = createHmac('sha512', key)
      .update(block)
      .update(info)
      .update(Buffer.from([i]))
      .digest();
    out = Buffer.concat([out, block]);
  }
  return out.subarray(0, size);
}

/** Opens a Cobblestone-256 message of one chunk: salt (24) || commitment (32) || chunk. @param {Bytes} key @param {Bytes} context @param {Bytes} sealed */
function cobblestoneOpen(key, context, sealed) {
  const name = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0');
  const okm = expand(key, Buffer.concat([name, sealed.subarray(0, 24), context]), 32 + 12 + 32);
  if (!timingSafeEqual(okm.subarray(44), sealed.subarray(24, 56))) throw new Error('another key or context');
  return aesGcmOpen(okm.subarray(0, 32), okm.subarray(32, 44), sealed.subarray(56));
}

/**
 * The raw root and account key of a vault, from the password and the key record that the server keeps.
 * @param {{email: string, password: string}} owner
 * @param {{accountId: string, salt: string, iterations: number, keyVersion: number, wraps: {password: string}}} record
 */
export function openAccountKey({ email, password }, record) {
  const salt = Buffer.from(record.salt, 'base64url');
  const root = pbkdf2(
    password.normalize('NFKC'),
    bind('sealscribe/account/v1', salt, email),
    record.iterations,
  );
  const context = bind(
    'sealscribe/account-key/v1',
    Buffer.from(record.accountId, 'base64url'),
    record.keyVersion,
    record.iterations,
    salt,
  );
  return {
    root,
    accountKey: cobblestoneOpen(root, context, Buffer.from(record.wraps.password, 'base64url')),
  };
}
