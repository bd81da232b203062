/**
 * Where Triton is, and whether audio may go there: over TLS with a certificate that is checked, to this machine, or over a network of
 * which the operator said that it is theirs alone.
 */

/** How Triton is reached. Plain data: it goes to the recogniser processes as JSON. */
export interface TritonPlace {
  /** `http(s)://HOST:PORT`, with a path where a proxy has it under one; no slash at the end. */
  readonly address: string;
  /** File (PEM) of the authorities that its certificate is checked with; Node's own when left out. */
  readonly ca?: string | undefined;
  /** Seconds within which it must answer. */
  readonly timeout: number;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Reads the address of `--triton`.
 *
 * @param insecure whether plain HTTP may leave this machine
 * @throws {Error} that says what to do
 */
export function readTritonAddress(text: string, insecure: boolean): string {
  const url = parse(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new Error('--triton: the address is http(s)://HOST:PORT and nothing else.');
  if (url.protocol === 'http:' && !loopback.has(url.hostname) && !insecure)
    throw new Error(
      '--triton: audio would go over plain HTTP to another machine. Put a proxy with TLS 1.3 in front of Triton and name it as https://, or add --triton-insecure where the network is all yours.',
    );
  return url.href.replace(/\/+$/, '');
}

function parse(text: string): URL {
  try {
    const url = new URL(text);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // Its message would hold what was given.
  }
  throw new Error('--triton: the address begins with https:// or http://, as in http://127.0.0.1:8000.');
}
