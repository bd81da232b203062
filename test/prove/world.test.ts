/** What the world does to a server: no disk to write to, a sudden end, requests that make no sense. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Sealscribe } from '@sealscribe/sdk-node';
import { describe } from 'vitest';
import { transcriptOf } from '../e2e/sdk-transcript.js';
import { startServer } from '../e2e/server-process.js';
import { JFK } from '../e2e/server-requests.js';
import { claim, type Look } from './claim.js';
import { failEverywhere } from './failing-requests.js';
import { both, startWith, type Leak } from './leaky-server.js';

const jfk = readFileSync(JFK);
const KILLS = process.env['SEALSCRIBE_LONG'] === '1' ? 200 : 5;

/** Whether this system lets a process have a world of its own. */
const bwrap = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0;

/** What fails where nothing but the data folder can be written. */
async function inReadOnlyWorld(leak?: Leak): Promise<Look> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sealscribe-prove-'));
  const world = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--bind', dataFolder, dataFolder];
  const server = await startWith(leak, { dataFolder, wrapper: ['bwrap', ...world, '--die-with-parent'] });
  const found: string[] = [];
  const step = async (what: string, work: () => Promise<unknown>) => {
    await work().catch((failure: unknown) => found.push(`${what}: ${(failure as Error).name}`));
  };
  const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint, retries: 0 });
  await step('signing up, saving, searching', async () => {
    const vault = await client.signUp({ email: 'world@example.com', password: 'only for this proof' });
    await vault.save(transcriptOf('in a world of its own'));
    await vault.search('world');
  });
  await step('transcribing', () => client.transcribe({ data: jfk, name: 'jfk.wav' }));
  await client.close();
  await server.kill();
  rmSync(dataFolder, { recursive: true, force: true });
  return { tried: 'signing up, saving, searching, transcribing under bubblewrap', found };
}

/** Kills a server again and again while somebody saves; tells what was acknowledged and is not there. */
async function killAgainAndAgain(rounds: number, loses: boolean): Promise<Look> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sealscribe-prove-'));
  const owner = { email: 'kept@example.com', password: 'only for this proof' };
  const acknowledged: string[] = [];
  const found: string[] = [];
  for (let round = 0; round <= rounds; round++) {
    const server = await startServer({ dataFolder, args: ['--workers', '1'] });
    const client = new Sealscribe({ server: server.url, fingerprint: server.fingerprint, retries: 0 });
    const vault = await (round === 0 ? client.signUp(owner) : client.unlock(owner));
    const there = new Set((await vault.list()).map(({ id }) => id));
    if (loses && round === rounds) there.delete(acknowledged[0] ?? '');
    for (const id of acknowledged) if (!there.has(id)) found.push('an acknowledged transcript is missing');
    const killed = round === rounds ? server.stop() : wait(200 + 150 * (round % 4)).then(() => server.kill());
    for (let i = 0; round < rounds; i++) {
      const saved = await vault.save(transcriptOf(`round ${round} number ${i}`)).catch(() => undefined);
      if (!saved) break;
      acknowledged.push(saved.id);
    }
    await killed;
    await client.close();
  }
  rmSync(dataFolder, { recursive: true, force: true });
  const lost = loses ? ', one of them left out of the list' : '';
  return { tried: `${rounds} times killed, ${acknowledged.length} transcripts acknowledged${lost}`, found };
}

describe('the world', () => {
  claim('works-where-nothing-can-be-written', {
    says: 'the server does all its work where only its data folder can be written',
    unless: bwrap ? undefined : 'bubblewrap is not here, or may not make a world',
    ...both(inReadOnlyWorld, 'disk'),
  });

  claim('acknowledged-is-kept', {
    says: 'what the server acknowledged is there after it is killed in the middle of writes',
    product: () => killAgainAndAgain(KILLS, false),
    control: () => killAgainAndAgain(1, true),
  });

  claim('errors-repeat-nothing', {
    says: 'no error repeats, in the log or in its answer, what a request said',
    ...both(failEverywhere, 'log'),
  });
});
