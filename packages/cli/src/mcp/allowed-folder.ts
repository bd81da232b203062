/**
 * The one folder whose recordings an assistant may have transcribed. A path is taken as what it really is, links followed, and must lie in
 * the folder then; what lies elsewhere and what is not there are told apart to nobody.
 */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { CliError } from '../exit-codes.js';

/**
 * The folder as it really is.
 * @throws CliError `usage` when it is no folder
 */
export async function allowFolder(folder: string): Promise<string> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined || !(await stat(real)).isDirectory())
    throw new CliError('usage', '--allow-folder takes a folder that is there.');
  return real;
}

/**
 * The file that a path names, absolute or from the folder on.
 * @throws CliError `notFound` when it is no file inside the folder
 */
export async function fileInside(folder: string, path: string): Promise<string> {
  const refused = new CliError('notFound', 'There is no such file in the folder that is allowed.');
  if (path.includes('\0')) throw refused;
  const real = await realpath(resolve(folder, path)).catch(() => undefined);
  if (real === undefined) throw refused;
  const inside = relative(folder, real);
  if (inside === '' || isAbsolute(inside) || inside === '..' || /^\.\.[/\\]/.test(inside)) throw refused;
  if (!(await stat(real)).isFile()) throw refused;
  return real;
}
