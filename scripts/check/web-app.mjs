// @ts-check
// The built web app: what a browser fetches before it shows anything stays small, every script has its hash in the page, and nothing else
// stands in it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../setup.mjs';

const MOST_KIB = 200;
const dist = join(root, 'examples/web-app/dist');

/** What is wrong with the page and the files that it names. @returns {string[]} */
export function firstLoadOfWebApp() {
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  const tags = page.match(/<(script|link)\b[^>]*>/g) ?? [];
  const loaded = tags.filter((tag) => /^<script.* src=|rel="(stylesheet|modulepreload)"/.test(tag));
  const bytes = loaded
    .map((tag) => /(?:src|href)="\/([^"]+)"/.exec(tag)?.[1])
    .map((path) => (path === undefined ? 0 : gzipSync(readFileSync(join(dist, path)), { level: 9 }).length))
    .reduce((sum, size) => sum + size, 0);
  const problems = [];
  if (bytes > MOST_KIB * 1024)
    problems.push(`the first load is ${Math.ceil(bytes / 1024)} KiB compressed, more than ${MOST_KIB}`);
  for (const tag of loaded)
    if (!/ integrity="sha384-/.test(tag)) problems.push(`without the hash of its file: ${tag}`);
  const map = /<script type="importmap">([^<]*)<\/script>/.exec(page)?.[1] ?? '{}';
  const { integrity = {} } = JSON.parse(map);
  for (const name of readdirSync(join(dist, 'assets')))
    if (name.endsWith('.js') && !/^sha384-/.test(integrity[`/assets/${name}`] ?? ''))
      problems.push(`without its hash in the import map: ${name}`);
  if (/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)(?! type="importmap">)/.test(page))
    problems.push('the page holds script or style inline');
  if (/(?:src|href)="(?:https?:)?\/\//.test(page))
    problems.push('the page loads something from another site');
  return problems;
}
