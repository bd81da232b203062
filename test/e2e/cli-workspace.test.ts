// Workspaces at the command line, against a real server: two people with a home folder each.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Sealscribe } from '@sealscribe/sdk-node';
import { hasBoth, prepareCommand } from './cli-command.js';
import { transcriptOf } from './sdk-transcript.js';
import { searchFolder } from '../../scripts/demo/search.mjs';
import { startServer, type RunningServer } from './server-process.js';

describe.skipIf(!hasBoth)('sealscribe workspace', () => {
  const password = `p-${randomUUID()}`;
  let server: RunningServer;
  let alice: ReturnType<typeof prepare>;
  let bob: ReturnType<typeof prepare>;
  let transcript: string;

  const prepare = (email: string) => {
    const cli = prepareCommand({
      SEALSCRIBE_SERVER: server.url,
      SEALSCRIBE_FINGERPRINT: server.fingerprint,
      SEALSCRIBE_EMAIL: email,
      SEALSCRIBE_PASSWORD: password,
    });
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await cli.command(['workspace', ...args]);
      const text = stdout.trim();
      return { code, text, stderr, json: /^[[{]/.test(text) ? JSON.parse(text) : undefined };
    };
    return { run, said: cli.said };
  };

  beforeAll(async () => {
    server = await startServer({ args: ['--workers', '1'] });
    alice = prepare('alice@example.com');
    bob = prepare('bob@example.com');
    const device = () => new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
    const [vault] = await Promise.all(
      ['alice', 'bob'].map((name) => device().signUp({ email: `${name}@example.com`, password })),
    );
    transcript = (await vault.save(transcriptOf('ask not what'), { title: 'Inaugural' })).id;
  });
  afterAll(() => server?.stop());

  test('from making one to leaving it', async () => {
    const { text: id } = await alice.run('create', 'Desk of zebras');
    const { text: bobs } = await bob.run('fingerprint');
    expect((await alice.run('invite', id, 'bob@example.com')).text).toBe(bobs);
    const invitations = await bob.run('invitations');
    expect([invitations.text.includes(id), invitations.stderr.includes(bobs)]).toEqual([true, true]);

    const other = bobs.replace(/^./, (digit) => (digit === '7' ? '8' : '7'));
    const refused = await alice.run('confirm', id, 'bob@example.com', other);
    expect([refused.code, refused.stderr]).toEqual([8, expect.stringContaining('fingerprint')]);
    const { text: alices } = await alice.run('confirm', id, 'bob@example.com', bobs, '--role', 'reader');
    expect((await bob.run('accept', id, bobs)).code).toBe(8);
    const accepted = await bob.run('accept', id, alices, '--json');
    expect(accepted.json).toEqual({ id, name: 'Desk of zebras', role: 'reader' });

    const { text: shared } = await alice.run('add', id, transcript);
    expect((await bob.run('transcripts', id)).text).toMatch(/Inaugural/);
    expect((await bob.run('get', id, shared, '--json')).json).toMatchObject({ id: shared, revision: 1 });
    expect((await bob.run('rm', id, shared, '--yes')).code).toBe(3);
    expect((await alice.run('role', id, 'bob@example.com', '--role', 'editor')).code).toBe(0);
    expect((await alice.run('rename', id, 'Desk of giraffes')).code).toBe(0);
    const { json: members } = await bob.run('members', id, '--json');
    expect(members.map(({ email, role }: { email: string; role: string }) => [email, role]).sort()).toEqual([
      ['alice@example.com', 'owner'],
      ['bob@example.com', 'editor'],
    ]);

    // What the server keeps says nothing of names or text.
    const secrets = ['zebras', 'giraffes', 'Inaugural', 'ask not what'].map((text) => ({
      what: text,
      value: text,
    }));
    expect(searchFolder(server.dataFolder, secrets)).toEqual([]);

    expect((await bob.run('leave', id)).code).toBe(0);
    expect((await alice.run('remove', id, 'bob@example.com')).code).toBe(0);
    expect((await alice.run('delete', id, '--yes', '--json')).json).toEqual({ id, deleted: true });
  });

  test('nothing that was said holds a password or what is sealed', () => {
    for (const secret of [password, 'zebras', 'ask not'])
      expect(alice.said() + bob.said()).not.toContain(secret);
  });
});
