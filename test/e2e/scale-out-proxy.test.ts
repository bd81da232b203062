// Three servers over one PostgreSQL behind the shipped nginx configuration: the journey of a client through it, no body on nginx's disk,
// and servers that are restarted one after the other under clients that go on writing.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShare, Sealscribe } from '@sealscribe/sdk-node';
import { bareWords } from '../../scripts/demo/recording.mjs';
import { has } from '../../scripts/setup.mjs';
import { hasPostgres, startPostgres, type Postgres } from '../fixtures/postgres.js';
import { speech } from './behaviour-requests.js';
import {
  hasHaproxy,
  hasNginx,
  startHaproxy,
  startMembers,
  startNginx,
  type Member,
  type Proxy,
} from './cluster.js';
import { transcriptOf } from './sdk-transcript.js';
import { hasServer, JFK, JFK_TEXT, newSession, transcribe } from './server-requests.js';
import { jfkSamples, Stream } from './stream-requests.js';
import { Uploader } from './upload-requests.js';

const LONG = process.env['SEALSCRIBE_LONG'] === '1';
const WATCHED = 'trace=open,openat,openat2,creat,memfd_create,rename,renameat,renameat2,link,linkat';
const person = { email: 'behind@example.com', password: 'correct horse battery staple' };

describe.skipIf(!hasServer || !hasPostgres || !hasNginx)('three servers behind nginx', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscribe-scale-'));
  let postgres: Postgres;
  let members: Member[];
  let proxy: Proxy;
  beforeAll(async () => {
    postgres = await startPostgres();
    members = await startMembers(3, postgres.createDatabase(), ['--drain', '10']);
    proxy = await startNginx(members);
  });
  afterAll(async () => {
    await proxy?.stop();
    await Promise.all((members ?? []).map((member) => member.stop()));
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const connect = (to = proxy) => new Sealscribe({ server: to.url, fingerprint: to.fingerprint });
  const serversOf = (route: string) =>
    members.filter(({ server }) => server.stderr().includes(`"route":"${route}"`)).length;

  test('a client journeys through it: signs up, transcribes with events, saves, shares, deletes', async () => {
    const client = connect();
    const vault = await client.signUp(person);
    const stages = new Set<string>();
    const transcript = await client.transcribe(
      { path: JFK },
      { onProgress: ({ stage }) => stages.add(stage) },
    );
    expect(bareWords(transcript.text)).toBe(bareWords(JFK_TEXT));
    // Events came while it went on, not all at its end.
    expect(stages.size).toBeGreaterThan(1);
    const { id } = await vault.save(transcript);
    const { link } = await vault.share(id);
    const { transcript: shared } = await openShare(link, { fingerprint: proxy.fingerprint });
    expect(shared.text).toBe(transcript.text);
    const other = await connect().unlock(person);
    expect((await other.open(id)).transcript.text).toBe(transcript.text);
    await other.delete(id);
    expect(await vault.list()).toEqual([]);
  });

  test('an upload in parts stays with its server; a live stream goes on as it comes', async () => {
    const file = speech({ times: 2 });
    for (let turn = 0; turn < 3; turn++) {
      const uploader = new Uploader(proxy.url, await newSession(proxy.url));
      const path = await uploader.create(file.length);
      for (let at = 0; at < file.length; at += 150_000) {
        const { status } = await uploader.patch(path, at, file.subarray(at, at + 150_000));
        expect(status).toBe(204);
      }
      expect(await uploader.offset(path)).toBe(file.length);
      expect((await uploader.send('DELETE', path)).status).toBe(204);
    }
    const stream = new Stream(proxy.url, { token: await newSession(proxy.url) });
    await stream.opened;
    stream.socket.send('{}');
    stream.socket.send(jfkSamples.subarray(0, 200_000));
    await expect.poll(() => stream.messages.some(({ text }) => (text ?? '') !== '')).toBe(true);
    stream.socket.close();
    // Clients are spread: what anybody may ask goes to every server.
    expect(serversOf('/v1/accounts')).toBeGreaterThan(1);
  });

  test.skipIf(!hasHaproxy)('the shipped HAProxy configuration passes the same on', async () => {
    const haproxy = await startHaproxy(members);
    try {
      const token = await newSession(haproxy.url);
      const uploader = new Uploader(haproxy.url, token);
      const path = await uploader.create(100_000);
      expect((await uploader.patch(path, 0, Buffer.alloc(60_000))).status).toBe(204);
      expect((await uploader.patch(path, 60_000, Buffer.alloc(40_000))).status).toBe(204);
      const answer = await transcribe(haproxy.url, token, readFileSync(JFK));
      expect(bareWords(answer.json.text as string)).toBe(bareWords(JFK_TEXT));
      const stream = new Stream(haproxy.url, { token });
      await stream.opened;
      stream.socket.close();
    } finally {
      await haproxy.stop();
    }
  });

  /** A proxy of its own under strace, and every file that it made or moved while a recording, a blob and their answers went through. */
  async function filesMade(change?: (text: string) => string): Promise<string[]> {
    const trace = join(folder, `trace-${change === undefined ? 'shipped' : 'control'}`);
    const wrapper = ['strace', '-D', '-f', '-qq', '-s', '200', '-o', trace, '-e', WATCHED];
    const watched = await startNginx(members, { wrapper, ...(change && { change }) });
    try {
      const token = await newSession(watched.url);
      const answer = await transcribe(watched.url, token, readFileSync(JFK));
      expect(bareWords(answer.json.text as string)).toBe(bareWords(JFK_TEXT));
      const chunked = await transcribe(watched.url, token, speech({ times: 3 }), { chunked: true });
      expect(chunked.status).toBe(200);
      const vault = await connect(watched).unlock(person);
      const { id } = await vault.save(transcriptOf('word '.repeat(60_000)));
      expect((await vault.open(id)).transcript.text).toContain('word word');
      await vault.delete(id);
    } finally {
      await watched.stop();
    }
    return readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /O_CREAT|O_WRONLY|O_RDWR|O_TMPFILE|creat\(|memfd|rename|link/.test(line))
      .filter(
        (line) => !/"\/dev\/null"|\/pid"|ENOENT|"[^"]*error\.log"|"\/run\/nginx|"\/dev\/ptmx/.test(line),
      );
  }

  test.skipIf(!has('strace'))(
    'nginx makes no file for what goes through it; told to buffer, it does',
    async () => {
      expect(await filesMade()).toEqual([]);
      const buffering = await filesMade((text) =>
        text
          .replace('proxy_request_buffering off', 'client_body_buffer_size 8k; proxy_request_buffering on')
          .replace('proxy_buffering off', 'proxy_buffering on'),
      );
      expect(buffering.filter((line) => /\/body\//.test(line))).not.toEqual([]);
    },
  );

  test(
    'servers restarted one after the other: nothing acknowledged is lost, and clients go on by their retries',
    async () => {
      const acknowledged = new Map<string, { writer: number; text: string }>();
      let going = true;
      const people = [0, 1, 2].map((one) => ({ ...person, email: `writer${one}@example.com` }));
      const writers = await Promise.all(people.map((each) => connect().signUp(each)));
      const writing = writers.map(async (vault, writer) => {
        for (let i = 0; going; i++) {
          const text = `writer ${writer}, number ${i}`;
          const { id } = await vault.save(transcriptOf(text));
          acknowledged.set(id, { writer, text });
          if (i % 3 === 0) {
            const changed = `${text}, changed`;
            await vault.update(id, { transcript: transcriptOf(changed) });
            acknowledged.set(id, { writer, text: changed });
          }
          // A short run is about the restarts.
          if (!LONG) await setTimeout(200);
        }
      });
      const failures: unknown[] = [];
      for (const one of writing) one.catch((error: unknown) => failures.push(error));
      for (let round = 0; round < (LONG ? 20 : 1); round++)
        for (const member of members) {
          const before = acknowledged.size;
          expect(await member.server.stop()).toEqual({ code: 0, signal: null });
          await expect.poll(() => acknowledged.size).toBeGreaterThan(before);
          await member.start();
          if (LONG)
            process.stdout.write(
              `round ${round + 1}: ${acknowledged.size} writes, ${failures.length} failures\n`,
            );
          const after = acknowledged.size;
          await expect.poll(() => acknowledged.size).toBeGreaterThan(after);
        }
      going = false;
      await Promise.allSettled(writing);
      expect(failures).toEqual([]);
      const readers = await Promise.all(people.map((each) => connect().unlock(each)));
      const lists = await Promise.all(readers.map((reader) => reader.list()));
      expect(new Set(lists.flat().map(({ id }) => id))).toEqual(new Set(acknowledged.keys()));
      for (const [id, { writer, text }] of acknowledged)
        expect((await readers[writer]?.open(id))?.transcript.text).toBe(text);
    },
    LONG ? 7_200_000 : 600_000,
  );
});
