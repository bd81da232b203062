/**
 * A server that changes bytes: flipped, cut, lengthened, of another format. Wherever something is sealed, the words are the same.
 * Steps are of a size that takes every kind of byte; packages/crypto/test/cobblestone.test.ts flips every bit and cuts at every length.
 */
import { readFileSync } from 'node:fs';
import { deriveKey, encrypt } from '@sealscribe/sdk-node';
import type { TranscriptInfo } from '@sealscribe/protocol';
import { answering, bytes, flipped, inText, json, type HostileCase } from './sdk-hostile-case.js';
import { INDEX, body, card, words, list, open, type Stage } from './sdk-hostile-stage.js';

const twoKeys = JSON.parse(
  readFileSync(new URL('../../packages/crypto/vectors/hazard-gcm-two-keys.json', import.meta.url), 'utf8'),
) as { iv_hex: string; ciphertext_tag_hex: string };

type Change = (body: Buffer) => Buffer;
/** Every change in its turn, one for each time that it is asked. */
const inTurn = (changes: Change[]): { next: Change; times: number } => {
  let turn = 0;
  return { next: (body) => changes[turn++ % changes.length](body), times: changes.length };
};
/** Every so many bytes: flipping and cutting at each takes too long here, and is done where the bytes are opened. */
const STEP = 97;
const upTo = (length: number, step = 1) =>
  Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step);
const cut = (length: number) => (body: Buffer) => body.subarray(0, length);
const fieldOf = async ({ honest, first }: Stage, field: 'key' | 'card') =>
  Buffer.from(
    (JSON.parse((await honest(card(first))).body.toString()) as TranscriptInfo)[field],
    'base64url',
  );
const changing = (field: 'key' | 'card', next: Change) =>
  json<TranscriptInfo>((info) => ({ ...info, [field]: inText(next)(info[field]) }));

/** Sealed bytes under a short AES-GCM tag, which Web Crypto would take if anybody let the data say so. */
const shortTag = (sealed: Buffer) => Buffer.concat([sealed.subarray(0, -16), sealed.subarray(-16, -12)]);

const ofText: [string, (stage: Stage, sealed: Buffer) => Promise<Buffer> | Buffer][] = [
  ['as plaintext', (_, sealed) => Buffer.from(JSON.stringify({ segments: [] }).padEnd(sealed.length))],
  [
    'as a blob of private mode',
    async ({ owner }) =>
      Buffer.from(await encrypt(await deriveKey(owner.password, owner.email), '{"segments":[]}')),
  ],
  [
    'as bytes that open under two passwords',
    () => Buffer.from(twoKeys.iv_hex + twoKeys.ciphertext_tag_hex, 'hex'),
  ],
  ['with a short tag', (_, sealed) => shortTag(sealed)],
  ['with one byte more', (_, sealed) => Buffer.concat([sealed, Buffer.alloc(1)])],
  ['twice over', (_, sealed) => Buffer.concat([sealed, sealed])],
  ['as random bytes', (_, sealed) => Buffer.from(crypto.getRandomValues(new Uint8Array(sealed.length)))],
  ['as nothing', () => Buffer.alloc(0)],
];

export const changedBytes: HostileCase[] = [
  ...ofText.map(([how, make]): HostileCase => ({
    does: `gives a text ${how}`,
    use: open,
    lie: async (stage) => {
      const { first, honest } = stage;
      const offer = await make(stage, (await honest(body(first))).body);
      return answering({ [body(first)]: bytes(() => offer) });
    },
    says: 'IntegrityError authentication_failed of first',
  })),
  {
    does: "flips a bit anywhere in a transcript's key",
    use: open,
    lie: (stage) => {
      const bits = upTo(104 * 8, 13).map((bit) => (body: Buffer) => {
        body[bit >> 3] ^= 1 << (bit & 7);
        return body;
      });
      const { next, times } = inTurn(bits);
      return { lie: answering({ [card(stage.first)]: changing('key', next) }), times };
    },
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: "cuts a transcript's key anywhere",
    use: open,
    lie: ({ first }) => {
      const { next, times } = inTurn(upTo(104, 7).map(cut));
      return { lie: answering({ [card(first)]: changing('key', next) }), times };
    },
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'flips a bit anywhere in a card',
    use: open,
    lie: async (stage) => {
      const { length } = await fieldOf(stage, 'card');
      const { next, times } = inTurn(upTo(length, STEP).map(flipped));
      return { lie: answering({ [card(stage.first)]: changing('card', next) }), times };
    },
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'cuts a card anywhere',
    use: open,
    lie: async (stage) => {
      const { length } = await fieldOf(stage, 'card');
      const lengths = [...upTo(length, STEP), length - 1].filter((at) => at >= 72);
      const { next, times } = inTurn(lengths.map(cut));
      return { lie: answering({ [card(stage.first)]: changing('card', next) }), times };
    },
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'cuts a card shorter than anything sealed',
    use: open,
    lie: ({ first }) => {
      const { next, times } = inTurn([1, 23, 24, 55, 56, 71].map(cut));
      return { lie: answering({ [card(first)]: changing('card', next) }), times };
    },
    says: 'IntegrityError malformed of first',
  },
  ...(['body', 'words'] as const).flatMap((part): HostileCase[] => {
    const path = part === 'body' ? body : words;
    const name = part === 'body' ? 'the text' : 'the word times';
    return [
      {
        does: `flips a bit anywhere in ${name}`,
        use: open,
        lie: async ({ first, honest }) => {
          const { length } = (await honest(path(first))).body;
          const { next, times } = inTurn(upTo(length, STEP).map(flipped));
          return { lie: answering({ [path(first)]: bytes(next) }), times };
        },
        says: 'IntegrityError authentication_failed of first',
      },
      {
        does: `cuts ${name} anywhere`,
        use: open,
        lie: async ({ first, honest }) => {
          const { length } = (await honest(path(first))).body;
          const { next, times } = inTurn([...upTo(length, STEP), length - 1].map(cut));
          return { lie: answering({ [path(first)]: bytes(next) }), times };
        },
        says: 'IntegrityError authentication_failed of first',
      },
    ];
  }),
  {
    does: 'flips a bit anywhere in the index',
    use: list,
    lie: async ({ honest }) => {
      const { length } = (await honest(INDEX)).body;
      const { next, times } = inTurn(upTo(length, STEP).map(flipped));
      return { lie: answering({ [INDEX]: bytes(next) }), times };
    },
    says: 'IntegrityError authentication_failed',
  },
  {
    does: 'cuts the index anywhere',
    use: list,
    lie: async ({ honest }) => {
      const { length } = (await honest(INDEX)).body;
      const lengths = [...upTo(length, STEP), length - 1].filter((at) => at >= 72);
      const { next, times } = inTurn(lengths.map(cut));
      return { lie: answering({ [INDEX]: bytes(next) }), times };
    },
    says: 'IntegrityError authentication_failed',
  },
];
