// @ts-check
// docs/asvs.md answers every requirement of ASVS 5.0.0 of level 1 and 2 (asvs-levels.json) once, and the tests that it names exist.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../setup.mjs';

const DOC = 'docs/asvs.md';
const ROW = /^\| *(V\d+(?:\.\d+)+) *\|(.*)\|(.*)\|(.*)\|$/;
/** What a row may say, as it stands in the counts. */
const HOWS = ['test', 'document', 'not applicable', 'open'];
const RUNNERS = new Set(['test', 'test_', 'it', 'describe', 'claim']);
/** `path: title`, of a test or of a line of `npm run check`. */
const NAMED = /`([\w./-]+\.(?:test\.ts|mjs)): ([^`]+)`/g;

const read = (/** @type {string} */ file) => readFileSync(join(root, file), 'utf8');

/** The standard's ids of both levels, with their level. @returns {Map<string, string>} */
function requirements() {
  /** @type {Record<string, Record<string, string>>} */
  const levels = JSON.parse(read('scripts/check/asvs-levels.json'));
  return new Map(
    Object.entries(levels).flatMap(([level, chapters]) =>
      Object.entries(chapters).flatMap(([chapter, ids]) =>
        ids.split(' ').map((id) => /** @type {const} */ ([`${chapter}.${id}`, level])),
      ),
    ),
  );
}

/**
 * What tests are called: titles that a runner is given, and names of cases, which begin the rows of a table.
 * @param {string} file
 */
function titlesOf(file) {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
  /** @type {Set<string>} */
  const titles = new Set();
  /** @param {ts.Node} node */
  const runner = (node) => {
    while (ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)) node = node.expression;
    return ts.isIdentifier(node) ? node.text : '';
  };
  /** @param {ts.Node} node */
  const walk = (node) => {
    const isTest = ts.isCallExpression(node) && RUNNERS.has(runner(node));
    const [first] = isTest ? node.arguments : ts.isArrayLiteralExpression(node) ? node.elements : [];
    if (first && ts.isStringLiteralLike(first)) titles.add(first.text);
    else if (first && ts.isTemplateExpression(first)) titles.add(first.getText(source).slice(1, -1));
    ts.forEachChild(node, walk);
  };
  walk(source);
  return titles;
}

/** What is wrong with the table. */
export function asvsProblems() {
  const text = read(DOC);
  const rows = text.split('\n').flatMap((line) => {
    const [, id = '', subject = '', how = '', where = ''] = ROW.exec(line) ?? [];
    return id === '' ? [] : [{ id, subject, how: how.replaceAll('*', '').trim(), where: where.trim() }];
  });
  const levels = requirements();
  /** @type {Map<string, Set<string>>} */
  const known = new Map();
  /** @param {string} file @param {string} title */
  const isTest = (file, title) => {
    if (!known.has(file)) known.set(file, existsSync(join(root, file)) ? titlesOf(file) : new Set());
    return known.get(file)?.has(title) ?? false;
  };
  const counts = HOWS.map((how) => `${rows.filter((row) => row.how === how).length} ${how}`).join(', ');
  const openOf = (/** @type {string} */ level) =>
    rows.filter(({ id, how }) => how === 'open' && levels.get(id) === level).map(({ id }) => id);
  const said = [
    `${rows.length} requirements: ${counts}.`,
    ...['1', '2'].map((level) => `Open of level ${level}: ${openOf(level).join(', ') || 'none'}.`),
  ];
  return [
    ...[...levels.keys()]
      .map((id) => ({ id, times: rows.filter((row) => row.id === id).length }))
      .filter(({ times }) => times !== 1)
      .map(({ id, times }) => `${DOC} has ${id} ${times} times`),
    ...rows
      .filter(({ id }) => !levels.has(id))
      .map(({ id }) => `${DOC}: ${id} is no requirement of level 1 or 2`),
    ...rows.flatMap(({ id, subject, how, where }) => {
      const named = [...where.matchAll(NAMED)];
      const isMissing =
        how === 'test' ? named.length === 0 : how === 'document' ? !/\]\([^)]+\)/.test(where) : where === '';
      return [
        ...(HOWS.includes(how) ? [] : [`${DOC}: ${id} says "${how}", which is none of ${HOWS.join(', ')}`]),
        ...(isMissing || subject.trim() === '' ? [`${DOC}: ${id} has no evidence`] : []),
        ...named
          .filter(([, file = '', title = '']) => !isTest(file, title))
          .map(([, file, title]) => `${DOC}: ${id} names a test that ${file} does not have: ${title}`),
      ];
    }),
    ...said.filter((line) => !text.includes(line)).map((line) => `${DOC} must say "${line}"`),
  ];
}
