#!/usr/bin/env node
/**
 * `sealscribe`: ties the command to this process. Ctrl-C aborts what is going on, a reader that goes away (`| head`) ends it quietly.
 */
import { EXIT } from './exit-codes.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

const { stdin, stdout, stderr, env } = process;
const interrupt = new AbortController();
const terminal: Terminal = { stdin, stdout, stderr, env, signal: interrupt.signal };
let interrupts = 0;
const onSignal = () => {
  interrupts += 1;
  if (interrupts === 1 && terminal.onInterrupt) return terminal.onInterrupt();
  interrupt.abort();
  // Whoever insists does not wait.
  if (interrupts > 1) process.exit(EXIT.interrupted);
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
process.on('SIGHUP', onSignal);
// A reader of stdout that goes away ends the command; run() does the same for what is being written at that moment.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.success : EXIT.other);
});
// Talk that nobody listens to is no reason to stop.
process.stderr.on('error', () => undefined);

const code = await run(process.argv.slice(2), terminal);
// Connections that are kept alive must not keep the command alive.
process.exit(code);
