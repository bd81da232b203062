/** What is sealed: changed bytes never open, nothing is used twice, keys stay where they are, and others can check it. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  createTranscriptKey,
  encrypt,
  deriveKey,
  decrypt,
  newId,
  open,
  openCard,
  openPart,
  seal,
  sealRecord,
} from '@sealscribe/crypto';
import { Sealscribe } from '@sealscribe/sdk-node';
import { describe } from 'vitest';
import { startServer } from '../e2e/server-process.js';
import { claim, type Look } from './claim.js';

const long = process.env['SEALSCRIBE_LONG'] === '1';
const FLIPS = long ? 100_000 : 10_000;
const IVS = long ? 1_000_000 : 100_000;
const root = fileURLToPath(new URL('../../', import.meta.url));

/** A key of a vault, as the packages make it. */
const vaultKey = async () =>
  (await createTranscriptKey(await outerKey(), { accountId: newId(), transcriptId: newId() })).transcriptKey;
const outerKey = () =>
  crypto.subtle.importKey('raw', randomBytes(32), { name: 'HMAC', hash: 'SHA-512', length: 256 }, false, [
    'sign',
  ]);

/** Which of many attempts to open changed bytes succeeded. */
async function openings(count: number, attempt: (i: number) => Promise<unknown>): Promise<string[]> {
  const found: string[] = [];
  for (let i = 0; i < count; i++)
    await attempt(i).then(
      () => found.push(`change ${i} opened`),
      () => undefined,
    );
  return found;
}

describe('sealed bytes', () => {
  const flipped = (bytes: Uint8Array, i: number) => {
    const changed = bytes.slice();
    const bit = (i * 2_654_435_761) % (8 * bytes.length);
    changed[bit >> 3] ^= 1 << (bit & 7);
    return changed;
  };

  claim('changed-bytes-never-open', {
    says: 'with any one bit changed, nothing that was sealed opens, in the vault and in private mode',
    product: async () => {
      const [key, context] = [await vaultKey(), randomBytes(20)];
      const sealed = await seal(key, context, randomBytes(20_000));
      const baseline = await deriveKey('only for this proof', 'prove@example.com');
      const blob = await encrypt(baseline, randomBytes(500));
      const found = [
        ...(await openings(FLIPS / 2, (i) => open(key, context, flipped(sealed, i)))),
        ...(await openings(FLIPS / 2, (i) => decrypt(baseline, flipped(blob, i)))),
      ];
      return { tried: `${FLIPS} single bits`, found };
    },
    control: async () => {
      const [key, context] = [await vaultKey(), randomBytes(20)];
      const sealed = await seal(key, context, randomBytes(100));
      return {
        tried: 'the same without a change',
        found: await openings(1, () => open(key, context, sealed)),
      };
    },
  });

  claim('cut-bytes-never-open', {
    says: 'cut at any length, nothing that was sealed opens',
    product: async () => {
      const [key, context] = [await vaultKey(), randomBytes(20)];
      const sealed = await seal(key, context, randomBytes(1500));
      const found = await openings(sealed.length, (length) => open(key, context, sealed.subarray(0, length)));
      return { tried: `${sealed.length} lengths`, found };
    },
    control: async () => {
      const [key, context] = [await vaultKey(), randomBytes(20)];
      const sealed = await seal(key, context, randomBytes(1500));
      return {
        tried: 'its whole length',
        found: await openings(1, () => open(key, context, sealed.subarray(0))),
      };
    },
  });

  claim('nothing-opens-elsewhere', {
    says: 'a sealed part opens for its own transcript, part and revision alone',
    product: async () => {
      const { key, transcriptId, sealed } = await record();
      const { parts } = await openCard(key, { transcriptId, revision: 1 }, sealed.card);
      const ref = parts.transcript;
      const other = { ...ref, revision: 2 };
      const found = [
        ...(await openings(1, () => openCard(key, { transcriptId: newId(), revision: 1 }, sealed.card))),
        ...(await openings(1, () => openCard(key, { transcriptId, revision: 2 }, sealed.card))),
        ...(await openings(1, () =>
          openPart(key, 'transcript', { transcriptId: newId(), ref }, sealed.transcript),
        )),
        ...(await openings(1, () => openPart(key, 'words', { transcriptId, ref }, sealed.transcript))),
        ...(await openings(1, () =>
          openPart(key, 'transcript', { transcriptId, ref: other }, sealed.transcript),
        )),
        ...(await openings(1, () => openPart(key, 'transcript', { transcriptId, ref }, sealed.words))),
        ...(await openings(1, async () =>
          openCard(await vaultKey(), { transcriptId, revision: 1 }, sealed.card),
        )),
      ];
      return { tried: '7 ways to put it in another place', found };
    },
    control: async () => {
      const { key, transcriptId, sealed } = await record();
      return {
        tried: 'its own place',
        found: await openings(1, () => openCard(key, { transcriptId, revision: 1 }, sealed.card)),
      };
    },
  });

  claim('no-iv-twice', {
    says: 'no IV or salt comes twice',
    product: async () => {
      const key = await deriveKey('only for this proof', 'prove@example.com');
      const [vault, context] = [await vaultKey(), randomBytes(4)];
      const seen: string[] = [];
      const plaintext = new Uint8Array(1);
      for (let i = 0; i < IVS; i += 2) {
        seen.push(Buffer.from((await encrypt(key, plaintext)).subarray(0, 12)).toString('hex'));
        seen.push(Buffer.from((await seal(vault, context, plaintext)).subarray(0, 24)).toString('hex'));
      }
      return { tried: `${seen.length} of both`, found: repeated(seen) };
    },
    control: () => ({ tried: 'a list with one twice', found: repeated(['a', 'b', 'a']) }),
  });

  const python =
    existsSync('/usr/bin/python3') &&
    spawnSync('/usr/bin/python3', ['-c', 'import cryptography']).status === 0;
  claim('others-open-it-too', {
    says: 'a program in another language, with none of our code, opens what the vectors hold',
    unless: python ? undefined : 'python3-cryptography is not here',
    product: () => pythonOpens(false),
    control: () => pythonOpens(true),
  });
});

describe('keys', () => {
  claim('keys-cannot-be-extracted', {
    says: 'every key that the client makes stays inside Web Crypto',
    product: async () => {
      const { extractable, made } = await watchKeys(async () => {
        const server = await startServer();
        const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
        const owner = { email: 'watched@example.com', password: 'only for this proof' };
        const vault = await client.signUp(owner);
        await vault.search('nothing');
        await (await client.privateMode(owner)).list();
        await client.unlock(owner);
        await client.close();
        await server.stop();
      });
      if (made < 5) throw new Error('the client made no keys: nothing was watched');
      return { tried: `${made} keys of signing up, unlocking, searching, private mode`, found: extractable };
    },
    control: async () => {
      const { extractable } = await watchKeys(() =>
        crypto.subtle.importKey('raw', randomBytes(32), 'AES-GCM', true, ['encrypt']),
      );
      return { tried: 'one key that can be extracted', found: extractable };
    },
  });
});

const repeated = (list: string[]): string[] => {
  const seen = new Set<string>();
  return list.filter((each) => (seen.has(each) ? true : (seen.add(each), false))).map(() => 'one came twice');
};

async function record() {
  const transcriptId = newId();
  const key = await vaultKey();
  const sealed = await sealRecord(key, {
    ...{
      transcriptId,
      revision: 1,
      card: { title: 'a' },
      transcript: { segments: [] },
      words: { segments: [] },
    },
  });
  if (!sealed.transcript || !sealed.words) throw new Error('all parts are new, so all are sealed');
  return {
    key,
    transcriptId,
    sealed: { card: sealed.card, transcript: sealed.transcript, words: sealed.words },
  };
}

/** Notes every secret or private key that Web Crypto makes meanwhile, and which of them can be extracted. */
async function watchKeys(work: () => Promise<unknown>) {
  const { subtle } = crypto;
  const extractable: string[] = [];
  let made = 0;
  const note = (name: string, key: CryptoKey) => {
    if (key.type === 'public') return;
    made++;
    if (key.extractable) extractable.push(`${name} made one of ${key.algorithm.name} that can be extracted`);
  };
  const names = ['importKey', 'deriveKey', 'unwrapKey', 'generateKey'] as const;
  for (const name of names) {
    const original = subtle[name].bind(subtle) as (...args: unknown[]) => Promise<CryptoKey | CryptoKeyPair>;
    const watched = async (...args: unknown[]) => {
      const result = await original(...args);
      note(name, 'privateKey' in result ? result.privateKey : result);
      return result;
    };
    Object.defineProperty(subtle, name, { configurable: true, value: watched });
  }
  try {
    await work();
  } finally {
    for (const name of names) Reflect.deleteProperty(subtle, name);
  }
  return { extractable, made };
}

/** Private mode on Python's own PBKDF2 and the cryptography package. */
const OPEN_VECTORS = `
import hashlib, json, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
hexed = bytes.fromhex
wrong = sys.argv[2] == 'wrong'
for vector in json.load(open(sys.argv[1]))['vectors']:
    if 'ciphertext_tag_hex' not in vector: continue
    password = hexed(vector['password_utf8_hex']) + (b'!' if wrong else b'')
    key = hashlib.pbkdf2_hmac('sha256', password, hexed(vector['email_utf8_hex']), 100000)
    try:
        opened = AESGCM(key).decrypt(hexed(vector['iv_hex']), hexed(vector['ciphertext_tag_hex']), None)
        print('opened' if opened == hexed(vector['plaintext_hex']) else 'another text')
    except Exception:
        print('refused')
`;

/** Which vectors Python does not open; with `wrong`, under another password. */
function pythonOpens(wrong: boolean): Look {
  const file = `${root}packages/crypto/vectors/baseline-v1.json`;
  const { stdout, stderr } = spawnSync(
    '/usr/bin/python3',
    ['-c', OPEN_VECTORS, file, wrong ? 'wrong' : 'right'],
    { encoding: 'utf8' },
  );
  const answers = stdout.trim().split('\n');
  if (answers.length < 20) throw new Error(`Python opened nothing: ${stderr}`);
  const found = answers.filter((answer) => answer !== 'opened').map((answer, i) => `vector ${i}: ${answer}`);
  return { tried: `${answers.length} vectors${wrong ? ' with another password' : ''}`, found };
}
