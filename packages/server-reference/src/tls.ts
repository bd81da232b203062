/**
 * TLS: version 1.3 and nothing else. Without certificate files the server makes itself a certificate (ECDSA P-256) in its
 * data folder and keeps it; clients pin its SHA-256 fingerprint, which is printed at start.
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A certificate chain with its key, as PEM, and the fingerprint of the certificate: SHA-256, hex pairs joined by colons. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly fingerprint: string;
  /** When the certificate runs out, in milliseconds since 1970. */
  readonly ends: number;
}

const YEARS = 10;

/**
 * The server's identity: from the PEM files given, else from `DATA/tls`, where it is made when it is not there yet.
 *
 * @throws {Error} that says which file is not what it should be
 */
export async function loadIdentity(files: { cert?: string; key?: string; data: string }): Promise<Identity> {
  if (files.cert !== undefined && files.key !== undefined)
    return identify(readPem('--cert', files.cert), readPem('--key', files.key), files.cert, files.key);
  const folder = join(files.data, 'tls');
  const path = join(folder, 'identity.pem');
  if (!existsSync(path)) await makeIdentity(folder, path);
  // Key and certificate are one file, so that a server stopped between two writes cannot keep halves of two pairs.
  const pem = readFileSync(path, 'utf8');
  const blocks = (name: RegExp) => (pem.match(name) ?? []).join('\n');
  return identify(
    blocks(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g),
    blocks(/-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----/g),
    path,
    path,
  );
}

function readPem(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw Object.assign(new Error(`${flag} ${path} cannot be read (${message})`), { code });
  }
}

function identify(cert: string, key: string, certPath: string, keyPath: string): Identity {
  let certificate: X509Certificate;
  let privateKey: KeyObject;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    throw new Error(`${certPath} does not begin with a certificate in PEM (-----BEGIN CERTIFICATE-----).`);
  }
  try {
    privateKey = createPrivateKey(key);
  } catch {
    throw new Error(
      `${keyPath} holds no private key in PEM (-----BEGIN PRIVATE KEY-----) without a password.`,
    );
  }
  if (!certificate.checkPrivateKey(privateKey))
    throw new Error(
      `The key in ${keyPath} is not the one of the first certificate in ${certPath}; the server's own comes before its authorities.`,
    );
  const { fingerprint256: fingerprint, validTo } = certificate;
  return { cert, key, fingerprint, ends: Date.parse(validTo) };
}

async function makeIdentity(folder: string, path: string): Promise<void> {
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + YEARS);
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const part = `${path}.part`;
  writeFileSync(part, `${made.private.trim()}\n${made.cert.trim()}\n`, { mode: 0o600 });
  renameSync(part, path);
}
