import { describe, expect, it } from 'vitest';
import { newId, openSearchEntry, sealSearchEntry } from '../src/index.js';
import { importHmacKey } from '../src/webcrypto.js';
import { codeOf } from './failure.js';

const hash = (first: string) => `${first}${'A'.repeat(42)}`;
const mark = { revision: 3, sha256: hash('A') };
const document = { text: 'words', ends: [5] };
const key = () => importHmacKey(new Uint8Array(32).fill(1));
const failed = 'authentication_failed';

describe('a search entry', () => {
  it('opens for the same transcript at the same mark, and says nothing by its size', async () => {
    const context = { accountId: newId(), transcriptId: newId(), mark };
    const sealed = await sealSearchEntry(await key(), context, document);
    expect(await openSearchEntry(await key(), context, sealed)).toEqual(document);
    expect(sealed).toHaveLength(1024 + 72);
  });

  it('opens for no other account, transcript, revision, card or key', async () => {
    const context = { accountId: newId(), transcriptId: newId(), mark };
    const sealed = await sealSearchEntry(await key(), context, document);
    for (const other of [
      { accountId: newId() },
      { transcriptId: newId() },
      { mark: { ...mark, revision: 2 } },
      { mark: { ...mark, sha256: hash('B') } },
    ])
      expect(await codeOf(openSearchEntry(await key(), { ...context, ...other }, sealed))).toBe(failed);
    const another = await importHmacKey(new Uint8Array(32).fill(2));
    expect(await codeOf(openSearchEntry(another, context, sealed))).toBe(failed);
  });

  it('of a workspace opens for its number of the key alone, and for no account', async () => {
    const [id, transcriptId] = [newId(), newId()];
    const context = { workspaceId: id, keyNumber: 2, transcriptId, mark };
    const sealed = await sealSearchEntry(await key(), context, document);
    expect(await openSearchEntry(await key(), context, sealed)).toEqual(document);
    for (const other of [
      { ...context, keyNumber: 1 },
      { ...context, workspaceId: newId() },
      { accountId: id, transcriptId, mark },
    ])
      expect(await codeOf(openSearchEntry(await key(), other, sealed))).toBe(failed);
  });

  it('is made for a mark and nothing else', async () => {
    const context = { accountId: newId(), transcriptId: newId() };
    for (const wrong of [
      { revision: 0, sha256: mark.sha256 },
      { revision: 1, sha256: 'short' },
    ]) {
      await expect(sealSearchEntry(await key(), { ...context, mark: wrong }, document)).rejects.toThrow(
        TypeError,
      );
      await expect(
        openSearchEntry(await key(), { ...context, mark: wrong }, new Uint8Array(72)),
      ).rejects.toThrow(TypeError);
    }
  });
});
