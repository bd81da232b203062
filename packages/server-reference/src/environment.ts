/**
 * The environment that a server is started with, checked before anything else of it is loaded. What Node has obeyed already (a
 * debugger, code that is loaded first, files with memory or traffic in them) cannot be taken back: the start is refused. What would be
 * obeyed later is taken out.
 */
import { url as inspectorUrl } from 'node:inspector';

/** Flags of Node that NODE_OPTIONS may hold: they change how much memory there is and how it says things. */
const HARMLESS = new Set([
  '--max-old-space-size',
  '--max-semi-space-size',
  '--enable-source-maps',
  '--no-warnings',
  '--no-deprecation',
  '--disable-warning',
  '--stack-trace-limit',
  '--dns-result-order',
  '--use-openssl-ca',
  '--use-bundled-ca',
]);

/** Flags on the command line that open the process, or that write memory, traffic or keys to files. */
const OPENING =
  /^--(inspect|debug|heap-prof|cpu-prof|prof|perf-|heapsnapshot|report-|experimental-report|trace-event|tls-keylog|tls-min-v1\.[0-2]|abort-on-uncaught|insecure-http-parser|security-revert|diagnostic-dir|redirect-warnings)/;

/** Variables that Node, or what it loads, has obeyed by now, and what that does. */
const REFUSED: Readonly<Record<string, string>> = {
  NODE_DEBUG: 'writes requests to the log',
  NODE_DEBUG_NATIVE: 'writes what the runtime does to the log',
  NODE_V8_COVERAGE: 'writes files outside of the data folder',
  NODE_COMPILE_CACHE: 'writes files outside of the data folder',
  NODE_REDIRECT_WARNINGS: 'writes files outside of the data folder',
  NODE_TLS_REJECT_UNAUTHORIZED: 'switches the check of certificates off',
  OPENSSL_CONF: 'changes what TLS does',
  SSLKEYLOGFILE: 'is for writing the keys of TLS to a file',
};

/** Variables that are obeyed by what is loaded later. */
const TAKEN_OUT = ['DEBUG', 'DEBUG_FD'];

/** Why the server must not be started like this; nothing when it may. Takes out of `env` what can be taken out. */
export function unsafeStart(env: NodeJS.ProcessEnv, execArgv: readonly string[]): string[] {
  const flags = (env['NODE_OPTIONS'] ?? '').split(/\s+/).filter((flag) => flag.startsWith('-'));
  const bare = (flag: string) => flag.split('=', 1)[0] ?? '';
  const reasons = [
    ...flags
      .filter((flag) => !HARMLESS.has(bare(flag)))
      .map((flag) => `NODE_OPTIONS holds ${printable(bare(flag))}, which is not for a server`),
    ...execArgv
      .filter((flag) => OPENING.test(flag))
      .map((flag) => `Node was started with ${printable(bare(flag))}, which is not for a server`),
    ...Object.entries(REFUSED)
      .filter(([name]) => (env[name] ?? '') !== '')
      .map(([name, does]) => `${name} is set, which ${does}`),
  ];
  if (reasons.length === 0 && inspectorUrl() !== undefined) reasons.push('a debugger is connected');
  for (const name of TAKEN_OUT) delete env[name];
  return reasons;
}

/** Ends the process with code 2 when it was started in a way that opens it. */
export function refuseUnsafeStart(): void {
  const reasons = unsafeStart(process.env, process.execArgv);
  if (reasons.length === 0) return;
  process.stderr.write(
    `${reasons.map((reason) => `sealscribe-server: ${reason}`).join('\n')}\nStart it again without.\n`,
  );
  process.exit(2);
}

const printable = (flag: string) => flag.replace(/[^\w.-]/g, '').slice(0, 60);
