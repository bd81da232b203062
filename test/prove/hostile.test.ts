/** A storage server that cheats, in every way of test/e2e/sdk-hostile-*.ts: the client says what is wrong, or opens what is right. */
import { afterAll, beforeAll, describe } from 'vitest';
import { verdictOf, type HostileCase } from '../e2e/sdk-hostile-case.js';
import { newStage, newStranger, type Stage } from '../e2e/sdk-hostile-stage.js';
import { tables } from '../e2e/sdk-hostile-tables.js';
import { startLyingServer, type LyingServer } from '../e2e/sdk-lying-server.js';
import { startServer, type RunningServer } from '../e2e/server-process.js';
import { claim } from './claim.js';

const cases: readonly HostileCase[] = Object.values(tables).flat();
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

/** Plays a case and tells where the client did not say what it must; without `lying` the server is honest. */
async function play({ does, use, lie, says, alone }: HostileCase, lying: boolean): Promise<string[]> {
  const stage = alone ? await newStage(server, stranger) : shared;
  const prepared = await lie(stage);
  const { lie: told, times } = typeof prepared === 'function' ? { lie: prepared, times: 1 } : prepared;
  const found: string[] = [];
  for (let time = 0; time < times; time++) {
    if (lying) server.lie = told;
    const failure: unknown = await use(stage).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    server.lie = undefined;
    const verdict = verdictOf(failure, stage);
    if (verdict !== says) found.push(`a server that ${does}: ${verdict} instead of ${says}`);
  }
  return found;
}

describe('a hostile server', () => {
  claim('hostile-server-wins-nothing', {
    says: 'whatever a storage server answers, the client opens the right thing or says which thing is wrong',
    product: async () => {
      const found: string[] = [];
      for (const each of cases) found.push(...(await play(each, true)));
      return { tried: `${cases.length} ways to cheat`, found };
    },
    control: async () => {
      const some = tables.reading.filter(({ alone, forGood }) => !alone && !forGood).slice(0, 5);
      const found: string[] = [];
      for (const each of some) found.push(...(await play(each, false)));
      return { tried: `${some.length} of them with a server that is honest`, found };
    },
  });
});
