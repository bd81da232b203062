/** A server that cheats about what it stored: acknowledged and dropped, stored as something else, shown to one device only. */
import type { TranscriptInfo } from '@sealscribe/protocol';
import { answerOf, answering, json, refusing, type HostileCase } from './sdk-hostile-case.js';
import { INDEX, LIST, card, list, open, type Stage } from './sdk-hostile-stage.js';
import { type Asked, type Lie } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';

const save = ({ vault }: Stage) => vault.save(transcriptOf('one more'));
const update = ({ vault, first }: Stage) => vault.update(first, { title: 'Newer' });

/** The sealed parts of a write. */
async function partsOf({ body, headers }: Asked): Promise<Record<string, Buffer>> {
  const type = { 'content-type': headers['content-type'] ?? '' };
  const form = await new Response(new Uint8Array(body), { headers: type }).formData();
  const parts = [...form].map(async ([name, file]): Promise<[string, Buffer]> => [
    name,
    Buffer.from(await (file as File).arrayBuffer()),
  ]);
  return Object.fromEntries(await Promise.all(parts));
}

/** What a device writes while the server only says that it stores it. */
async function swallow({ server }: Stage, write: () => Promise<unknown>): Promise<Record<string, Buffer>> {
  let swallowed: Record<string, Buffer> = {};
  server.lie = async (asked, ask) => {
    if (asked.method === 'GET') return undefined;
    const id = asked.path.split('/').at(-1);
    const { authorization } = asked.headers;
    const index = await ask({
      method: 'GET',
      path: INDEX,
      headers: { authorization },
      body: Buffer.alloc(0),
    });
    const indexRevision = Number(/\d+/.exec(index.headers.etag ?? '')?.[0]) + 1;
    if (asked.method === 'PUT') swallowed = await partsOf(asked);
    const revision = asked.headers['if-match']
      ? Number(asked.headers['if-match'].replaceAll('"', '')) + 1
      : 1;
    const written = { id, revision: asked.method === 'DELETE' ? 0 : revision, indexRevision };
    return answerOf(written, { status: 200, headers: {} });
  };
  await write();
  server.lie = undefined;
  return swallowed;
}

/** Nothing but the honest answers; the lie was told before. */
const honestly: Lie = (asked, ask) => ask(asked);

export const writing: HostileCase[] = [
  {
    does: 'stores nothing of a new transcript, and says that it did',
    alone: true,
    forGood: true,
    use: list,
    lie: async (stage) => {
      await swallow(stage, () => save(stage));
      return honestly;
    },
    says: 'IntegrityError rollback',
  },
  {
    does: 'stores nothing of a change, and says that it did',
    alone: true,
    forGood: true,
    use: open,
    lie: async (stage) => {
      await swallow(stage, () => update(stage));
      return honestly;
    },
    says: 'IntegrityError rollback',
  },
  {
    does: 'deletes nothing, and says that it did',
    alone: true,
    forGood: true,
    use: list,
    lie: async (stage) => {
      await swallow(stage, () => stage.vault.delete(stage.first));
      return honestly;
    },
    says: 'IntegrityError rollback',
  },
  {
    does: 'stores only the index of a new transcript',
    alone: true,
    forGood: true,
    use: list,
    lie: async (stage) => {
      const { index } = await swallow(stage, () => save(stage));
      const { headers } = await stage.honest(INDEX);
      const etag = `"${Number(/\d+/.exec(headers.etag ?? '')?.[0]) + 1}"`;
      return answering({ [INDEX]: { status: 200, headers: { etag }, body: index } });
    },
    says: 'DamagedVaultError damaged: ? vanished',
  },
  {
    does: 'shows two devices different indexes of one revision',
    alone: true,
    forGood: true,
    use: list,
    lie: async (stage) => {
      const other = await stage.device().unlock(stage.owner);
      await swallow(stage, () => save(stage));
      await other.save(transcriptOf('stored'));
      return honestly;
    },
    says: 'IntegrityError fork',
  },
  {
    does: 'shows two devices different cards of one revision',
    alone: true,
    forGood: true,
    use: open,
    lie: async (stage) => {
      const { vault, first, device, owner, honest } = stage;
      const other = await device().unlock(owner);
      const { index } = await swallow(stage, () => vault.update(first, { title: 'Ours' }));
      await other.update(first, { title: 'Theirs' });
      const { headers } = await honest(INDEX);
      return answering({ [INDEX]: { status: 200, headers, body: index }, [card(first)]: (info) => info });
    },
    says: 'IntegrityError fork of first',
  },
  {
    does: 'makes a device overwrite what it has not seen, by an old card',
    alone: true,
    use: update,
    lie: ({ first, before }) => answering({ [card(first)]: before.card }),
    says: 'IntegrityError rollback of first',
  },
  {
    does: 'makes a device overwrite what it has not seen, by an old vault',
    alone: true,
    use: update,
    lie: ({ first, before }) =>
      answering({ [card(first)]: before.card, [LIST]: before.list, [INDEX]: before.index }),
    says: 'IntegrityError rollback',
  },
  {
    does: 'answers a write with another id',
    alone: true,
    forGood: true,
    use: update,
    lie: ({ first, second }) =>
      answering({ [`PUT ${card(first)}`]: json((written) => ({ ...written, id: second })) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'answers a write with another index',
    alone: true,
    forGood: true,
    use: update,
    lie: ({ first }) =>
      answering({ [`PUT ${card(first)}`]: json((written) => ({ ...written, indexRevision: 2 ** 40 })) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'calls every write a lost race',
    alone: true,
    use: update,
    lie: ({ first }) => answering({ [`PUT ${card(first)}`]: refusing(409, 'revision_conflict') }),
    says: 'ApiError revision_conflict',
  },
  {
    does: 'gives an altered transcript as the one that a change collides with',
    alone: true,
    use: ({ vault, first }) => vault.update(first, { title: 'Newer' }, { revision: 2 }),
    lie: ({ first, before }) =>
      answering({
        [card(first)]: json<TranscriptInfo>((info) => ({
          ...info,
          revision: 3,
          key: (JSON.parse(before.card.body.toString()) as TranscriptInfo).key,
        })),
      }),
    says: 'IntegrityError authentication_failed of first',
  },
];
