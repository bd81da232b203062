/** A program that uses the SDK in Node: what is left of keys in its memory after a lock and a sign-out. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe } from 'vitest';
import { openAccountKey } from '../../scripts/demo/auditor.mjs';
import { hasProc } from '../e2e/behaviour-processes.js';
import { writableMemory } from '../e2e/process-memory.js';
import { transcriptOf } from '../e2e/sdk-transcript.js';
import { startServer, type RunningServer } from '../e2e/server-process.js';
import { call } from '../e2e/server-requests.js';
import { claim, type Look } from './claim.js';
import { asFiles, removePlaces, searchIn, type Secret } from './places.js';

let server: RunningServer;
beforeAll(async () => void (server = await startServer({ args: ['--workers', '1'] })));
afterAll(async () => {
  await server?.stop();
  removePlaces();
});

/** A program of its own, which does what it is asked and then has its garbage collected. */
class Program {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('heap-child.mjs', import.meta.url)), {
    execArgv: ['--expose-gc'],
  });

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async ask(what: 'use' | 'end' | 'heap', about: object = {}): Promise<unknown> {
    this.#child.send({ ask: what, ...about });
    const [{ answer }] = (await once(this.#child, 'message')) as [{ answer: unknown }];
    return answer;
  }

  stop(): void {
    this.#child.kill();
  }
}

/** Has a program use an account; gives it with the account's secrets. */
async function use(keep: boolean): Promise<{ program: Program; password: Secret; keys: Secret[] }> {
  const owner = {
    email: `heap${randomBytes(6).toString('hex')}@example.com`,
    password: `password${randomBytes(12).toString('hex')}`,
  };
  const program = new Program();
  const { url, fingerprint } = server;
  const transcript = transcriptOf('ask not what your country can do for you');
  const session = await program.ask('use', { server: url, fingerprint, owner, transcript, keep });
  const { token } = session as { token: string };
  const answer = await call(`${url}/v1/account/keys`, { headers: { authorization: `Bearer ${token}` } });
  const { root, accountKey } = openAccountKey(owner, answer.json);
  return {
    program,
    password: { what: 'password', value: owner.password },
    keys: [
      { what: 'root key', value: root },
      { what: 'account key', value: accountKey },
    ],
  };
}

/** Which raw keys are anywhere in the memory of a process, also where no script reaches. */
function inMemory(pid: number, keys: readonly Secret[]): Look {
  const found = new Set<string>();
  for (const memory of writableMemory(pid))
    for (const { what, value } of keys) if (memory.includes(value)) found.add(`the ${what}`);
  return { tried: `${keys.length} raw keys, all memory of the process`, found: [...found] };
}

describe('a program in Node', () => {
  claim('keys-leave-memory', {
    says: 'after a lock and a sign-out no raw key is anywhere in the memory of a program that uses the SDK',
    unless: hasProc ? undefined : 'this system does not show memory',
    product: async () => {
      const { program, keys } = await use(false);
      await program.ask('end');
      const look = inMemory(program.pid, keys);
      program.stop();
      return look;
    },
    control: async () => {
      const { program, keys } = await use(false);
      const look = inMemory(program.pid, keys);
      program.stop();
      return { ...look, tried: 'the same while the vault is open' };
    },
  });

  claim('heap-forgets-password', {
    says: 'nor has its heap a string with the password or a key',
    product: async () => {
      const { program, password, keys } = await use(false);
      await program.ask('end');
      const strings = String(await program.ask('heap'));
      program.stop();
      return searchIn(asFiles(strings), [password, ...keys], `${strings.length} characters of strings`);
    },
    control: async () => {
      const { program, password } = await use(true);
      await program.ask('end');
      const strings = String(await program.ask('heap'));
      program.stop();
      return searchIn(asFiles(strings), [password], 'a program that keeps the password');
    },
  });
});
