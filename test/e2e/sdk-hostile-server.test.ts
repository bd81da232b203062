/**
 * A storage server that wants to cheat wins nothing: whatever it gives, the client either opens what its owner wrote last or says what
 * is wrong, and tells the server nothing about it. The cases stand in the tables of sdk-hostile-*.ts, by what the server does.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answering, bytes, flipped, verdictOf, type HostileCase } from './sdk-hostile-case.js';
import { body, newStage, newStranger, type Stage } from './sdk-hostile-stage.js';
import { tables } from './sdk-hostile-tables.js';
import { startLyingServer, type Lie, type LyingServer } from './sdk-lying-server.js';
import { transcriptOf } from './sdk-transcript.js';
import { startServer, type RunningServer } from './server-process.js';

let real: RunningServer;
let server: LyingServer;
let stranger: Stage['stranger'];
let shared: Stage;
beforeAll(async () => {
  real = await startServer({ args: ['--workers', '1'] });
  server = await startLyingServer(real.url);
  stranger = await newStranger(server);
  shared = await newStage(server, stranger);
});
afterAll(async () => {
  await server?.stop();
  await real?.stop();
});
afterEach(() => {
  server.lie = undefined;
});

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (failure: unknown) => failure,
  );

/** What was said, by class and code. */
const messages = new Map<string, Set<string>>();

async function play({ use, lie, says, hears, alone, forGood }: HostileCase): Promise<void> {
  const stage = alone ? await newStage(server, stranger) : shared;
  const prepared = await lie(stage);
  const { lie: told, times } = typeof prepared === 'function' ? { lie: prepared, times: 1 } : prepared;
  let lies = 0;
  const counted: Lie = async (asked, ask) => {
    const answer = await told(asked, ask);
    if (answer) lies += 1;
    return answer;
  };
  for (let time = 1; time <= times; time++) {
    server.lie = counted;
    server.asked = [];
    const failure = await failureOf(use(stage));
    server.lie = undefined;
    expect(verdictOf(failure, stage), `time ${time}`).toBe(says);
    if (hears)
      expect(server.asked.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...hears].sort());
    const { name, code, message } = failure as Error & { code: string };
    const kind = `${name} ${code}`;
    messages.set(kind, (messages.get(kind) ?? new Set()).add(message));
  }
  expect(lies, 'the server lied each time').toBeGreaterThanOrEqual(times);
  if (!shown.has(use)) await works(use, forGood ? await newStage(server, stranger) : stage);
  shown.set(use, alone ? 'alone' : 'shared');
}

/** What the cases have tried, once it has worked with an honest server. */
const shown = new Map<HostileCase['use'], 'alone' | 'shared'>();

async function works(use: HostileCase['use'], stage: Stage): Promise<void> {
  expect(verdictOf(await failureOf(use(stage)), stage), 'with an honest server').toBe('nothing is wrong');
}

describe.each(Object.entries(tables))('%s: a server that', (_, cases) => {
  test.each(cases)('$does', play);
});

test('after all these lies everything still works with an honest server', async () => {
  const uses = [...shown].flatMap(([use, where]) => (where === 'shared' ? [use] : []));
  expect(uses.length).toBeGreaterThan(5);
  for (const use of uses) await works(use, shared);
});

const all = Object.values(tables).flatMap((cases) => cases.map(({ does }) => does));
test(`these are ${all.length} cases, at least forty, none of them twice`, () => {
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(40);
});

test('what does not open is told in the same words whatever is wrong with it, and in no words of the server', () => {
  for (const kind of ['IntegrityError authentication_failed', 'SealscribeError bad_answer'])
    expect([...(messages.get(kind) ?? [])], kind).toHaveLength(1);
  const said = [...messages.values()].flatMap((texts) => [...texts]).join('\n');
  expect(said).not.toMatch(/as you like it|secret|victim|correct horse|One|Two/);
});

describe('what a server learns', () => {
  test('an opening that fails looks to it like one that succeeds', async () => {
    const { vault, first, honest } = shared;
    const heard = () => server.asked.map(({ method, path }) => `${method} ${path}`).sort();
    const truth = await honest(body(first));
    server.asked = [];
    await vault.open(first);
    const whenItOpens = heard();
    for (const at of [0, 40, -1]) {
      server.lie = answering({ [body(first)]: bytes(flipped(at)) });
      server.asked = [];
      expect(verdictOf(await failureOf(vault.open(first)), shared)).toMatch(/authentication_failed/);
      expect(heard()).toEqual(whenItOpens);
    }
    expect(truth.body.length).toBeGreaterThan(1000);
  });

  test('no request ever holds the password, a title or a word; a change of labels sends no text again', async () => {
    const { vault, owner, device } = shared;
    server.asked = [];
    const { id } = await vault.save(transcriptOf('xylophone zeppelin'), {
      title: 'Quagmire',
      fileName: 'wombat.wav',
    });
    const sent = server.asked.map(({ body }) => body.length);
    await vault.update(id, { title: 'Quicksand' });
    await (await device().unlock(owner)).open(id);
    const all = server.asked.map(
      ({ path, headers, body }) => path + JSON.stringify(headers) + body.toString('latin1'),
    );
    expect(all.join('\n')).not.toMatch(/correct horse|xylophone|zeppelin|Quagmire|Quicksand|wombat/);
    const update = server.asked.find(({ method, headers }) => method === 'PUT' && headers['if-match'])!;
    expect(update.body.toString('latin1')).not.toMatch(/name="(transcript|words|key)"/);
    expect(update.body.length).toBeLessThan(Math.max(...sent) / 2);
  });
});
