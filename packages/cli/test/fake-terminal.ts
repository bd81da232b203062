// A terminal made of memory: what is typed goes in, what is printed can be read back.
import { PassThrough } from 'node:stream';
import type { Terminal } from '../src/terminal.js';

export function fakeTerminal(
  options: { env?: Record<string, string>; stdin?: string | Uint8Array; tty?: boolean } = {},
) {
  const stdin = new PassThrough();
  if (options.stdin !== undefined) stdin.end(options.stdin);
  const printed = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const sink = (name: 'stdout' | 'stderr') => {
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => printed[name].push(chunk));
    return Object.assign(stream, { isTTY: options.tty === true, columns: 80 });
  };
  const interrupt = new AbortController();
  const terminal: Terminal = {
    stdin: Object.assign(stdin, { isTTY: options.tty === true }),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env: options.env ?? {},
    signal: interrupt.signal,
  };
  return {
    terminal,
    interrupt,
    type: (text: string) => stdin.write(text),
    stdout: () => Buffer.concat(printed.stdout).toString(),
    stdoutBytes: () => Buffer.concat(printed.stdout),
    stderr: () => Buffer.concat(printed.stderr).toString(),
  };
}
