// A server that is killed while several clients write has lost nothing that it acknowledged: real server, real SDK, real
// store. A write that was cut off has happened whole or not at all. The clients remember the vault's index from round to round,
// so that a server that fell back would be caught by them too.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { MemoryFreshness, Sealscribe, type PrivateMode, type Vault } from '@sealscribe/sdk-node';
import { randomFrom } from './behaviour-mutations.js';
import { transcriptOf } from './sdk-transcript.js';
import { hasServer } from './server-requests.js';
import { startServer, type RunningServer } from './server-process.js';

const ROUNDS = process.env['SEALSCRIBE_LONG'] === '1' ? 200 : 20;
const seed = Number(process.env['SEALSCRIBE_SEED'] ?? 1);
const credentials = { email: 'writer@example.com', password: 'correct horse battery staple' };

/** What must be there: text and revision by id, or that it is gone. */
type Known = { text: string; revision: number } | 'gone';

describe.skipIf(!hasServer)(`a server killed while it writes, seed ${seed}`, () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sealscribe-killed-'));
  const freshness = new MemoryFreshness();
  const random = randomFrom(seed);
  const transcripts = new Map<string, Known>();
  const blobs = new Map<string, string>();
  let server: RunningServer | undefined;
  afterAll(async () => {
    await server?.kill();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  const start = () => startServer({ dataFolder, args: ['--workers', '1', '--log-level', 'error'] });
  const connect = ({ url, fingerprint }: RunningServer) =>
    new Sealscribe({ server: url, fingerprint, freshness, retries: 0, timeout: 20_000 });

  /** Writes until the server is gone; gives the ids whose last write nobody acknowledged. */
  async function write(vault: Vault, door: PrivateMode, writer: number): Promise<Set<string>> {
    const unsure = new Set<string>();
    const mine: string[] = [];
    for (let count = 0; ; count++) {
      const text = `round ${writer} ${count} ${'word '.repeat(count % 50)}`;
      const [id] = mine;
      try {
        if (id !== undefined && count % 4 === 1) {
          unsure.add(id);
          const { revision } = await vault.update(id, { transcript: transcriptOf(text) });
          transcripts.set(id, { text, revision });
          unsure.delete(id);
        } else if (id !== undefined && count % 4 === 2) {
          unsure.add(id);
          await vault.delete(id);
          transcripts.set(id, 'gone');
          unsure.delete(id);
          mine.shift();
        } else if (count % 4 === 3) {
          const { id } = await door.save(transcriptOf(text));
          blobs.set(id, text);
        } else {
          const { id, revision } = await vault.save(transcriptOf(text));
          transcripts.set(id, { text, revision });
          mine.push(id);
        }
      } catch {
        return unsure;
      }
    }
  }

  /** Opens the vault on the new server: it is what was acknowledged, and at most the cut-off writes besides. */
  async function check(vault: Vault, door: PrivateMode, unsure: Set<string>, writers: number): Promise<void> {
    const listed = new Map((await vault.list()).map((entry) => [entry.id, entry]));
    let strangers = 0;
    for (const [id, { revision }] of listed) {
      const known = transcripts.get(id);
      const certain = known !== undefined && !unsure.has(id);
      if (certain) expect({ id, revision }).toEqual({ id, revision: known === 'gone' ? 0 : known.revision });
      if (known === undefined) strangers++;
    }
    for (const [id, known] of transcripts)
      if (known !== 'gone' && !unsure.has(id)) expect(listed.has(id), `${id} is there`).toBe(true);
    expect(strangers).toBeLessThanOrEqual(writers);

    // Everything of this round is opened, and something of each earlier one.
    const ids = [...listed.keys()];
    for (const id of ids.filter((id, i) => !checked.has(id) || unsure.has(id) || i % 7 === 0)) {
      const { transcript, revision } = await vault.open(id);
      const known = transcripts.get(id);
      if (known !== undefined && known !== 'gone' && !unsure.has(id))
        expect(transcript.text).toBe(known.text);
      transcripts.set(id, { text: transcript.text, revision });
      checked.add(id);
    }
    for (const id of unsure) if (!listed.has(id)) transcripts.set(id, 'gone');

    const stored = new Set((await door.list()).map(({ id }) => id));
    for (const [id, text] of blobs) {
      expect(stored.has(id), `blob ${id} is there`).toBe(true);
      if (checked.has(id)) continue;
      expect((await door.open(id)).transcript.text).toBe(text);
      checked.add(id);
    }
    expect(stored.size - blobs.size - strayBlobs).toBeLessThanOrEqual(writers);
    strayBlobs = stored.size - blobs.size;
  }
  const checked = new Set<string>();
  let strayBlobs = 0;

  test(
    `${ROUNDS} times: nothing acknowledged is lost, nothing is there by half`,
    { timeout: ROUNDS * 60_000 },
    async () => {
      const WRITERS = 3;
      server = await start();
      const client = connect(server);
      let vault = await client.signUp(credentials);
      let door = await client.privateMode(credentials);
      let cutOff = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const enough = transcripts.size + blobs.size + 3 + Math.floor(random() * 15);
        const writing = Array.from({ length: WRITERS }, (_, writer) => write(vault, door, writer));
        // At a moment that has nothing to do with what is being written.
        while (transcripts.size + blobs.size < enough) await wait(5);
        await wait(random() * 200);
        await server.kill();
        const unsure = new Set((await Promise.all(writing)).flatMap((ids) => [...ids]));
        cutOff += unsure.size;
        server = await start();
        const again = connect(server);
        vault = await again.unlock(credentials);
        door = await again.privateMode(credentials);
        await check(vault, door, unsure, WRITERS);
      }
      const kept = [...transcripts.values()].filter((known) => known !== 'gone').length;
      process.stdout.write(
        `${ROUNDS} kills, seed ${seed}: ${transcripts.size} transcripts written (${kept} kept), ${blobs.size} blobs, ` +
          `${cutOff} changes cut off\n`,
      );
      expect(kept).toBeGreaterThan(ROUNDS);
      expect(await server.stop()).toEqual({ code: 0, signal: null });
    },
  );
});
