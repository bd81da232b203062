// @ts-check
// Other libraries that seal bytes, each in the way that is fairest to it: key material at hand, no password to derive from, no
// text armour, no signature. They are no dependencies of ours: the benchmark installs these versions into a folder of its own.
//   typage   age-encryption: a recipient that wraps the file key with one native AES-GCM call, cheaper than any it brings
//   openpgp  a session key at hand, so no public-key operation; AEAD with GCM, which is its native and fastest way; no compression
//   hpke     base mode, P-256 (native here) and AES-256-GCM: one encapsulation per message is what HPKE is
import { spawnSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../setup.mjs';

/** Package and version. */
export const PEERS = { 'age-encryption': '0.3.1', openpgp: '6.3.2', '@hpke/core': '1.9.0' };
const FOLDER = join(root, 'node_modules/.cache/bench');

/** Installs what is missing. @returns {boolean} Whether all of it is there. */
function install() {
  const manifest = JSON.stringify({ private: true, dependencies: PEERS });
  const file = join(FOLDER, 'package.json');
  const complete = Object.keys(PEERS).every((name) => existsSync(join(FOLDER, 'node_modules', name)));
  if (complete && existsSync(file) && readFileSync(file, 'utf8') === manifest) return true;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, manifest);
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--prefix',
    FOLDER,
  ];
  const { status, stderr } = spawnSync('npm', args, { cwd: FOLDER, encoding: 'utf8' });
  if (status === 0) return true;
  writeFileSync(file, '');
  console.error(
    `Without the comparison with other libraries, which could not be installed: ${stderr.trim()}`,
  );
  return false;
}

/** @param {string} name @returns {Promise<any>} */
const load = (name) =>
  import(pathToFileURL(createRequire(join(FOLDER, 'package.json')).resolve(name)).href).catch(
    // typage has no entry for require().
    () => import(pathToFileURL(join(FOLDER, 'node_modules', name, 'dist/index.js')).href),
  );

/** What seals one message with each library; empty where they cannot be installed. @returns {Promise<Record<string, (data: Uint8Array) => Promise<ArrayBuffer | Uint8Array>>>} */
export async function loadPeers() {
  if (!install()) return {};
  const { subtle } = webcrypto;
  const randomBytes = (/** @type {number} */ length) => webcrypto.getRandomValues(new Uint8Array(length));

  const age = await load('age-encryption');
  const wrappingKey = await subtle.importKey('raw', randomBytes(32), 'AES-GCM', false, ['encrypt']);
  const typage = new age.Encrypter();
  typage.addRecipient({
    /** @param {Uint8Array} fileKey */
    async wrapFileKey(fileKey) {
      const iv = randomBytes(12);
      const body = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, wrappingKey, fileKey));
      return [new age.Stanza(['bench', Buffer.from(iv).toString('base64url')], body)];
    },
  });

  const openpgp = await load('openpgp');
  const sessionKey = { data: randomBytes(32), algorithm: 'aes256', aeadAlgorithm: 'gcm' };
  const config = { aeadProtect: true, preferredAEADAlgorithm: openpgp.enums.aead.gcm };

  const hpke = await load('@hpke/core');
  const suite = new hpke.CipherSuite({
    kem: new hpke.DhkemP256HkdfSha256(),
    kdf: new hpke.HkdfSha256(),
    aead: new hpke.Aes256Gcm(),
  });
  const { publicKey } = await suite.kem.generateKeyPair();

  return {
    typage: (data) => typage.encrypt(data),
    openpgp: async (data) =>
      openpgp.encrypt({
        message: await openpgp.createMessage({ binary: data }),
        sessionKey,
        format: 'binary',
        config,
      }),
    hpke: async (data) => (await suite.createSenderContext({ recipientPublicKey: publicKey })).seal(data),
  };
}
