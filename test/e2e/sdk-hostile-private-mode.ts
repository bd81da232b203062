/**
 * A server that cheats with the blobs of private mode. The contract as published has no associated data: that a server can give one of
 * a person's own blobs for another stands in docs/threat-model.md, and is no case here.
 */
import type { PrivateMode } from '@sealscribe/sdk-node';
import { bytes, answering, flipped, json, type HostileCase } from './sdk-hostile-case.js';
import type { Stage } from './sdk-hostile-stage.js';
import { transcriptOf } from './sdk-transcript.js';

type Blobs = { blobs: { id: string }[]; next: string | null };
const BLOB = '/v1/blobs/:id';

const doors = new WeakMap<Stage, Promise<PrivateMode>>();
/** The door of a stage; proving the password once is enough. */
function doorOf(stage: Stage): Promise<PrivateMode> {
  const door = doors.get(stage) ?? stage.client.privateMode(stage.owner);
  doors.set(stage, door);
  return door;
}

/** Opens the first blob; where there is none yet, one is made. */
async function open(stage: Stage): Promise<unknown> {
  const door = await doorOf(stage);
  const [blob] = await door.list();
  return door.open(blob ? blob.id : (await door.save(transcriptOf('private'))).id);
}
const list = async (stage: Stage) => (await doorOf(stage)).list();

export const privateMode: HostileCase[] = [
  ...[0, 11, 12, 100, -1].map((at): HostileCase => ({
    does: `flips a bit of a blob at ${at}`,
    use: open,
    lie: () => answering({ [BLOB]: bytes(flipped(at)) }),
    says: 'IntegrityError authentication_failed of ?',
  })),
  ...[28, 100].map((length): HostileCase => ({
    does: `cuts a blob to ${length} bytes`,
    use: open,
    lie: () => answering({ [BLOB]: bytes((blob) => blob.subarray(0, length)) }),
    says: 'IntegrityError authentication_failed of ?',
  })),
  {
    does: 'cuts a blob shorter than anything sealed',
    use: open,
    lie: () => answering({ [BLOB]: bytes((blob) => blob.subarray(0, 27)) }),
    says: 'IntegrityError malformed of ?',
  },
  {
    does: "gives somebody else's blob",
    use: open,
    lie: async ({ stranger }) => {
      const door = await stranger.client.privateMode(stranger.owner);
      const { id } = await door.save(transcriptOf('a plant'));
      return answering({ [BLOB]: await stranger.honest(`/v1/blobs/${id}`) });
    },
    says: 'IntegrityError authentication_failed of ?',
  },
  {
    does: 'lists a blob with an id of odd bytes',
    use: list,
    lie: () =>
      answering({
        '/v1/blobs': json<Blobs>((page) => ({ ...page, blobs: [{ ...page.blobs[0], id: '../x' }] })),
      }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'lists blobs without end',
    use: list,
    lie: () => {
      let page = 0;
      return answering({
        '/v1/blobs': json<Blobs>((found) => ({
          ...found,
          next: page++ > 1000 ? null : `${'A'.repeat(21)}${page % 2 ? 'A' : 'Q'}`,
        })),
      });
    },
    says: 'SealscribeError bad_answer',
  },
];
