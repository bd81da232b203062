/** A server that cheats at signing up, signing in, recovering and rotating: nothing weak is used, and nobody else's key is opened. */
import { newRecoveryWords, type KeptAccount, type StayStore } from '@sealscribe/sdk-node';
import type { StoredKeys } from '@sealscribe/protocol';
import { answering, flipped, inText, json, refusing, type HostileCase } from './sdk-hostile-case.js';
import { KEYS, LIST, PASSWORD, card, type Stage } from './sdk-hostile-stage.js';

const PRELOGIN = 'POST /v1/accounts/prelogin';
const SIGN_IN = 'POST /v1/sessions';
const RECOVERY = '/v1/accounts/recovery';
const SOMEBODY = 'A'.repeat(22);

/** A device that has seen nothing opens the vault. */
const newDevice = ({ device, owner }: Stage) => device().unlock(owner);
/** A device that has seen everything, in the session that it has. */
const oldDevice = ({ client, owner }: Stage) => client.unlock(owner);
const keys = (change: (keys: StoredKeys) => object) =>
  answering({ [KEYS]: json<StoredKeys>((stored) => ({ ...stored, ...change(stored) })) });
const iterationsOf = (iterations: number) => json((offered) => ({ ...offered, iterations }));

const weak: HostileCase[] = [
  ...[1, 99_999, 100_000, 599_999].map((iterations): HostileCase => ({
    does: `offers ${iterations} iterations to a device that has seen nothing`,
    use: newDevice,
    lie: () => answering({ [PRELOGIN]: iterationsOf(iterations) }),
    says: 'IntegrityError weak_kdf',
    hears: [PRELOGIN],
  })),
  {
    does: 'offers 100000 iterations to whoever just wants to sign in',
    use: ({ device, owner }) => device().signIn(owner),
    lie: () => answering({ [PRELOGIN]: iterationsOf(100_000) }),
    says: 'IntegrityError weak_kdf',
    hears: [PRELOGIN],
  },
  {
    does: 'offers 100000 iterations to private mode',
    use: ({ device, owner }) => device().privateMode(owner),
    lie: () => answering({ [PRELOGIN]: iterationsOf(100_000) }),
    says: 'IntegrityError weak_kdf',
    hears: [PRELOGIN],
  },
  {
    does: 'offers the floor to a device that has seen more',
    alone: true,
    use: ({ client, owner }) => client.signIn(owner),
    lie: async ({ client, owner }) => {
      await client.changeKeys(owner, { iterations: 610_000 });
      return answering({ [PRELOGIN]: iterationsOf(600_000) });
    },
    says: 'IntegrityError weak_kdf',
    hears: [PRELOGIN],
  },
  {
    does: 'weakens the key record only once somebody is signed in',
    use: newDevice,
    lie: () => keys(() => ({ iterations: 100_000 })),
    says: 'IntegrityError weak_kdf',
  },
  {
    does: 'offers so many iterations that a device would be busy for hours',
    use: newDevice,
    lie: () => answering({ [PRELOGIN]: iterationsOf(10_000_001) }),
    says: 'SealscribeError bad_answer',
    hears: [PRELOGIN],
  },
  ...['', 'A'.repeat(20), `${'A'.repeat(21)}B`, 'A'.repeat(24), null].map((salt): HostileCase => ({
    does: `offers ${salt === null ? 'no salt' : salt === '' ? 'an empty salt' : `the salt ${salt}`}`,
    use: newDevice,
    lie: () => answering({ [PRELOGIN]: json((offered) => ({ ...offered, salt })) }),
    says: 'SealscribeError bad_answer',
    hears: [PRELOGIN],
  })),
];

const record: HostileCase[] = [
  {
    does: 'gives the key record from before a change of the password',
    alone: true,
    use: ({ client, owner }) => client.unlock({ ...owner, password: 'a new one' }),
    lie: async ({ client, owner, honest }) => {
      const old = await honest(KEYS);
      await client.changeKeys(owner, { password: 'a new one' });
      return answering({ [KEYS]: old });
    },
    says: 'IntegrityError rollback',
  },
  {
    does: 'calls the key record newer than it is',
    use: oldDevice,
    lie: () => keys(({ keyVersion }) => ({ keyVersion: keyVersion + 1 })),
    says: 'WrongPasswordError wrong_password',
  },
  {
    does: 'gives the key record another salt',
    use: oldDevice,
    lie: () => keys(() => ({ salt: SOMEBODY })),
    says: 'WrongPasswordError wrong_password',
  },
  {
    does: 'gives the key record more iterations',
    use: oldDevice,
    lie: () => keys(() => ({ iterations: 600_001 })),
    says: 'WrongPasswordError wrong_password',
  },
  {
    does: 'flips a bit of the sealed account key',
    use: oldDevice,
    lie: () => keys(({ wraps }) => ({ wraps: { password: inText(flipped(60))(wraps.password) } })),
    says: 'WrongPasswordError wrong_password',
  },
  {
    does: 'gives an account key of its own, sealed for somebody else with the same password',
    use: oldDevice,
    lie: async ({ stranger }) => {
      const theirs = JSON.parse((await stranger.honest(KEYS)).body.toString()) as StoredKeys;
      return keys(() => ({ salt: theirs.salt, wraps: theirs.wraps, keyVersion: theirs.keyVersion }));
    },
    says: 'WrongPasswordError wrong_password',
  },
  {
    does: 'cuts the sealed account key',
    use: oldDevice,
    lie: () => keys(({ wraps }) => ({ wraps: { password: wraps.password.slice(0, -1) } })),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'gives the key record of another account in this session',
    use: oldDevice,
    lie: () => keys(() => ({ accountId: SOMEBODY })),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'signs one person in as another',
    use: newDevice,
    lie: async ({ stranger }) => {
      const { session } = stranger.client;
      return answering({ [SIGN_IN]: json(() => session), [KEYS]: await stranger.honest(KEYS) });
    },
    says: 'WrongPasswordError wrong_password',
  },
  {
    does: 'gives a session token that would break a header',
    use: ({ device, owner }) => device().signIn(owner),
    lie: () => answering({ [SIGN_IN]: json((session) => ({ ...session, token: 'a\r\nx-evil: 1' })) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'gives a new account the session of another one',
    use: ({ device }) => device().signUp({ email: `${crypto.randomUUID()}@example.com`, password: PASSWORD }),
    lie: () => answering({ 'POST /v1/accounts': json((session) => ({ ...session, accountId: SOMEBODY })) }),
    says: 'SealscribeError bad_answer',
  },
  {
    does: 'calls the right password wrong',
    use: newDevice,
    lie: () => answering({ [SIGN_IN]: refusing(401, 'wrong_credentials') }),
    says: 'WrongPasswordError wrong_password',
  },
];

/** Keeps the account of a person who stays signed in, as a device does. */
function newStay(): StayStore {
  let kept: KeptAccount | undefined;
  return {
    keep: async (_server, { accountId, accountKey, session }) =>
      void (kept = { accountId, accountKey, session }),
    load: async () => kept,
    forget: async () => void (kept = undefined),
  };
}
async function resume({ device, owner }: Stage): Promise<unknown> {
  const stay = newStay();
  await device({ stay }).unlock(owner, { stay: true });
  return (await device({ stay }).resume())?.list();
}
const staying: HostileCase[] = [
  {
    does: 'names another account to a device that stays signed in',
    use: resume,
    lie: () => {
      // The first answer is for the unlocking.
      let asked = 0;
      const other = json((keys) => ({ ...keys, accountId: SOMEBODY }));
      return answering({ [KEYS]: (honest) => (asked++ === 0 ? honest : other(honest)) });
    },
    says: 'SealscribeError bad_answer',
  },
];

const recover = ({ device, owner, recoveryWords }: Stage) => {
  const next = { newPassword: PASSWORD, newRecoveryWords: recoveryWords };
  return device().recover({ email: owner.email, recoveryWords, ...next });
};
const recovery: HostileCase[] = [
  {
    does: 'flips a bit of what the recovery words open',
    use: recover,
    lie: () =>
      answering({
        [`POST ${RECOVERY}`]: json<{ wrap: string }>((found) => ({
          ...found,
          wrap: inText(flipped(60))(found.wrap),
        })),
      }),
    says: 'IntegrityError authentication_failed',
    hears: [`POST ${RECOVERY}`],
  },
  {
    does: 'gives what the recovery words open as that of another account',
    use: recover,
    lie: () => answering({ [`POST ${RECOVERY}`]: json((found) => ({ ...found, accountId: SOMEBODY })) }),
    says: 'IntegrityError authentication_failed',
    hears: [`POST ${RECOVERY}`],
  },
  {
    does: 'ends a recovery in a session of another account',
    alone: true,
    forGood: true,
    use: recover,
    lie: () => answering({ [`PUT ${RECOVERY}`]: json((session) => ({ ...session, accountId: SOMEBODY })) }),
    says: 'SealscribeError bad_answer',
  },
];

const rotate = async ({ client, owner }: Stage) => client.rotateAccountKey(owner, await newRecoveryWords());
const rotation: HostileCase[] = [
  {
    does: 'keeps a transcript back while the account key is changed, which would be its end',
    alone: true,
    use: rotate,
    lie: ({ first }) =>
      answering({
        [LIST]: json<{ transcripts: { id: string }[] }>((page) => ({
          ...page,
          transcripts: page.transcripts.filter(({ id }) => id !== first),
        })),
      }),
    says: 'IntegrityError vanished of first',
  },
  {
    does: 'keeps the account from another key by an old index',
    alone: true,
    use: rotate,
    lie: ({ before }) => answering({ '/v1/vault/index': before.index }),
    says: 'IntegrityError rollback',
  },
  {
    does: 'gives the key of one transcript for that of another while the account key is changed',
    alone: true,
    use: rotate,
    lie: async ({ first, second, honest }) => {
      const { key } = JSON.parse((await honest(card(first))).body.toString()) as { key: string };
      return answering({
        [LIST]: json<{ transcripts: { id: string }[] }>((page) => ({
          ...page,
          transcripts: page.transcripts.map((info) => (info.id === second ? { ...info, key } : info)),
        })),
      });
    },
    says: 'IntegrityError authentication_failed of second',
  },
  {
    does: 'answers another account key with another index',
    alone: true,
    forGood: true,
    use: rotate,
    lie: () =>
      answering({ 'POST /v1/account/rotation': json((written) => ({ ...written, indexRevision: 9 })) }),
    says: 'SealscribeError bad_answer',
  },
];

export const signingIn: HostileCase[] = [...weak, ...record, ...staying, ...recovery, ...rotation];
