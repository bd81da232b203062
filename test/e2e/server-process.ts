/**
 * A real server for an end-to-end test: the built one, as a child process, on a free loopback port. It has one recogniser unless the
 * test asks for more, and the model's graph from the first server that made it. The demo and the benchmark start theirs plainly.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startServer as startPlainly,
  type RunningServer,
  type StartOptions,
} from '../../scripts/start-server.mjs';

export type { RunningServer };

export function startServer({ args = [], ...options }: StartOptions = {}): Promise<RunningServer> {
  const workers = args.includes('--workers') ? [] : ['--workers', '1'];
  return startPlainly({
    graphs: join(tmpdir(), 'sealscribe-graphs'),
    ...options,
    args: [...workers, ...args],
  });
}
