// @ts-check
// Copies the data folder of a server, also while it runs: node backup.mjs DATA BACKUP
// The copy is again a data folder. It holds the accounts, the sealed transcripts and the certificate, but no downloaded models.
// Ends with 0, 1 when it cannot be made, 2 for wrong usage.
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [data = '', backup = ''] = process.argv.slice(2);
const from = join(data, 'sealscribe.db');
const to = join(backup, 'sealscribe.db');
if (data === '' || backup === '' || !existsSync(from) || existsSync(to)) {
  console.error('node backup.mjs DATA BACKUP: DATA holds sealscribe.db, BACKUP is a folder that does not.');
  process.exit(2);
}

// The server's own libsql: beside this file in the image, in the server's package in a checkout.
const packages = ['./package.json', '../../packages/server-reference/package.json'];
const owner = packages.map((path) => new URL(path, import.meta.url)).find(existsSync);
if (owner === undefined) throw new Error('This file must lie in the folder of the server.');
const Database = createRequire(owner)('libsql');

/** Copies, and gives the copy its name when it is whole: what broke off is no data folder, and may be tried again. */
function copyStore() {
  mkdirSync(backup, { recursive: true, mode: 0o700 });
  const part = `${to}.part`;
  rmSync(part, { force: true });
  // `mode=ro`, because the last one that closes a writable connection moves the log into the file, which only the server does
  // without leaving deleted bytes. One read transaction: writers go on, and the copy is of one moment.
  const readOnly = (/** @type {string} */ path) => new Database(`${pathToFileURL(path).href}?mode=ro`);
  const source = readOnly(from);
  try {
    source.pragma('busy_timeout = 5000');
    source.prepare('vacuum into ?').run(part);
    source.close();
    chmodSync(part, 0o600);
    const copy = readOnly(part);
    const [check] = copy.prepare('pragma integrity_check').all();
    copy.close();
    if (check.integrity_check !== 'ok') throw new Error(`the copy is damaged: ${check.integrity_check}`);
    const identity = join(data, 'tls/identity.pem');
    if (existsSync(identity)) cpSync(identity, join(backup, 'tls/identity.pem'));
    renameSync(part, to);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

process.umask(0o077);
try {
  copyStore();
} catch (error) {
  console.error(`backup.mjs: ${/** @type {Error} */ (error).message}`);
  process.exit(1);
}
console.log(`${backup} is a data folder now.`);
