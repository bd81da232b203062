// @ts-check
// The checks that are ours: sizes, dependencies, links. Each returns the list of what is wrong, empty when all is well.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { root } from '../setup.mjs';

const MAX_FILE_LINES = 400;
const MAX_CRYPTO_LINES = 1500;

/** Files that git tracks or would track. @returns {string[]} */
export function projectFiles() {
  const { stdout, status } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error('git could not list the files: is this a clone?');
  return stdout.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
}

const read = (/** @type {string} */ file) => readFileSync(join(root, file), 'utf8');
const packageJson = (/** @type {string} */ name) => JSON.parse(read(`packages/${name}/package.json`));

/** No source file is longer than a reader's patience. */
export function longFiles() {
  return projectFiles()
    .filter((file) => /\.(ts|tsx|mjs|cjs|js)$/.test(file))
    .map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_FILE_LINES)
    .map(({ file, lines }) => `${file} has ${lines} lines, more than ${MAX_FILE_LINES}`);
}

/** Lines of packages/crypto/src that hold code: neither empty nor comment. */
export function cryptoLines() {
  return readdirSync(join(root, 'packages/crypto/src'))
    .flatMap((file) => read(`packages/crypto/src/${file}`).split('\n'))
    .filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length;
}

/** The crypto package stays small enough to audit, and depends on nothing. */
export function cryptoIsSmallAndAlone() {
  const { dependencies, peerDependencies, optionalDependencies } = packageJson('crypto');
  const names = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  const lines = cryptoLines();
  return [
    ...names.map((name) => `packages/crypto depends on ${name}`),
    ...(lines > MAX_CRYPTO_LINES
      ? [`packages/crypto/src has ${lines} lines of code, more than ${MAX_CRYPTO_LINES}`]
      : []),
  ];
}

/** The server's package cannot even reach the code that opens transcripts. */
export function serverCannotOpen() {
  return Object.keys(packageJson('server-reference').dependencies)
    .filter((name) => /^@sealscribe\/(crypto|sdk-|cli)/.test(name))
    .map((name) => `packages/server-reference depends on ${name}`);
}

/** The anchor that a Markdown heading gets. @param {string} heading */
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** Every relative link of every Markdown file leads to a file, and every anchor to a heading. */
export function brokenLinks() {
  return projectFiles()
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      const text = read(file).replace(/^```[\s\S]*?^```/gm, '');
      return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => /** @type {string} */ (match[1]))
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => {
          const [path = '', anchor] = target.split('#');
          const full = path === '' ? file : join(dirname(file), path);
          if (!existsSync(join(root, full))) return true;
          if (anchor === undefined || !full.endsWith('.md')) return false;
          const headings = [...read(full).matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1] ?? ''));
          return !headings.includes(anchor);
        })
        .map((target) => `${file}: ${target} leads nowhere`);
    });
}
