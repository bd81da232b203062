/** The backup of servers that share PostgreSQL, made and restored with the very commands of docs/self-hosting.md. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sealscribe } from '@sealscribe/sdk-node';
import { expect, test } from 'vitest';
import { has } from '../../scripts/setup.mjs';
import { hasPostgres, startPostgres } from '../fixtures/postgres.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

/** The lines of the documentation's block of shell that holds a word, but for those that say where the database is. */
function commandsWith(word: string): string {
  const text = readFileSync(new URL('../../docs/self-hosting.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block]) => block ?? '');
  const [found = '', ...more] = blocks.filter((block) => block.includes(word));
  expect([found === '', more]).toEqual([false, []]);
  return found.replace(/^export PG.*\n/m, '');
}

test.skipIf(!hasPostgres || !has('pg_dump'))(
  'pg_dump of a running server is restored into a new database, where everybody is',
  async () => {
    const postgres = await startPostgres();
    const place = mkdtempSync(join(tmpdir(), 'sealscribe-dump-'));
    const servers: RunningServer[] = [];
    const start = async (database: string) => {
      const server = await startServer({ env: { SEALSCRIBE_SERVER_DATABASE: database } });
      servers.push(server);
      const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint });
      return { server, client };
    };
    try {
      const address = postgres.createDatabase();
      const { pathname, searchParams } = new URL(address);
      const shell = (commands: string) => {
        const PGHOST = searchParams.get('host') ?? '';
        const env = {
          PGHOST,
          PGUSER: 'sealscribe',
          PGDATABASE: pathname.slice(1),
          PGPASSWORD: postgres.password,
        };
        const options = { cwd: place, encoding: 'utf8', env: { ...process.env, ...env } } as const;
        return spawnSync('sh', ['-euc', commands], options);
      };
      const person = { email: 'dumped@example.com', password: 'correct horse battery staple' };
      const { server, client } = await start(address);
      const vault = await client.signUp(person);
      const { id } = await vault.save(transcriptOf('before the dump'));
      expect(shell(commandsWith('pg_dump'))).toMatchObject({ status: 0, stderr: '' });
      expect(statSync(join(place, 'sealscribe.dump')).mode & 0o777).toBe(0o600);
      await vault.save(transcriptOf('after the dump'));
      await server.stop();

      expect(shell(commandsWith('pg_restore'))).toMatchObject({ status: 0, stderr: '' });
      const restored = await start(address.replace(pathname, '/sealscribe_restored'));
      const opened = await restored.client.unlock(person);
      expect((await opened.list()).map((entry) => entry.id)).toEqual([id]);
      expect((await opened.open(id)).transcript.text).toBe(transcriptOf('before the dump').text);
      await opened.save(transcriptOf('after the restoration'));
    } finally {
      await Promise.all(servers.map((each) => each.stop()));
      await postgres.stop();
      rmSync(place, { recursive: true });
    }
  },
);
