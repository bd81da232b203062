// Wycheproof's cases for Cobblestone-256 lie in the shared folder beside the checkout.
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { open, openStream } from '../src/index.js';
import { importHmacKey, checkKeyBytes } from '../src/webcrypto.js';
import { failureOf } from './failure.js';
import { fromHex } from './hex.js';

const path = new URL(
  '../../../../shared/vectors/wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json',
  import.meta.url,
);
interface Case {
  tcId: number;
  comment: string;
  key: string;
  ctx: string;
  ct: string;
  msgLength?: number;
  msgSha512?: string;
  result: 'valid' | 'invalid';
  flags: string[];
}
const cases: Case[] = existsSync(path)
  ? (JSON.parse(readFileSync(path, 'utf8')) as { testGroups: { tests: Case[] }[] }).testGroups.flatMap(
      (g) => g.tests,
    )
  : [];

describe.skipIf(cases.length === 0)('Wycheproof Cobblestone-256', () => {
  it('has 35 cases', () => expect(cases).toHaveLength(35));

  for (const test of cases) {
    it(`${test.tcId} ${test.comment}: ${test.result}`, async () => {
      const raw = fromHex(test.key);
      if (test.flags.includes('InvalidKeySize')) {
        expect(() => checkKeyBytes(raw, 'key')).toThrow(RangeError);
        return;
      }
      const key = await importHmacKey(raw);
      const context = fromHex(test.ctx);
      const message = new Uint8Array(inflateSync(fromHex(test.ct)));
      const hash = createHash('sha512');
      let length = 0;
      const streaming = (async () => {
        const source = new Blob([message]).stream().pipeThrough(openStream(key, context));
        for await (const piece of source as unknown as AsyncIterable<Uint8Array>) {
          hash.update(piece);
          length += piece.length;
        }
      })();
      if (test.result === 'valid') {
        const opened = await open(key, context, message);
        expect(createHash('sha512').update(opened).digest('hex')).toBe(test.msgSha512);
        await streaming;
        expect(length).toBe(test.msgLength);
        expect(hash.digest('hex')).toBe(test.msgSha512);
      } else {
        // Both at once: either may be the first to fail.
        await Promise.all([failureOf(open(key, context, message)), failureOf(streaming)]);
        // What a stream released before it failed is a prefix of the valid chunks, never more.
        expect(length).toBeLessThanOrEqual(test.flags.includes('PartialPlaintext') ? test.msgLength! : 0);
      }
    });
  }
});
