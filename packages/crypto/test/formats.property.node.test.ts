// Every format with any content, cut anywhere, and any bytes in its place: what was sealed comes back, everything else is refused by
// one of the closed codes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cases } from '../../../test/fixtures/cases.js';
import { cut, places } from '../../../test/fixtures/cut.js';
import { bind } from '../src/bind.js';
import * as crypto from '../src/index.js';
import { padDocument, paddedLength, parseDocument } from '../src/padding.js';
import { importHmacKey } from '../src/webcrypto.js';

const { CryptoError } = crypto;
const key = await importHmacKey(new Uint8Array(32).fill(7));
const other = await importHmacKey(new Uint8Array(32).fill(8));
const baseline = await crypto.importKey(new Uint8Array(32).fill(9));
const context = Uint8Array.of(1, 2, 3);
const CHUNK = 16_384;
const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Lengths at which chunks begin and end, and others. */
const length = fc.oneof(
  fc.nat(300),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -20, max: 20 }))
    .map(([chunks, more]) => chunks * CHUNK + more),
);
const message = fc
  .tuple(length, fc.nat(255))
  .map(([size, first]) => Uint8Array.from({ length: size }, (_, i) => (first + i * 31) & 255));
const short = fc.uint8Array({ maxLength: 120 });

async function through(
  stream: TransformStream<Uint8Array, Uint8Array>,
  pieces: readonly Uint8Array[],
): Promise<Buffer> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const out: Uint8Array[] = [];
  for await (const piece of source.pipeThrough(stream)) out.push(piece);
  return Buffer.concat(out);
}

describe('seals', () => {
  it('any message comes back, as one piece and as a stream in any pieces', async () => {
    await fc.assert(
      fc.asyncProperty(message, places, places, async (plain, at, back) => {
        const sealed = await crypto.seal(key, context, plain);
        expect(hex(await crypto.open(key, context, sealed))).toBe(hex(plain));
        expect(hex(await through(crypto.openStream(key, context), cut(sealed, at)))).toBe(hex(plain));
        const streamed = await through(crypto.sealStream(key, context), cut(plain, at));
        expect(streamed.length).toBe(sealed.length);
        expect(hex(await crypto.open(key, context, streamed))).toBe(hex(plain));
        expect(hex(await through(crypto.openStream(key, context), cut(streamed, back)))).toBe(hex(plain));
      }),
      cases(150),
    );
  });

  it('a stream that is damaged or cut off anywhere fails like the whole', async () => {
    // Anywhere, and where a chunk ends or its tag begins.
    const place = fc.oneof(
      fc.nat(100_000),
      fc.tuple(fc.nat(3), fc.nat(20)).map(([chunks, more]) => 56 + chunks * (CHUNK + 16) + more),
    );
    const damage = fc.tuple(place, fc.integer({ min: 1, max: 255 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(message, damage, places, async (plain, [at, by, isCut], pieces) => {
        const sealed = await crypto.seal(key, context, plain);
        const bad = isCut ? sealed.slice(0, at % sealed.length) : sealed.slice();
        if (!isCut) bad[at % bad.length] = bad[at % bad.length] ^ by;
        const whole = await codeOf(() => crypto.open(key, context, bad));
        expect(['authentication_failed', 'malformed']).toContain(whole);
        expect(await codeOf(() => through(crypto.openStream(key, context), cut(bad, pieces)))).toBe(whole);
      }),
      cases(200),
    );
  });
});

/** The code that something ends with; whatever is no CryptoError is a fault. */
async function codeOf(act: () => unknown): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof CryptoError) return error.code;
    throw error;
  }
}

it('any bytes in the place of anything sealed are refused by a code', async () => {
  const opens: ((bytes: Uint8Array) => Promise<unknown>)[] = [
    (bytes) => crypto.decrypt(baseline, bytes),
    (bytes) => crypto.open(key, context, bytes),
    (bytes) => crypto.openTranscriptKey(key, { accountId: id, transcriptId: id }, bytes),
    (bytes) => crypto.openCard(key, { transcriptId: id, revision: 1 }, bytes),
    async (bytes) =>
      crypto.openPart(
        key,
        'words',
        { transcriptId: id, ref: { revision: 1, sha256: await crypto.sha256(bytes) } },
        bytes,
      ),
    (bytes) => crypto.openIndex(key, { accountId: id, indexRevision: 1 }, bytes),
    (bytes) => crypto.openShare(key, id, bytes),
    (bytes) => crypto.openLinkSecret(key, id, bytes),
    (bytes) => crypto.recoverAccountKey(key, id, bytes),
    (bytes) => crypto.openKeptAccountKey(key, id, bytes),
    (bytes) => crypto.openMembership(key, { accountId: id, workspaceId: id }, bytes),
    (bytes) =>
      crypto.openSearchEntry(
        key,
        { accountId: id, transcriptId: id, mark: { revision: 1, sha256: 'A'.repeat(43) } },
        bytes,
      ),
    (bytes) => through(crypto.openStream(key, context), [bytes]),
  ];
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(opens.length - 1), async (bytes, which) => {
      // A baseline blob has 28 bytes at least, a seal 72, and a sealed key 104: the third, ninth and tenth.
      const malformed = [2, 8, 9].includes(which)
        ? bytes.length !== 104
        : bytes.length < (which === 0 ? 28 : 72);
      expect(await codeOf(() => opens[which](bytes))).toBe(malformed ? 'malformed' : 'authentication_failed');
    }),
    cases(2_500),
  );
});

it('any JSON, sealed by somebody who has the key, opens as what was sealed or is no document', async () => {
  const contexts = {
    card: bind('sealscribe/card/v1', Buffer.alloc(16), 3),
    index: bind('sealscribe/index/v1', Buffer.alloc(16), 3),
  };
  const ref = {
    revision: fc.integer({ min: -1, max: 4 }),
    sha256: fc.constantFrom('A'.repeat(43), 'B'.repeat(43), '', 'A'.repeat(42)),
  };
  const odd = fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'parts',
    id,
    `${id.slice(1)}Q`,
    `${id.slice(1)}B`,
  );
  const entry = fc.oneof(
    fc.record(ref),
    fc.record({ ...ref, rekey: fc.constantFrom(true, false, 1) }),
    fc.constant({ deleted: true }),
    fc.jsonValue(),
  );
  const parts = fc.oneof(fc.record({ transcript: entry, words: entry }), fc.jsonValue());
  const text = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .array(fc.tuple(odd, entry))
      .map(
        (list) =>
          `{${list.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
      ),
    fc.tuple(fc.jsonValue(), parts).map(([title, named]) => JSON.stringify({ title, parts: named })),
  );
  await fc.assert(
    fc.asyncProperty(text, async (json) => {
      const bytes = Uint8Array.from(Buffer.from(json));
      const card = await crypto.seal(key, contexts.card, bytes);
      const index = await crypto.seal(key, contexts.index, bytes);
      let value: unknown;
      try {
        value = JSON.parse(json);
      } catch {
        value = undefined;
      }
      const results = [
        () =>
          crypto
            .openCard(key, { transcriptId: id, revision: 3 }, card)
            .then(({ card, parts }) => ({ ...card, parts })),
        () =>
          crypto.openIndex(key, { accountId: id, indexRevision: 3 }, index).then((opened) => opened.index),
      ];
      for (const open of results) {
        let opened: unknown;
        const code = await codeOf(async () => (opened = await open()));
        if (code === undefined) {
          expect(JSON.parse(JSON.stringify(opened))).toEqual(value);
          const { parts } = opened as { parts?: Record<string, unknown> };
          const isCard = open === results[0];
          if (isCard) expect(Object.keys(parts ?? {}).sort()).toEqual(['transcript', 'words']);
          for (const one of Object.values((isCard ? parts : opened) as object)) {
            if (!isCard && JSON.stringify(one) === '{"deleted":true}') continue;
            const { revision, sha256, rekey, ...more } = one as Record<string, unknown>;
            expect([more, isCard ? rekey : (rekey ?? true)]).toEqual([{}, isCard ? undefined : true]);
            expect(Number.isSafeInteger(revision) && (revision as number) >= 1).toBe(true);
            expect(sha256).toMatch(/^[AB]{43}$/);
          }
        } else expect(code).toBe('invalid_document');
      }
      expect(({} as Record<string, unknown>)['revision']).toBeUndefined();
    }),
    cases(1_000),
  );
});

it('documents come back whatever they hold, padded to one of few lengths', () => {
  const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'toJSON', ''));
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue({ noUnicodeString: false }), { maxKeys: 5 }), (document) => {
      const padded = padDocument(document);
      const json = JSON.stringify(document);
      expect(parseDocument(padded)).toEqual(JSON.parse(json));
      expect(padded.length).toBe(paddedLength(Buffer.byteLength(json)));
    }),
    cases(2_000),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.nat(100_000),
        fc.nat(2 ** 31 - 1),
        fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 48),
      ),
      (size) => {
        const padded = paddedLength(size);
        const least = Math.max(size, 1024);
        expect(padded >= least && padded <= least * 1.12).toBe(true);
        expect(paddedLength(padded)).toBe(padded);
        expect(paddedLength(size + 1)).toBeGreaterThanOrEqual(padded);
        // Of Padmé's form: so few bits at the top that their number takes no more bits than the exponent's length.
        const bits = BigInt(padded).toString(2);
        const exponent = bits.length - 1;
        expect(bits.replace(/0+$/, '').length).toBeLessThanOrEqual(exponent.toString(2).length + 1);
      },
    ),
    cases(4_000),
  );
});

it('bind() tells every list of values from every other, and can be taken apart again', () => {
  const field = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.string({ unit: 'grapheme', maxLength: 4 }).filter((text) => text.isWellFormed()),
    fc.nat(),
  );
  const label = fc.string({ unit: fc.constantFrom(...'abc/'), maxLength: 4 });
  fc.assert(
    fc.property(label, fc.array(field, { maxLength: 5 }), (name, fields) => {
      const bytes = Buffer.from(bind(name, ...fields));
      const end = bytes.indexOf(0);
      expect(bytes.toString('latin1', 0, end)).toBe(name);
      const read: string[] = [];
      for (let at = end + 1; at < bytes.length;) {
        const size = bytes.readUInt32BE(at);
        read.push(bytes.toString('hex', at + 4, at + 4 + size));
        at += 4 + size;
      }
      const number = (value: number) => {
        const eight = Buffer.alloc(8);
        eight.writeBigUInt64BE(BigInt(value));
        return eight;
      };
      expect(read).toEqual(
        fields.map((value) =>
          hex(
            typeof value === 'number'
              ? number(value)
              : typeof value === 'string'
                ? Buffer.from(value)
                : value,
          ),
        ),
      );
    }),
    cases(3_000),
  );
});

it('bytes as text: what Buffer writes and no other spelling', async () => {
  fc.assert(
    fc.property(short, (bytes) => {
      expect(crypto.encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(crypto.encodeBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      expect(hex(crypto.decodeBase64(Buffer.from(bytes).toString('base64')))).toBe(hex(bytes));
      expect(hex(crypto.decodeBase64url(Buffer.from(bytes).toString('base64url')))).toBe(hex(bytes));
    }),
    cases(3_000),
  );
  const spelled = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'ABQgwz019+/-_= \n'), maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(spelled, async (text) => {
      for (const [decode, alphabet] of [
        [crypto.decodeBase64, 'base64'],
        [crypto.decodeBase64url, 'base64url'],
      ] as const) {
        const bytes = Buffer.from(text, alphabet);
        const code = await codeOf(() => expect(hex(decode(text))).toBe(hex(bytes)));
        expect(code).toBe(bytes.toString(alphabet) === text ? undefined : 'malformed');
      }
    }),
    cases(5_000),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        short,
        fc.string({ unit: 'binary' }).map((text) => Uint8Array.from(Buffer.from(text))),
      ),
      async (bytes) => {
        const text = Buffer.from(bytes).toString('utf8');
        const code = await codeOf(() => expect(crypto.decodeText(Uint8Array.from(bytes))).toBe(text));
        expect(code).toBe(Buffer.compare(Buffer.from(text), bytes) === 0 ? undefined : 'malformed');
      },
    ),
    cases(4_000),
  );
});

it('a fragment says what it was made of, and any other text is refused by a code', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(0, 1),
      fc.nat(45),
      fc.constantFrom(...'AZ09-_+ é'),
      async (linkSecret, mode, at, one) => {
        const fragment = crypto.encodeFragment({ mode, linkSecret });
        const { mode: read, linkSecret: secret } = crypto.decodeFragment(fragment);
        expect([read, hex(secret), fragment.length]).toEqual([mode, hex(linkSecret), 46]);
        const changed = fragment.slice(0, at) + one + fragment.slice(at + 1);
        const code = await codeOf(() =>
          expect(crypto.encodeFragment(crypto.decodeFragment(changed))).toBe(changed),
        );
        expect([undefined, 'malformed', 'unknown_version']).toContain(code);
      },
    ),
    cases(2_000),
  );
});

it('an email has one spelling, whatever it is given', () => {
  const email = fc.oneof(
    fc.emailAddress(),
    fc.string({ unit: 'binary', maxLength: 12 }),
    // Letters that are one character only when they are small.
    fc.string({ unit: fc.constantFrom('H\u0331', 'J\u030c', '\u0130', '@', '.'), maxLength: 6 }),
    fc
      .tuple(fc.string({ unit: 'grapheme-composite', maxLength: 8 }), fc.domain())
      .map(([user, host]) => ` ${user}@${host} `),
  );
  fc.assert(
    fc.property(email, (given) => {
      let normal: string;
      try {
        normal = crypto.normalizeEmail(given);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        expect(!given.isWellFormed() || given.trim() === '' || /\p{Cc}/u.test(given)).toBe(true);
        return;
      }
      expect(crypto.normalizeEmail(normal)).toBe(normal);
      expect(crypto.normalizeEmail(given.normalize('NFD'))).toBe(normal);
    }),
    cases(4_000),
  );
});

it('a seal opens under its own key and context alone', async () => {
  await fc.assert(
    fc.asyncProperty(short, short, short, async (plain, one, two) => {
      const sealed = await crypto.seal(key, one, plain);
      expect(await codeOf(() => crypto.open(other, one, sealed))).toBe('authentication_failed');
      if (hex(one) !== hex(two))
        expect(await codeOf(() => crypto.open(key, two, sealed))).toBe('authentication_failed');
    }),
    cases(300),
  );
});
