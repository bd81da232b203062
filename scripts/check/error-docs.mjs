// @ts-check
// docs/errors.md lists exactly the codes that exist: the server's, the SDK's and those of the crypto package.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../setup.mjs';

/**
 * The string literals of an exported union type, or the keys of an exported object, read from the source.
 * @param {string} file
 * @param {string} name
 * @returns {string[]}
 */
function codesOf(file, name) {
  const path = join(root, file);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  /** @type {string[]} */
  const codes = [];
  /** @param {ts.Node} node */
  const collect = (node) => {
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) codes.push(node.literal.text);
    if (ts.isPropertyAssignment(node)) codes.push(node.name.getText());
    ts.forEachChild(node, collect);
  };
  ts.forEachChild(source, (node) => {
    if (ts.isTypeAliasDeclaration(node) && node.name.text === name) collect(node);
    if (ts.isVariableStatement(node))
      node.declarationList.declarations.filter((item) => item.name.getText() === name).forEach(collect);
  });
  if (codes.length === 0) throw new Error(`${file} has no codes in ${name}`);
  return codes;
}

/** Section of docs/errors.md, and where its codes are defined. */
const SECTIONS = {
  'The server': () => codesOf('packages/protocol/src/errors.ts', 'errorStatus'),
  'The SDKs': () => [
    ...codesOf('packages/sdk-core/src/errors.ts', 'IntegrityCode'),
    ...codesOf('packages/sdk-core/src/errors.ts', 'SealscribeErrorCode'),
  ],
  'The crypto package': () => codesOf('packages/crypto/src/errors.ts', 'CryptoErrorCode'),
};

/** @returns {string[]} Codes that are not documented, and documented ones that do not exist. */
export function wrongErrorDocs() {
  const sections = readFileSync(join(root, 'docs/errors.md'), 'utf8').split(/^## /m);
  return Object.entries(SECTIONS).flatMap(([title, read]) => {
    const section = sections.find((text) => text.startsWith(`${title}\n`));
    if (!section) return [`docs/errors.md has no section "${title}"`];
    const documented = new Set([...section.matchAll(/^\| `([a-z_]+)`/gm)].map((match) => match[1] ?? ''));
    const existing = new Set(read());
    return [
      ...[...existing]
        .filter((code) => !documented.has(code))
        .map((code) => `${title}: ${code} is not in docs/errors.md`),
      ...[...documented]
        .filter((code) => !existing.has(code))
        .map((code) => `${title}: ${code} does not exist`),
    ];
  });
}
