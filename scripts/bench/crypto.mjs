// @ts-check
// The group "crypto": the library against the same work done with bare Web Crypto calls, and against other libraries.
//   baseline.*     encrypt and decrypt against one AES-256-GCM call (and a random IV), which does not put iv and ciphertext together
//   cobblestone.*  seal and open against the same single call, which neither cuts chunks nor derives and commits to a key
//   unlock         password to opened account key, without network, against one bare derivation of the same count
import { webcrypto } from 'node:crypto';
import { collectGarbage, compare as compareTwo } from './measure.mjs';
import { loadPeers } from './peers.mjs';

const { subtle } = webcrypto;
const SIZES = { '20KB': 20_000, '1MB': 1_000_000, '64MB': 64_000_000 };
const PEER_SIZES = /** @type {const} */ (['20KB', '1MB']);

const LARGE = 16_000_000;

/** @param {number} length */
function randomData(length) {
  const data = new Uint8Array(length);
  for (let i = 0; i < length; i += 65_536) webcrypto.getRandomValues(data.subarray(i, i + 65_536));
  return data;
}

/** One bare AES-256-GCM key, and the calls that everything is compared with. */
async function rawWebCrypto() {
  const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  return {
    /** @param {Uint8Array} data */
    encrypt: (data) =>
      subtle.encrypt({ name: 'AES-GCM', iv: webcrypto.getRandomValues(new Uint8Array(12)) }, key, data),
    /** A function that decrypts one ciphertext of this data. @param {Uint8Array} data */
    async decrypterOf(data) {
      const iv = webcrypto.getRandomValues(new Uint8Array(12));
      const ciphertext = await subtle.encrypt({ name: 'AES-GCM', iv }, key, data);
      return () => subtle.decrypt({ name: 'AES-GCM', iv }, key, ciphertext);
    },
  };
}

/** @param {import('./measure.mjs').Wanted} wanted @returns {AsyncGenerator<import('./measure.mjs').Figure>} */
export async function* cryptoFigures(wanted) {
  const { encrypt, decrypt, importKey, seal, open } = await import('@sealscribe/crypto');
  const raw = await rawWebCrypto();
  const key = await importKey(randomData(32));
  const algorithm = { name: 'HMAC', hash: 'SHA-512', length: 256 };
  const vaultKey = await subtle.importKey('raw', randomData(32), algorithm, false, ['sign']);
  const context = new TextEncoder().encode('sealscribe/bench/v1');

  for (const [size, length] of Object.entries(SIZES)) {
    const data = randomData(length);
    const compare = (
      /** @type {string} */ name,
      /** @type {() => Promise<unknown>} */ ours,
      /** @type {() => Promise<unknown>} */ reference,
    ) => compareTwo(name, ours, reference, length > LARGE ? { between: collectGarbage } : {});
    const names = {
      encrypt: `baseline.encrypt.${size}`,
      decrypt: `baseline.decrypt.${size}`,
      seal: `cobblestone.seal.${size}`,
      open: `cobblestone.open.${size}`,
    };
    if (wanted(names.encrypt))
      yield compare(
        names.encrypt,
        () => encrypt(key, data),
        () => raw.encrypt(data),
      );
    if (wanted(names.decrypt)) {
      const blob = await encrypt(key, data);
      yield compare(names.decrypt, () => decrypt(key, blob), await raw.decrypterOf(data));
    }
    if (wanted(names.seal))
      yield compare(
        names.seal,
        () => seal(vaultKey, context, data),
        () => raw.encrypt(data),
      );
    if (wanted(names.open)) {
      const sealed = await seal(vaultKey, context, data);
      yield compare(names.open, () => open(vaultKey, context, sealed), await raw.decrypterOf(data));
    }
  }
  yield* againstPeers((data) => seal(vaultKey, context, data), wanted);
  if (wanted('unlock')) yield unlock();
}

/**
 * Other libraries leave garbage many times as large as the message. Ours must not pay for theirs: it is collected, and then one
 * call that does not count brings memory and caches into the state that each makes for itself.
 */
const afterOneCall = {
  seconds: 4,
  /** @param {() => Promise<unknown>} work */
  async between(work) {
    collectGarbage();
    await work();
  },
};

/** @param {(data: Uint8Array) => Promise<unknown>} seal @param {import('./measure.mjs').Wanted} wanted */
async function* againstPeers(seal, wanted) {
  const name = (/** @type {string} */ size, /** @type {string} */ peer) =>
    `cobblestone.seal.${size}.vs.${peer}`;
  const asked = PEER_SIZES.some((size) =>
    ['typage', 'openpgp', 'hpke'].some((peer) => wanted(name(size, peer))),
  );
  const peers = asked ? await loadPeers() : {};
  for (const size of PEER_SIZES) {
    const data = randomData(SIZES[size]);
    for (const [peer, sealWithPeer] of Object.entries(peers)) {
      if (!wanted(name(size, peer))) continue;
      const work = async () => {
        const sealed = await sealWithPeer(data);
        if (sealed.byteLength <= data.length) throw new Error(`${peer} did not seal`);
      };
      yield compareTwo(name(size, peer), () => seal(data), work, afterOneCall);
    }
  }
}

async function unlock() {
  const { createAccountKey, deriveRoot, newId, newSalt, openAccountKey, DEFAULT_ITERATIONS } =
    await import('@sealscribe/crypto');
  const person = { email: 'bench@example.com', password: 'only for this benchmark' };
  const salt = newSalt();
  const iterations = DEFAULT_ITERATIONS;
  const context = { accountId: newId(), keyVersion: 1, iterations, salt };
  const { wrap } = await createAccountKey(await deriveRoot({ ...person, salt, iterations }), context);
  const password = new TextEncoder().encode(person.password);
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return compareTwo(
    'unlock',
    async () => openAccountKey(await deriveRoot({ ...person, salt, iterations }), context, wrap),
    async () => {
      const material = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
      await subtle.deriveBits(parameters, material, 256);
    },
    { seconds: 8 },
  );
}
