// Headers and queries of any content: what they mean by the specification, or a refusal by a code of the closed list.
import {
  MAX_STREAM_FRAME,
  idSchema,
  isErrorCode,
  listQuerySchema,
  parseByteCount,
} from '@sealscribe/protocol';
import type { FastifyRequest } from 'fastify';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases } from '../../../../test/fixtures/cases.js';
import { HttpError } from '../../src/http-error.js';
import { isPublicAddress } from '../../src/remote/addresses.js';
import { readAllowedHosts } from '../../src/remote/hosts.js';
import { pageOf } from '../../src/routes/page-query.js';
import { intentOf, replacedIndex } from '../../src/routes/revisions.js';
import { isKnown, rangeOf } from '../../src/routes/web-conditions.js';

/** What it gives, or the code of the refusal. */
function attempt<T>(act: () => T): { value: T } | { refused: string } {
  try {
    return { value: act() };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    expect(isErrorCode(error.code)).toBe(true);
    return { refused: error.code };
  }
}

const noise = fc.string({ unit: fc.constantFrom(...'0123456789-,="*W/ bytes;'), maxLength: 20 });

it('a range is the part that RFC 9110 says', () => {
  const place = fc.oneof(fc.nat(40), fc.nat());
  fc.assert(
    fc.property(fc.option(place), fc.option(place), fc.nat(40), (first, last, size) => {
      const range = rangeOf({ range: `bytes=${first ?? ''}-${last ?? ''}` }, { size, etag: '"a"' });
      const all = Array.from({ length: size }, (_, i) => i);
      if (first === null && last === null) return void expect(range).toBeUndefined();
      if (first !== null && last !== null && last < first) return void expect(range).toBeUndefined();
      const wanted =
        first === null
          ? last === 0
            ? []
            : all.slice(-(last ?? 0))
          : all.filter((i) => i >= first && i <= (last ?? size));
      if (wanted.length === 0) return void expect(range).toBeNull();
      expect(all.slice(range!.start, range!.end)).toEqual(wanted);
    }),
    cases(4_000),
  );
  fc.assert(
    fc.property(fc.oneof(noise, fc.string({ unit: 'binary' })), fc.nat(100), (header, size) => {
      const range = rangeOf({ range: header }, { size, etag: '"a"' });
      if (range) expect(range.start >= 0 && range.start < range.end && range.end <= size).toBe(true);
    }),
    cases(3_000),
  );
});

it('a file is known when its tag is in the list, weak or not', () => {
  const tag = fc.string({ unit: fc.constantFrom(...'abc123'), maxLength: 3 }).map((text) => `"${text}"`);
  fc.assert(
    fc.property(fc.array(fc.tuple(tag, fc.boolean()), { minLength: 1, maxLength: 4 }), tag, (list, etag) => {
      const header = list.map(([known, weak]) => (weak ? `W/${known}` : known)).join(' , ');
      expect(isKnown(header, etag)).toBe(list.some(([known]) => known === etag));
    }),
    cases(1_500),
  );
});

it('revisions and byte counts are whole numbers, or refused', () => {
  const number = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 999_999_999_999_999, 2 ** 53 - 1, 2 ** 53));
  const text = fc.oneof(
    number.map(String),
    number.map((n) => `"${n}"`),
    number.map((n) => `"0${n}"`),
    noise,
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(text, fc.boolean(), (header, ours) => {
      const name = ours ? 'if-match' : 'index-match';
      const headers = { [name]: header };
      const plain = /^"(\d+)"$/.exec(header)?.[1];
      const valid = plain !== undefined && String(Number(plain)) === plain && plain.length <= 15;
      if (ours) {
        const intent = attempt(() => intentOf({ headers } as unknown as FastifyRequest));
        expect(intent).toEqual(
          valid && Number(plain) >= 1 ? { value: { replaces: Number(plain) } } : { refused: 'bad_request' },
        );
      } else
        expect(attempt(() => replacedIndex({ headers } as unknown as FastifyRequest))).toHaveProperty(
          'refused',
        );
      const count = parseByteCount(header);
      const safe =
        /^\d+$/.test(header) && String(Number(header)) === header && Number.isSafeInteger(Number(header));
      expect(count).toBe(safe ? Number(header) : undefined);
    }),
    cases(4_000),
  );
  expect(Number.isSafeInteger(MAX_STREAM_FRAME)).toBe(true);
});

it('a page has a limit that the schema allows, and an id or none', () => {
  const query = fc.oneof(
    fc.record(
      {
        limit: fc.oneof(noise, fc.nat(2000).map(String)),
        after: fc.oneof(noise, fc.constant('AAAAAAAAAAAAAAAAAAAAAA')),
      },
      { requiredKeys: [] },
    ),
    fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.array(fc.string()))),
  );
  fc.assert(
    fc.property(query, (given) => {
      const page = attempt(() => pageOf({ query: given } as FastifyRequest));
      expect('value' in page).toBe(listQuerySchema.safeParse(given).success);
      if (!('value' in page)) return;
      const { limit, after } = page.value;
      expect(Number.isSafeInteger(limit) && limit >= 1 && limit <= 1000).toBe(true);
      if (after !== undefined) expect(idSchema.safeParse(after).success).toBe(true);
    }),
    cases(3_000),
  );
});

it('no address that stands for this machine or its network is public, however it is written', () => {
  const v4 = fc.tuple(fc.constantFrom(10, 127, 0, 224, 255, 169), fc.nat(255), fc.nat(255), fc.nat(255));
  fc.assert(
    fc.property(v4, ([a, b, c, d]) => {
      const plain = `${a}.${a === 169 ? 254 : b}.${c}.${d}`;
      const group = (high: number, low: number) => ((high << 8) | low).toString(16);
      const hexed = `${group(a, a === 169 ? 254 : b)}:${group(c, d)}`;
      for (const address of [
        plain,
        `::ffff:${plain}`,
        `::ffff:${hexed}`,
        `::${hexed}`,
        `64:ff9b::${hexed}`,
        `2002:${hexed}::1`,
        `fe80::${hexed}`,
        `fd00::${hexed}`,
      ])
        expect(isPublicAddress(address)).toBe(false);
    }),
    cases(1_000),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom(...'0123456789.:=[]xa-,') }),
        fc.ipV4(),
        fc.ipV6(),
        fc.domain(),
      ),
      (entry) => {
        try {
          for (const [name, place] of readAllowedHosts([entry])) {
            expect(new URL(`https://${name}`).hostname).toBe(name);
            if (place) expect(place.port >= 1 && place.port <= 65_535).toBe(true);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      },
    ),
    cases(2_000),
  );
});
