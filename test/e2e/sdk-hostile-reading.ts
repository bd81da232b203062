/** A server that gives something else than what stands in the vault: older, swapped, mixed, missing, planted or nonsense. */
import type { TranscriptInfo } from '@sealscribe/protocol';
import { answering, headers, json, refusing, type HostileCase } from './sdk-hostile-case.js';
import { INDEX, LIST, body, card, revisions, words, list, open } from './sdk-hostile-stage.js';
import type { Answered } from './sdk-lying-server.js';

type List = { transcripts: TranscriptInfo[]; next: string | null };
type Revisions = { revisions: { revision: number; card: string }[] };

const parse = <T>(answer: Answered) => JSON.parse(answer.body.toString()) as T;
/** The list with other entries. */
const listing = (change: (transcripts: TranscriptInfo[]) => TranscriptInfo[]) =>
  json<List>((page) => ({ ...page, transcripts: change(page.transcripts) }));
/** The list with `info` in the place of the entry of the same id. */
const showing = (info: TranscriptInfo) =>
  listing((all) => all.map((entry) => (entry.id === info.id ? info : entry)));

const older: HostileCase[] = [
  {
    does: 'lists the vault as it was before',
    use: list,
    lie: ({ before }) => answering({ [LIST]: before.list, [INDEX]: before.index }),
    says: 'IntegrityError rollback',
  },
  {
    does: 'lists the vault as it was before, to one who compares fingerprints',
    use: ({ vault }) => vault.fingerprint(),
    lie: ({ before }) => answering({ [INDEX]: before.index }),
    says: 'IntegrityError rollback',
  },
  {
    does: 'lists the vault as it was before, to one who deletes',
    alone: true,
    use: ({ vault, first }) => vault.delete(first),
    lie: ({ before }) => answering({ [INDEX]: before.index }),
    says: 'IntegrityError rollback',
  },
  {
    does: 'searches the vault as it was before',
    use: ({ vault }) => vault.search('secret'),
    lie: ({ before }) => answering({ [LIST]: before.list, [INDEX]: before.index }),
    says: 'IntegrityError rollback',
  },
  {
    does: 'has an empty vault of late',
    use: list,
    lie: () => answering({ [LIST]: listing(() => []), [INDEX]: refusing(404, 'not_found') }),
    says: 'IntegrityError rollback',
  },
  {
    does: 'gives an old card of one transcript',
    use: open,
    lie: ({ first, before }) => answering({ [card(first)]: before.card }),
    says: 'IntegrityError rollback of first',
  },
  {
    does: 'gives an old card of one transcript to a device that has seen nothing',
    use: async ({ device, owner, first }) => (await device().unlock(owner)).open(first),
    lie: ({ first, before }) => answering({ [card(first)]: before.card }),
    says: 'IntegrityError rollback of first',
  },
  {
    does: 'lists an old card of one transcript',
    use: list,
    lie: ({ before }) => answering({ [LIST]: showing(parse(before.card)) }),
    says: 'DamagedVaultError damaged: first rollback',
  },
  {
    does: 'lists an old card of one transcript, to one who searches with another device',
    use: async ({ device, owner }) => (await device().unlock(owner)).search('secret'),
    lie: ({ first, before }) =>
      answering({ [LIST]: showing(parse(before.card)), [card(first)]: before.card }),
    says: 'DamagedVaultError damaged: first rollback',
  },
  {
    does: 'says that an old card is of the present revision',
    use: open,
    lie: ({ first, before }) =>
      answering({ [card(first)]: json(() => ({ ...parse<object>(before.card), revision: 2 })) }),
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'gives old text under the present card, and says so',
    use: open,
    lie: ({ first, before }) => answering({ [body(first)]: before.body }),
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'gives old text under the present card, and calls it present',
    use: open,
    lie: ({ first, before }) =>
      answering({ [body(first)]: headers({ 'sealscribe-part-revision': '2' })(before.body) }),
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'gives old word times under the present text',
    use: open,
    lie: ({ first, before }) =>
      answering({ [words(first)]: headers({ 'sealscribe-part-revision': '2' })(before.words) }),
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'gives an older revision for the one that is asked for',
    use: ({ vault, first }) => vault.openRevision(first, 1),
    lie: ({ first }) =>
      answering({ [`${revisions(first)}/1`]: json((found) => ({ ...found, revision: 7 })) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'gives the present text for that of an earlier revision',
    use: ({ vault, first }) => vault.openRevision(first, 1),
    lie: async ({ first, honest }) => {
      const present = (await honest(body(first))).body.toString('base64url');
      return answering({ [`${revisions(first)}/1`]: json((found) => ({ ...found, transcript: present })) });
    },
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'gives the present card for an earlier one, to one who restores it',
    use: ({ vault, first }) => vault.restore(first, 1),
    alone: true,
    lie: async ({ first, honest }) => {
      const present = parse<TranscriptInfo>(await honest(card(first))).card;
      return answering({ [`${revisions(first)}/1`]: json((found) => ({ ...found, card: present })) });
    },
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'invents an earlier revision',
    use: ({ vault, first }) => vault.history(first),
    lie: ({ first, before }) =>
      answering({
        [revisions(first)]: json<Revisions>(() => ({
          revisions: [{ revision: 2, card: parse<TranscriptInfo>(before.card).card }],
        })),
      }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'lists earlier revisions out of order',
    use: ({ vault, first }) => vault.history(first),
    lie: ({ first }) =>
      answering({ [revisions(first)]: json<Revisions>(({ revisions: [r] }) => ({ revisions: [r, r] })) }),
    says: 'SealscribeError bad_answer',
  },
];

const swapped: HostileCase[] = [
  {
    does: 'swaps two transcripts',
    use: open,
    lie: async ({ first, second, honest }) => {
      const other = parse<TranscriptInfo>(await honest(card(second)));
      return answering({ [card(first)]: json(() => ({ ...other, id: first })) });
    },
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'swaps two transcripts in the list',
    use: list,
    lie: () =>
      answering({
        [LIST]: listing(([a, b]) => [
          { ...a, key: b.key, card: b.card, revision: b.revision },
          { ...b, key: a.key, card: a.card, revision: a.revision },
        ]),
      }),
    says: 'DamagedVaultError damaged: first authentication_failed, second authentication_failed',
  },
  {
    does: 'swaps the keys of two transcripts',
    use: list,
    lie: () =>
      answering({
        [LIST]: listing(([a, b]) => [
          { ...a, key: b.key },
          { ...b, key: a.key },
        ]),
      }),
    says: 'DamagedVaultError damaged: first authentication_failed, second authentication_failed',
  },
  {
    does: 'gives another transcript than the one that is asked for',
    use: open,
    lie: async ({ first, second, honest }) => answering({ [card(first)]: await honest(card(second)) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'swaps the texts of two transcripts',
    use: open,
    lie: async ({ first, second, honest }) => answering({ [body(first)]: await honest(body(second)) }),
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'swaps the word times of two transcripts',
    use: open,
    lie: async ({ first, second, honest }) => answering({ [words(first)]: await honest(words(second)) }),
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: 'swaps text and word times of one transcript',
    use: open,
    lie: async ({ first, honest }) =>
      answering({ [body(first)]: await honest(words(first)), [words(first)]: await honest(body(first)) }),
    says: 'IntegrityError authentication_failed of first',
  },
  {
    does: "gives somebody else's index",
    use: list,
    lie: async ({ stranger }) =>
      answering({ [INDEX]: headers({ etag: '"9"' })(await stranger.honest(INDEX)) }),
    says: 'IntegrityError authentication_failed',
  },
  {
    does: "plants somebody else's transcript",
    use: list,
    lie: async ({ stranger }) => {
      const plant = parse<TranscriptInfo>(await stranger.honest(card(stranger.plant)));
      return answering({ [LIST]: listing((all) => [...all, plant]) });
    },
    says: 'DamagedVaultError damaged: plant authentication_failed',
  },
  {
    does: "gives somebody else's transcript under the id of ours",
    use: open,
    lie: async ({ stranger, first }) => {
      const plant = parse<TranscriptInfo>(await stranger.honest(card(stranger.plant)));
      return answering({ [card(first)]: json(() => ({ ...plant, id: first })) });
    },
    says: 'IntegrityError authentication_failed of first',
  },
];

const missing: HostileCase[] = [
  {
    does: 'keeps a transcript back',
    use: list,
    lie: ({ first }) => answering({ [LIST]: listing((all) => all.filter(({ id }) => id !== first)) }),
    says: 'DamagedVaultError damaged: first vanished',
  },
  {
    does: 'does not know a transcript any more',
    use: open,
    lie: ({ first }) => answering({ [card(first)]: refusing(404, 'not_found') }),
    says: 'IntegrityError vanished of first',
  },
  {
    does: 'does not know the text of a transcript any more',
    use: open,
    lie: ({ first }) => answering({ [body(first)]: refusing(404, 'not_found') }),
    says: 'IntegrityError vanished of first',
  },
  {
    does: 'lists a deleted transcript again',
    alone: true,
    use: list,
    lie: async ({ vault, first, honest }) => {
      const back = parse<TranscriptInfo>(await honest(card(first)));
      await vault.delete(first);
      return answering({ [LIST]: listing((all) => [...all, back]) });
    },
    says: 'DamagedVaultError damaged: first unlisted',
  },
  {
    does: 'gives a deleted transcript again',
    alone: true,
    forGood: true,
    use: open,
    lie: async ({ vault, first, honest }) => {
      const back = await honest(card(first));
      await vault.delete(first);
      return answering({ [card(first)]: back });
    },
    says: 'IntegrityError unlisted of first',
  },
  {
    does: 'puts an old index over everything else that is present',
    use: async ({ device, owner }) => (await device().unlock(owner)).list(),
    lie: ({ before }) => answering({ [INDEX]: before.index }),
    says: 'DamagedVaultError damaged: first unlisted',
  },
];

const odd: HostileCase[] = [
  ...[
    '../../v1/account/keys',
    '%2e%2e%2f',
    'A'.repeat(21),
    `${'A'.repeat(21)}B`,
    `${'A'.repeat(20)}\u0000A`,
    '__proto__',
  ].map((id): HostileCase => ({
    does: `lists an id with odd bytes, ${JSON.stringify(id)}`,
    use: list,
    lie: () => answering({ [LIST]: listing(([a, ...rest]) => [{ ...a, id }, ...rest]) }),
    says: 'SealscribeError bad_answer',
  })),
  ...[0, -1, 1.5, 2 ** 53, '2', null].map((revision): HostileCase => ({
    does: `calls a revision ${JSON.stringify(revision)}`,
    use: open,
    lie: ({ first }) => answering({ [card(first)]: json((info) => ({ ...info, revision })) }),
    says: 'SealscribeError bad_answer',
  })),
  ...['', '2', 'W/"2"', '"0"', '"-1"', '"1e3"', undefined].map((etag): HostileCase => ({
    does: `tags the index with ${etag ?? 'nothing'}`,
    use: list,
    lie: () => answering({ [INDEX]: headers({ etag }) }),
    says: 'SealscribeError bad_answer',
  })),
  {
    does: 'calls the index newer than it is',
    use: list,
    lie: () => answering({ [INDEX]: headers({ etag: '"99"' }) }),
    says: 'IntegrityError authentication_failed',
  },
  {
    does: 'lists one transcript twice',
    use: list,
    lie: () => answering({ [LIST]: listing((all) => [...all, all[0]]) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'has pages without end',
    use: list,
    lie: () => answering({ [LIST]: json<List>((page) => ({ ...page, next: 'A'.repeat(22) })) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'has empty pages without end',
    use: list,
    lie: () => answering({ [LIST]: json<List>(() => ({ transcripts: [], next: 'A'.repeat(22) })) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'names a format of its own',
    use: open,
    lie: ({ first }) => answering({ [card(first)]: json((info) => ({ ...info, format: 'sealed-v2' })) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'sends a web page',
    use: list,
    lie: () =>
      answering({
        [LIST]: {
          status: 200,
          headers: { 'content-type': 'text/html' },
          body: Buffer.from('<p>Sign in</p>'),
        },
      }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'refuses with a code and a message of its own',
    use: list,
    lie: () => answering({ [LIST]: refusing(402, 'pay_here') }),
    says: 'ApiError unknown',
  },
];

export const reading: HostileCase[] = [...older, ...swapped, ...missing, ...odd];
