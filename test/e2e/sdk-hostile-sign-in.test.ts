/** A server that cheats at signing in, or with the blobs of private mode: nothing weak is used and nothing altered is opened. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe, WrongPasswordError } from '@sealscribe/sdk-node';
import { startLyingServer, withJson, type LyingServer } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

let real: RunningServer;
let server: LyingServer;
beforeAll(async () => {
  real = await startServer();
  server = await startLyingServer(real.url);
});
afterAll(async () => {
  await server.stop();
  await real.stop();
});
afterEach(() => {
  server.lie = undefined;
});

let people = 0;
const newPerson = () => ({
  email: `victim${people++}@example.com`,
  password: 'correct horse battery staple',
});
const device = (options = {}) => new Sealscribe({ server: server.url, retries: 0, ...options });
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('signing in', () => {
  const weaken = (iterations: number) => {
    server.lie = async (asked, ask) =>
      /prelogin|\/account\/keys/.test(asked.path)
        ? withJson<object>(await ask(asked), (json) => ({ ...json, iterations }))
        : undefined;
  };

  test('a weak key derivation is refused by a device that has seen nothing, and no auth key is sent', async () => {
    const owner = newPerson();
    await device().signUp(owner);
    for (const iterations of [1, 100_000, 599_999]) {
      weaken(iterations);
      server.asked = [];
      expect(await failureOf(device().unlock(owner))).toMatchObject({ code: 'weak_kdf' });
      expect(server.asked.map(({ path }) => path)).toEqual(['/v1/accounts/prelogin']);
    }
  });

  test('a weaker one than before is refused by a device that has seen the account, even above the floor', async () => {
    const owner = newPerson();
    const client = device({ minIterations: 700_000 });
    await client.signUp(owner);
    const laxer = device();
    await laxer.unlock(owner);
    weaken(600_000);
    expect(await failureOf(laxer.unlock(owner))).toMatchObject({ code: 'weak_kdf' });
  });

  test('an older key record is a rollback, an altered one opens nothing', async () => {
    const owner = newPerson();
    const client = device();
    await client.signUp(owner);
    const change = (changes: object) => {
      server.lie = async (asked, ask) =>
        asked.path.endsWith('/account/keys')
          ? withJson<object>(await ask(asked), (json) => ({ ...json, ...changes }))
          : undefined;
    };
    change({ keyVersion: 2 });
    expect(await failureOf(client.unlock(owner))).toBeInstanceOf(WrongPasswordError);
    change({ salt: 'A'.repeat(22) });
    expect(await failureOf(client.unlock(owner))).toBeInstanceOf(WrongPasswordError);
    change({ wraps: { password: 'A'.repeat(139) } });
    expect(await failureOf(client.unlock(owner))).toBeInstanceOf(WrongPasswordError);
    change({ accountId: 'A'.repeat(22) });
    expect(await failureOf(client.unlock(owner))).toMatchObject({ code: 'bad_answer' });
    change({});
    await client.unlock(owner);
  });

  test('a blob of private mode that was swapped or changed does not open', async () => {
    const owner = newPerson();
    const client = device();
    await client.signUp(owner);
    const door = await client.privateMode(owner);
    const { id } = await door.save(transcriptOf('private'));
    server.lie = async (asked, ask) => {
      const answer = await ask(asked);
      answer.body[answer.body.length >> 1] ^= 1;
      return answer;
    };
    expect(await failureOf(door.open(id))).toMatchObject({
      name: 'IntegrityError',
      code: 'authentication_failed',
    });
  });
});
