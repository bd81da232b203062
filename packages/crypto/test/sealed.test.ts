import { describe, expect, it } from 'vitest';
import {
  checkFreshness,
  checkListed,
  type CryptoError,
  createTranscriptKey,
  decrypt,
  deriveKey,
  encrypt,
  findVanished,
  newId,
  openCard,
  openIndex,
  openPart,
  openTranscriptKey,
  sealIndex,
  sealRecord,
} from '../src/index.js';
import { contexts } from '../src/bind.js';
import { seal } from '../src/cobblestone.js';
import { paddedLength, padDocument } from '../src/padding.js';
import { importHmacKey } from '../src/webcrypto.js';
import hazard from '../vectors/hazard-gcm-two-keys.json';
import { codeOf, failureOf } from './failure.js';
import { fromHex } from './hex.js';

const accountKey = await importHmacKey(new Uint8Array(32).fill(1));
const accountId = newId();
const transcriptId = newId();
const { transcriptKey, wrap } = await createTranscriptKey(accountKey, { accountId, transcriptId });
const card = { title: 'Board meeting', tags: ['q3'] };
const transcript = { segments: [{ text: 'and so my fellow Americans' }] };
const words = { starts: [0, 120] };
const first = await sealRecord(transcriptKey, { transcriptId, revision: 1, card, transcript, words });

const syncCode = (call: () => void) => {
  try {
    call();
  } catch (error) {
    return (error as CryptoError).code;
  }
  return undefined;
};

describe('a sealed transcript', () => {
  it('opens to what was sealed, card first', async () => {
    const key = await openTranscriptKey(accountKey, { accountId, transcriptId }, wrap);
    const opened = await openCard(key, { transcriptId, revision: 1 }, first.card);
    expect(opened).toEqual({ card, parts: first.parts, sha256: first.sha256 });
    expect(
      await openPart(key, 'transcript', { transcriptId, ref: opened.parts.transcript }, first.transcript!),
    ).toEqual(transcript);
    expect(await openPart(key, 'words', { transcriptId, ref: opened.parts.words }, first.words!)).toEqual(
      words,
    );
  });

  it('keeps unchanged parts: they open through the new card', async () => {
    const changed = { segments: [{ text: 'ask not' }] };
    const second = await sealRecord(transcriptKey, {
      transcriptId,
      revision: 2,
      card,
      transcript: changed,
      parts: first.parts,
    });
    expect(second.words).toBeUndefined();
    const { parts } = await openCard(transcriptKey, { transcriptId, revision: 2 }, second.card);
    expect(parts.words).toEqual(first.parts.words);
    expect(parts.transcript.revision).toBe(2);
    expect(await openPart(transcriptKey, 'words', { transcriptId, ref: parts.words }, first.words!)).toEqual(
      words,
    );
    // The old part under the new card: a server that mixes revisions is found out.
    const mixed = openPart(
      transcriptKey,
      'transcript',
      { transcriptId, ref: parts.transcript },
      first.transcript!,
    );
    expect(await codeOf(mixed)).toBe('authentication_failed');
  });

  it('refuses other ids, revisions, keys and parts in each other’s place', async () => {
    const at = { transcriptId, revision: 1 };
    const refused = [
      openCard(transcriptKey, { ...at, revision: 2 }, first.card),
      openCard(transcriptKey, { ...at, transcriptId: newId() }, first.card),
      openCard(accountKey, at, first.card),
      openCard(transcriptKey, at, first.transcript!),
      openPart(transcriptKey, 'words', { transcriptId, ref: first.parts.transcript }, first.transcript!),
      openPart(transcriptKey, 'transcript', { transcriptId, ref: first.parts.words }, first.words!),
      openTranscriptKey(accountKey, { accountId, transcriptId: newId() }, wrap),
      openTranscriptKey(accountKey, { accountId: newId(), transcriptId }, wrap),
      openTranscriptKey(transcriptKey, { accountId, transcriptId }, wrap),
    ];
    expect(new Set(await Promise.all(refused.map(codeOf)))).toEqual(new Set(['authentication_failed']));
  });

  it('refuses plaintext, a baseline blob and the two-key blob', async () => {
    const key = await deriveKey('p', 'a@b');
    const baseline = await encrypt(
      key,
      JSON.stringify({ ...card, parts: first.parts, filler: 'x'.repeat(100) }),
    );
    expect(await decrypt(key, baseline)).toBeDefined();
    const twoKeys = fromHex(hazard.iv_hex + hazard.ciphertext_tag_hex);
    for (const bytes of [padDocument({ ...card, parts: first.parts }), baseline, twoKeys]) {
      const code = await codeOf(openCard(transcriptKey, { transcriptId, revision: 1 }, bytes));
      expect(['authentication_failed', 'malformed']).toContain(code);
    }
  });

  it('refuses documents that opened but are none, without quoting them', async () => {
    const sealBytes = (text: string) =>
      seal(transcriptKey, contexts.card(transcriptId, 1), new TextEncoder().encode(text));
    const parts = first.parts;
    const bad = [
      '[]',
      'null',
      '"secret text"',
      '{secret text',
      '{}',
      JSON.stringify({ parts: { ...parts, more: parts.words } }),
    ];
    bad.push(
      JSON.stringify({
        parts: { transcript: parts.transcript, words: { revision: 0, sha256: parts.words.sha256 } },
      }),
    );
    bad.push(
      JSON.stringify({
        parts: { transcript: parts.transcript, words: { revision: 2, sha256: parts.words.sha256 } },
      }),
    );
    bad.push(
      JSON.stringify({ parts: { transcript: parts.transcript, words: { revision: 1, sha256: 'short' } } }),
    );
    for (const text of bad) {
      const error = await failureOf(
        openCard(transcriptKey, { transcriptId, revision: 1 }, await sealBytes(text)),
      );
      expect(error).toMatchObject({ code: 'invalid_document' });
      expect(error.cause).toBeUndefined();
      expect(error.message).not.toMatch(/secret/);
    }
  });

  it('says what the caller did wrong', async () => {
    const record = { transcriptId, revision: 1, card, transcript, words };
    await expect(sealRecord(transcriptKey, { ...record, revision: 0 })).rejects.toThrow(RangeError);
    await expect(sealRecord(transcriptKey, { ...record, card: { parts: 1 } })).rejects.toThrow(/parts/);
    await expect(sealRecord(transcriptKey, { transcriptId, revision: 2, card, transcript })).rejects.toThrow(
      /words/,
    );
    await expect(sealRecord(transcriptKey, { ...record, transcriptId: 'x' })).rejects.toThrow(/transcriptId/);
    await expect(
      sealRecord(transcriptKey, { transcriptId, revision: 1, card, transcript, parts: first.parts }),
    ).rejects.toThrow(/earlier revision/);
  });
});

describe('padding', () => {
  it('is Padmé from 1 KiB up, computed without 32-bit operators', () => {
    const expected = [
      [0, 1024],
      [1024, 1024],
      [1025, 1088],
      [1500, 1536],
      [100_000, 100_352],
      [2 ** 33 + 1, 2 ** 33 + 2 ** 27],
    ];
    for (const [length, padded] of expected) expect(paddedLength(length)).toBe(padded);
    for (let length = 1; length < 300_000; length += 997) {
      const padded = paddedLength(length);
      expect(padded).toBeGreaterThanOrEqual(length);
      expect(padded).toBeLessThanOrEqual(Math.max(1024, length * 1.12));
      expect(paddedLength(padded)).toBe(padded);
    }
  });

  it('hides small differences: cards of 10 and 900 characters have one size', async () => {
    const sizes = await Promise.all(
      ['x', 'x'.repeat(700)].map(
        async (title) =>
          (await sealRecord(transcriptKey, { transcriptId, revision: 1, card: { title }, transcript, words }))
            .card.length,
      ),
    );
    expect(sizes[0]).toBe(sizes[1]);
  });
});

describe('the index and freshness', () => {
  const mark = { revision: 1, sha256: first.sha256 };
  const deleted = newId();

  it('comes back as it was sealed, under its own revision and account only', async () => {
    const index = {
      [transcriptId]: mark,
      [newId()]: { ...mark, rekey: true as const },
      [deleted]: { deleted: true as const },
    };
    const { sealed, sha256 } = await sealIndex(accountKey, { accountId, indexRevision: 3 }, index);
    expect(await openIndex(accountKey, { accountId, indexRevision: 3 }, sealed)).toEqual({ index, sha256 });
    expect(await codeOf(openIndex(accountKey, { accountId, indexRevision: 2 }, sealed))).toBe(
      'authentication_failed',
    );
    expect(await codeOf(openIndex(accountKey, { accountId: newId(), indexRevision: 3 }, sealed))).toBe(
      'authentication_failed',
    );
    await expect(sealIndex(accountKey, { accountId, indexRevision: 1 }, { x: mark })).rejects.toThrow(
      /id in index/,
    );
    await expect(
      sealIndex(accountKey, { accountId, indexRevision: 1 }, { [deleted]: {} as never }),
    ).rejects.toThrow(/entry/);
  });

  it('refuses an index with odd ids or entries', async () => {
    for (const document of [
      { __proto__x: mark },
      { [deleted]: null },
      { [deleted]: { deleted: false } },
      { [deleted]: { ...mark, more: 1 } },
      { [deleted]: { ...mark, rekey: false } },
      { [deleted]: { deleted: true, rekey: true } },
    ]) {
      const sealed = await seal(accountKey, contexts.index({ accountId }, 1), padDocument(document));
      expect(await codeOf(openIndex(accountKey, { accountId, indexRevision: 1 }, sealed))).toBe(
        'invalid_document',
      );
    }
  });

  it('tells rollback, fork, unlisted and vanished apart', () => {
    const later = { revision: 2, sha256: 'other' };
    expect(syncCode(() => checkFreshness(undefined, mark))).toBeUndefined();
    expect(syncCode(() => checkFreshness(mark, mark))).toBeUndefined();
    expect(syncCode(() => checkFreshness(mark, later))).toBeUndefined();
    expect(syncCode(() => checkFreshness(later, mark))).toBe('rollback');
    expect(syncCode(() => checkFreshness(mark, { ...mark, sha256: 'other' }))).toBe('fork');

    const index = { [transcriptId]: mark, [deleted]: { deleted: true as const } };
    expect(syncCode(() => checkListed(index, transcriptId, mark))).toBeUndefined();
    expect(syncCode(() => checkListed(index, transcriptId, later))).toBe('unlisted');
    expect(syncCode(() => checkListed(index, deleted, mark))).toBe('unlisted');
    expect(syncCode(() => checkListed(index, newId(), mark))).toBe('unlisted');
    expect(syncCode(() => checkListed(index, 'constructor', mark))).toBe('unlisted');
    expect(findVanished(index, [])).toEqual([transcriptId]);
    expect(findVanished(index, [transcriptId])).toEqual([]);
  });
});
