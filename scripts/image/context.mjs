// @ts-check
// What a builder is sent: the files of a folder that its .dockerignore lets through.
// Reference: https://docs.docker.com/build/concepts/context/#dockerignore-files
import { cpSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Whether a .dockerignore names a path, or a folder above it.
 * @param {string} rules
 * @returns {(path: string) => boolean} Takes a path from the folder of the context.
 * @throws {Error} for a form that ours does not have.
 */
export function ignoredBy(rules) {
  const patterns = rules.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  const expressions = patterns.map((pattern) => {
    if (!/^(\*\*\/)?[\w.*-]+(\/[\w.*-]+)*$/.test(pattern))
      throw new Error(`.dockerignore: ${pattern} is not understood`);
    const parts = pattern
      .replace(/^\*\*\//, '')
      .replace(/[.]/g, '\\.')
      .replaceAll('*', '[^/]*');
    return new RegExp(`^${pattern.startsWith('**/') ? '(.*/)?' : ''}${parts}(/|$)`);
  });
  return (path) => expressions.some((expression) => expression.test(path));
}

/** Copies a context. @param {string} context @param {string} target */
export function copyContext(context, target) {
  const ignored = ignoredBy(readFileSync(join(context, '.dockerignore'), 'utf8'));
  cpSync(context, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !ignored(relative(context, path)),
  });
}
