// Random cases each way with an implementation that shares no code with this one: examples/offline-open-python.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createAccountKey,
  createTranscriptKey,
  decodeBase64url,
  decrypt,
  deriveAuthKey,
  deriveKey,
  deriveRoot,
  deriveShare,
  encodeBase64url,
  encodeFragment,
  encrypt,
  newId,
  newLinkSecret,
  newSalt,
  open,
  openAccountKey,
  openCard,
  openIndex,
  openLinkSecret,
  openPart,
  openShare,
  openTranscriptKey,
  seal,
  sealIndex,
  sealRecord,
  sealShare,
  type ShareMode,
} from '../src/index.js';
import { importHmacKey, randomBytes } from '../src/webcrypto.js';
import { python, startPeer, type PythonPeer } from '../../../test/fixtures/python-peer.js';
import { cases } from '../../../test/fixtures/cases.js';
import vectors from '../vectors/refused-v1.json';

// Each derives a dozen keys from passwords, slowly, in both.
const { numRuns: rounds } = cases(16);
const times = Array.from({ length: rounds }, (_, i) => i);
const b64 = encodeBase64url;
const floor = { minIterations: 100_000 };

describe.skipIf(python === undefined)('an independent implementation in Python', () => {
  let peer: PythonPeer;
  beforeAll(() => {
    peer = startPeer(fileURLToPath(new URL('python/answer.py', import.meta.url)));
  });
  afterAll(() => peer.stop());
  const ask = (command: Record<string, unknown>) => peer.ask(command);

  const alphabet = [...'abcXYZ 09!?äßéИЖ日本語ગુજરાતી🎙️'];
  const word = (length: number) =>
    Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('') + 'x';
  const credentials = () => ({
    password: word(1 + (randomBytes(1)[0] % 20)),
    email: `${b64(randomBytes(6))}@Example.com`,
  });
  const data = (limit: number) => randomBytes(new DataView(randomBytes(4).buffer).getUint32(0) % limit);

  it('refuses what vectors/refused-v1.json says does not open, and opens the valid inputs', async () => {
    const known = [
      'baseline-decrypt',
      'open',
      'account-key',
      'transcript-key',
      'card',
      'part',
      'index',
      'share',
      'search-entry',
      'identity',
      'workspace-transcript-key',
      'workspace-index',
    ];
    let refusals = 0;
    for (const { do: operation, valid, refused } of vectors.groups) {
      if (!known.includes(operation)) continue;
      expect(await ask({ do: `refused ${operation}`, ...valid }), operation).toBe('opens');
      for (const { id, error, replace } of refused) {
        if (error !== 'authentication_failed') continue;
        expect(await ask({ do: `refused ${operation}`, ...valid, ...replace }), id).toBe('refused');
        refusals++;
      }
    }
    expect(refusals).toBeGreaterThan(50);
  });

  it(`opens and makes ${rounds} baseline blobs`, async () => {
    for (const _ of times) {
      const { password, email } = credentials();
      const key = await deriveKey(password, email);
      const plaintext = data(5000);
      const blob = b64(await encrypt(key, plaintext));
      expect(await ask({ do: 'baseline-open', password, email, blob })).toBe(b64(plaintext));
      expect(await ask({ do: 'baseline-open', password: `${password}.`, email, blob })).toBe('refused');
      const theirs = (await ask({ do: 'baseline-seal', password, email, data: b64(plaintext) })) as string;
      expect(b64(await decrypt(key, decodeBase64url(theirs)))).toBe(b64(plaintext));
    }
  });

  it('opens and makes 100 Cobblestone messages', async () => {
    for (let i = 0; i < 100; i++) {
      const raw = randomBytes(32);
      const context = randomBytes(i);
      const plaintext = i % 5 === 0 ? new Uint8Array(16_384 * (i / 25)) : data(40_000);
      const key = await importHmacKey(raw.slice());
      const ours = {
        do: 'open',
        key: b64(raw),
        context: b64(context),
        data: b64(await seal(key, context, plaintext)),
      };
      expect(await ask(ours)).toBe(b64(plaintext));
      expect(await ask({ ...ours, context: b64(randomBytes(i + 1)) })).toBe('refused');
      const theirs = (await ask({
        do: 'seal',
        key: b64(raw),
        context: b64(context),
        data: b64(plaintext),
      })) as string;
      expect(b64(await open(key, context, decodeBase64url(theirs)))).toBe(b64(plaintext));
    }
  });

  it(`opens and makes ${rounds} whole vaults, from the password to the words`, async () => {
    for (const _ of times) {
      const { password, email } = credentials();
      const salt = newSalt();
      const [accountId, transcriptId] = [newId(), newId()];
      const account = { email, password, salt: b64(salt), iterations: 100_000, accountId, keyVersion: 3 };
      const root = await deriveRoot({ email, password, salt, iterations: 100_000 }, floor);
      expect(await ask({ do: 'auth-key', ...account })).toBe(b64(await deriveAuthKey(root)));
      const documents = {
        card: { title: word(40), tags: [word(3)] },
        transcript: { segments: [{ start: 0, text: word(900) }] },
        words: { segments: [{ words: [word(5)], starts: [120] }] },
      };
      const context = { accountId, keyVersion: 3, iterations: 100_000, salt };

      const { accountKey, wrap } = await createAccountKey(root, context);
      const { transcriptKey, wrap: key } = await createTranscriptKey(accountKey, { accountId, transcriptId });
      const ours = await sealRecord(transcriptKey, { transcriptId, revision: 1, ...documents });
      const listed = { [transcriptId]: { revision: 1, sha256: ours.sha256 } };
      const { sealed: index } = await sealIndex(accountKey, { accountId, indexRevision: 1 }, listed);
      const read = await ask({
        do: 'account-open',
        ...account,
        transcriptId,
        revision: 1,
        wrap: b64(wrap),
        key: b64(key),
        card: b64(ours.card),
        transcript: b64(ours.transcript!),
        words: b64(ours.words!),
        index: b64(index),
      });
      expect(read).toEqual({ ...documents, card: { ...documents.card, parts: ours.parts }, index: listed });

      const made = (await ask({
        do: 'account-seal',
        ...account,
        transcriptId,
        accountKey: b64(randomBytes(32)),
        transcriptKey: b64(randomBytes(32)),
        ...documents,
      })) as Record<string, string>;
      const theirs = (name: string) => decodeBase64url(made[name]);
      const theirAccountKey = await openAccountKey(root, context, theirs('wrap'));
      const theirKey = await openTranscriptKey(theirAccountKey, { accountId, transcriptId }, theirs('key'));
      const opened = await openCard(theirKey, { transcriptId, revision: 1 }, theirs('card'));
      expect(opened.card).toEqual(documents.card);
      for (const part of ['transcript', 'words'] as const) {
        const ref = opened.parts[part];
        expect(await openPart(theirKey, part, { transcriptId, ref }, theirs(part))).toEqual(documents[part]);
      }
      const theirIndex = await openIndex(theirAccountKey, { accountId, indexRevision: 1 }, theirs('index'));
      expect(theirIndex.index).toEqual({ [transcriptId]: { revision: 1, sha256: opened.sha256 } });
    }
  });

  it(`opens and makes ${rounds} links, with and without a password`, async () => {
    for (const i of times) {
      const [shareId, linkSecret] = [newId(), newLinkSecret()];
      const mode = (i % 2) as ShareMode;
      const password = mode === 1 ? word(1 + (randomBytes(1)[0] % 20)) : undefined;
      const document = { title: word(20), text: word(20_000) };
      const fragment = encodeFragment({ mode, linkSecret });
      const { shareKey, accessToken } = await deriveShare(shareId, { mode, linkSecret }, password);
      const ours = {
        do: 'share-open',
        ...{ shareId, fragment, password },
        document: b64(await sealShare(shareKey, shareId, document)),
      };
      expect(await ask(ours)).toEqual({ accessToken: b64(accessToken), document });
      expect(await ask({ ...ours, shareId: newId() })).toBe('refused');
      if (password) expect(await ask({ ...ours, password: `${password}.` })).toBe('refused');

      const raw = randomBytes(32);
      const made = (await ask({
        do: 'share-seal',
        ...{ shareId, mode, password, document },
        linkSecret: b64(linkSecret),
        accountKey: b64(raw),
      })) as Record<string, string>;
      expect([made['fragment'], made['accessToken']]).toEqual([fragment, b64(accessToken)]);
      expect(await openShare(shareKey, shareId, decodeBase64url(made['document']))).toEqual(document);
      const theirs = await openLinkSecret(await importHmacKey(raw), shareId, decodeBase64url(made['link']));
      expect(theirs).toEqual(linkSecret);
    }
  });
});
