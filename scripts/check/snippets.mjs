// @ts-check
// The code samples of README and docs: every TypeScript block must compile against the packages as they are built, and
// test/e2e/snippets.test.ts runs the blocks that are marked `run`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, root } from '../setup.mjs';
import { projectFiles } from './steps.mjs';

/**
 * @typedef {object} Snippet
 * @property {string} file
 * @property {number} line Where the block starts.
 * @property {string} code
 * @property {boolean} run
 */

/** @returns {Snippet[]} The ```ts blocks of every Markdown file, in order. */
export function readSnippets() {
  return projectFiles()
    .filter((file) => file.endsWith('.md') && !file.startsWith('.changeset'))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return [...text.matchAll(/^```ts(?: (run))?\n([\s\S]*?)^```/gm)].map((match) => ({
        file,
        line: text.slice(0, match.index).split('\n').length,
        code: match[2] ?? '',
        run: match[1] === 'run',
      }));
    });
}

/** Where a file's snippets are compiled, so that they import what their reader could: in the package it belongs to, or at the root. @param {string} file */
const folderOf = (file) =>
  join(root, /^packages\/[^/]+/.exec(file)?.[0] ?? '', 'node_modules/.cache/snippets');

/** Compiles every snippet. @returns {string[]} The compiler's complaints, with the line in the Markdown file. */
export function brokenSnippets() {
  const snippets = readSnippets();
  const folders = new Set([folderOf(''), ...snippets.map(({ file }) => folderOf(file))]);
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  const files = snippets.map(({ file, code }, index) => {
    const path = join(folderOf(file), `snippet-${index}.ts`);
    writeFileSync(path, `${code}export {};\n`);
    return path;
  });
  const project = join(folderOf(''), 'tsconfig.json');
  writeFileSync(
    project,
    JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        module: 'ESNext',
        moduleResolution: 'Bundler',
        lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
        strict: true,
        noEmit: true,
        skipLibCheck: true,
      },
      files,
    }),
  );
  const { stdout } = spawnSync(bin('tsc'), ['-p', project, '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout
    .split('\n')
    .filter((line) => line.includes('error TS'))
    .map((line) => {
      const [, index, row, rest] = /snippet-(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      const snippet = snippets[Number(index)];
      return snippet ? `${snippet.file}:${snippet.line + Number(row)} ${rest}` : line;
    });
}
