import { describe, expect, test } from 'vitest';
import { MemoryFreshness } from '../src/index.js';
import { KeyFreshness, VaultFreshness } from '../src/freshness.js';

const account = 'A'.repeat(22);
const id = 'B'.repeat(22);
const mark = (revision: number, sha256 = `hash-${revision}`) => ({ revision, sha256 });

describe('index', () => {
  test('the same and newer ones are fresh, an older one is a rollback, another of the same revision a fork', async () => {
    const vault = new VaultFreshness(new MemoryFreshness(), account);
    await vault.seeIndex(mark(3));
    await vault.seeIndex(mark(3));
    await vault.seeIndex(mark(7));
    await expect(vault.seeIndex(mark(6))).rejects.toMatchObject({ code: 'rollback' });
    await expect(vault.seeIndex(mark(7, 'other'))).rejects.toMatchObject({ code: 'fork' });
    await vault.seeIndex(mark(7));
  });

  test('a vault that was not empty and now is, is a rollback', async () => {
    const vault = new VaultFreshness(new MemoryFreshness(), account);
    await vault.seeIndex(undefined);
    await vault.seeIndex(mark(1));
    await expect(vault.seeIndex(undefined)).rejects.toMatchObject({ code: 'rollback' });
  });
});

describe('transcripts', () => {
  test('one that fails is told with its id and does not move its mark; the others do', async () => {
    const vault = new VaultFreshness(new MemoryFreshness(), account);
    const other = 'C'.repeat(22);
    await vault.seeTranscripts(new Map([[id, mark(5)], [other, mark(1)]])); // prettier-ignore
    const problems = await vault.seeTranscripts(new Map([[id, mark(4)], [other, mark(2)]])); // prettier-ignore
    expect([...problems]).toEqual([[id, expect.objectContaining({ code: 'rollback', id })]]);
    expect((await vault.seeTranscripts(new Map([[id, mark(5)]]))).size).toBe(0);
    expect((await vault.seeTranscripts(new Map([[other, mark(1)]]))).size).toBe(1);
  });

  test('a write of this device counts as seen, also when answers arrive out of order', async () => {
    const vault = new VaultFreshness(new MemoryFreshness(), account);
    await vault.wrote(mark(9), id, mark(4));
    await vault.wrote(mark(8), id, mark(3));
    await expect(vault.seeIndex(mark(8))).rejects.toMatchObject({ code: 'rollback' });
    expect((await vault.seeTranscripts(new Map([[id, mark(3)]]))).get(id)?.code).toBe('rollback');
  });

  test('accounts do not mix', async () => {
    const store = new MemoryFreshness();
    await new VaultFreshness(store, account).seeIndex(mark(9));
    await new VaultFreshness(store, id).seeIndex(mark(1));
  });
});

describe('keys', () => {
  test('fewer iterations than before are weak, an older key record is a rollback', async () => {
    const keys = new KeyFreshness(new MemoryFreshness(), 'https://a', 'alice@example.com');
    await keys.check({ iterations: 600_000 });
    await keys.see({ keyVersion: 2, iterations: 1_000_000 });
    await expect(keys.check({ iterations: 600_000 })).rejects.toMatchObject({ code: 'weak_kdf' });
    await expect(keys.see({ keyVersion: 1, iterations: 1_000_000 })).rejects.toMatchObject({
      code: 'rollback',
    });
    await keys.check({ keyVersion: 2, iterations: 1_000_000 });
  });

  test('the store learns no email and no server', async () => {
    const seen: unknown[] = [];
    const update = async (name: string, change: (stored: undefined) => string) => {
      seen.push(name, change(undefined));
    };
    await new KeyFreshness({ update }, 'https://a.example', 'alice@example.com').see({
      keyVersion: 1,
      iterations: 600_000,
    });
    expect(JSON.stringify(seen)).not.toMatch(/alice|example/);
  });
});

test.each(['', 'null', '{}', '{"index":5,"transcripts":{}}', '{"index":null,"transcripts":{"x":1}}', '{'])(
  'marks that are damaged (%s) are an error, never taken for nothing seen',
  async (text) => {
    const update = async (_: string, change: (stored: string) => string) => void change(text);
    await expect(new VaultFreshness({ update }, account).seeIndex(mark(1))).rejects.toMatchObject({
      code: 'freshness_unreadable',
    });
  },
);
