// @ts-check
// The browser SDK as it is published: small, complete without a bundler, and with nothing in it that only Node has.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../setup.mjs';

/** Bytes of what a page loads first, compressed: of the file whose parts are loaded on demand, and of the whole API in one. */
const MOST_BYTES = { 'index.js': 40_000, 'sealscribe.js': 73_000 };
/** What is no part of the file with the whole API. */
const APART = ['device', 'docx', 'new-password', 'pdf'].map((name) => `./sealscribe-${name}.js`);
const folder = join(root, 'packages/sdk-browser');
const dist = join(folder, 'dist');
/** What a page with a bundler brings itself. */
const BROUGHT = ['pdfkit'];
/** The recogniser's runtime asks at run time whether it is in Node; its worker is checked for what it imports alone. */
const ASKS_FOR_NODE = 'device-worker.js';

/** What a file imports, statically or on demand. @param {string} code */
const importsOf = (code) => [
  ...[...code.matchAll(/(?:^|[;}\n])(?:import|export)(?:[\s{*][^"'()]*?from)?\s*["']([^"'\n]+)["']/g)].map(
    ([, path = '']) => ({ path, isStatic: true }),
  ),
  ...[...code.matchAll(/\bimport\(\s*["'`]([^"'`\n]+)["'`]/g)].map(([, path = '']) => ({
    path,
    isStatic: false,
  })),
];

/** How code looks that only Node runs. */
const NODE = /(?<![.\w$"'])(process\s*[.[]|Buffer\s*[.(]|require\s*\(|__dirname)/;

/** @param {string} file @returns {string[]} */
function problemsOf(file) {
  const code = readFileSync(join(dist, file), 'utf8');
  const problems = importsOf(code)
    .filter(({ path }) => !BROUGHT.includes(path) && !(path.startsWith('./') && existsSync(join(dist, path))))
    .filter(({ isStatic }) => isStatic || file !== ASKS_FOR_NODE)
    .map(({ path }) => `${file} imports ${path}, which no browser finds`);
  if (code.includes('onnxruntime-node')) problems.push(`${file} names onnxruntime-node`);
  if (file === ASKS_FOR_NODE) return problems;
  const found = NODE.exec(code)?.[0];
  if (found !== undefined) problems.push(`${file} uses ${found}, which only Node has`);
  const map = join(dist, `${file}.map`);
  if (!existsSync(map) || JSON.parse(readFileSync(map, 'utf8')).sources.length === 0)
    problems.push(`${file} has no source map, or one that names no source`);
  return problems;
}

/** What is wrong with a file that pages load first. @param {string} file @param {number} most */
function problemsOfEntry(file, most) {
  const code = readFileSync(join(dist, file));
  const size = gzipSync(code, { level: 9 }).length;
  const imports = importsOf(code.toString());
  return [
    ...(size > most ? [`${file} is ${size} bytes compressed, more than ${most}`] : []),
    ...imports
      .filter(({ isStatic }) => isStatic)
      .map(({ path }) => `${file} is not one file: it begins with ${path}`),
    ...imports
      .filter(({ path }) => file === 'sealscribe.js' && !APART.includes(path))
      .map(({ path }) => `${file} is not the whole API: it loads ${path}`),
  ];
}

/** What is wrong with the files. @returns {string[]} */
export function browserBundle() {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const published = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  return [
    ...Object.entries(MOST_BYTES).flatMap(([file, most]) => problemsOfEntry(file, most)),
    ...published.filter((path) => !existsSync(join(folder, path))).map((path) => `${path} is not there`),
    ...readdirSync(dist)
      .filter((name) => name.endsWith('.js'))
      .flatMap(problemsOf),
  ];
}
