// @ts-check
// npm run docs: the site, into site/: the guides of docs/ and the reference of the packages that applications import, from their doc
// comments. Fails where a link of the site leads nowhere. Any static host can serve the folder.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { bin, build, buildTypes, root, runScript } from './setup.mjs';

const SITE = join(root, 'site');

/** Links of the site's pages to files that are not there. @returns {string[]} */
function deadLinks() {
  const pages = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  );
  return pages.flatMap((page) => {
    const path = join(SITE, page);
    const links = readFileSync(path, 'utf8').matchAll(/\s(?:href|src)="([^"#?]+)[^"]*"/g);
    return [...new Set([...links].map(([, link = '']) => decodeURI(link)))]
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => join(dirname(path), link))
      .filter((target) => !existsSync(target) || (statSync(target).isDirectory() && target !== `${SITE}/`))
      .map((target) => `${page}: ${relative(SITE, target)}`);
  });
}

await runScript(() => {
  build();
  buildTypes();
  const { status } = spawnSync(bin('typedoc'), [], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('typedoc failed');
  const dead = deadLinks();
  if (dead.length > 0) throw new Error(`Links of the site that lead nowhere:\n${dead.join('\n')}`);
});
