/**
 * A page that uses the browser SDK as it is published: its files as they are, a `<script type="module">`, no bundler, and the strictest policy
 * that the SDK promises to work under. What it asks of the real server goes through here and is written down, from workers too.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import puppeteer from 'puppeteer-core';
import { startServer } from './server-process.js';

const sdk = new URL('../../packages/sdk-browser/dist/', import.meta.url);
const samples = new URL(
  '../../node_modules/nodejs-whisper/cpp/whisper.cpp/bindings/go/samples/',
  import.meta.url,
);

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
].join('; ');

const scriptOf = (file: string) => `
globalThis.refused = [];
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
  refused.push([violatedDirective, blockedURI, sample].join(' ')));
globalThis.sdk = await import('/sdk/${file}');
`;

/** A name that leads to this computer, and that no browser trusts as it trusts localhost. */
export const INSECURE_HOST = 'insecure.test';

/** One request to the server, as it was sent. */
export interface Sent {
  url: string;
  headers: string;
  body: string;
}

/** The page, and the server behind it. */
export interface SdkPage {
  readonly port: number;
  /** What was asked of this origin: the page's own files by path. */
  readonly files: string[];
  readonly sent: Sent[];
  stop(): Promise<void>;
}

/** The pages: the script of each, and the names that Trusted Types allow; at `/no-policy` they are required, and there is none. */
const pages: Record<string, { script: string; types: string }> = {
  '/': { script: 'index.js', types: 'sealscribe' },
  '/one-file': { script: 'sealscribe.js', types: 'sealscribe' },
  '/no-policy': { script: 'index.js', types: "'none'" },
};

/** Serves the pages. */
export async function servePage(): Promise<SdkPage> {
  const server = await startServer();
  const files: string[] = [];
  const sent: Sent[] = [];
  const http = createServer((asked, answer) => {
    const { pathname } = new URL(asked.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/v1/')) return void pass(asked, answer);
    files.push(pathname);
    const page = pages[pathname];
    const headers = {
      'content-security-policy': `${POLICY}; trusted-types ${page?.types ?? 'sealscribe'}`,
      'cache-control': 'no-store',
    };
    const give = (type: string, body: string | Buffer) =>
      void answer.writeHead(200, { ...headers, 'content-type': type }).end(body);
    const file = /^\/sdk\/([\w-]+\.js)$/.exec(pathname)?.[1];
    const script = /^\/page-([\w-]+\.js)$/.exec(pathname)?.[1];
    if (script) give('text/javascript', scriptOf(script));
    else if (pathname === '/jfk.wav') give('audio/wav', readFileSync(new URL('jfk.wav', samples)));
    else if (file && existsSync(new URL(file, sdk)))
      give('text/javascript', readFileSync(new URL(file, sdk)));
    else if (page)
      give(
        'text/html',
        `<!doctype html><title>page</title><script type="module" src="/page-${page.script}"></script>`,
      );
    else answer.writeHead(404).end();
  });
  const pass = (asked: IncomingMessage, answer: ServerResponse) => {
    const chunks: Buffer[] = [];
    const { url = '', method = '', headers } = asked;
    const onward = request(
      new URL(url, server.url),
      { method, headers, rejectUnauthorized: false },
      (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
      },
    );
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () =>
      sent.push({ url, headers: JSON.stringify(headers), body: Buffer.concat(chunks).toString('latin1') }),
    );
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    http.closeAllConnections();
    http.close();
    await server.stop();
  };
  return { port: (http.address() as AddressInfo).port, files, sent, stop };
}

const found = (...paths: string[]) => paths.find((path) => existsSync(path));
const executables = {
  Chromium: found('/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'),
  Firefox: found('/usr/bin/firefox-esr', '/usr/bin/firefox'),
};

/** A browser that is there. */
export type BrowserName = keyof typeof executables;

/** Whether it can be tested with a browser here. */
export const hasBrowser = (name: BrowserName): boolean =>
  executables[name] !== undefined && existsSync(fileURLToPath(new URL('index.js', sdk)));

/** A page of a browser, as far as both drivers have the same. */
export interface Driven {
  goto(url: string): Promise<unknown>;
  evaluate<A, T>(work: (given: A) => T, given: A): Promise<Awaited<T>>;
}

/** Starts a browser in which nobody allows the microphone. */
export async function openBrowser(name: BrowserName): Promise<{ page: Driven; close(): Promise<void> }> {
  const executablePath = executables[name] ?? '';
  if (name === 'Chromium') {
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
      '--use-fake-device-for-media-stream',
    ];
    const browser = await chromium.launch({ executablePath, args });
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    return { page: page as unknown as Driven, close: () => browser.close() };
  }
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    extraPrefsFirefox: {
      'network.dns.localDomains': INSECURE_HOST,
      'media.navigator.streams.fake': true,
      'permissions.default.microphone': 2,
      'dom.security.trusted_types.enabled': true,
    },
  });
  const page = await browser.newPage();
  return { page: page as unknown as Driven, close: () => browser.close() };
}
