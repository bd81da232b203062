/**
 * Graphs made of the files of Moonshine models, kept in the data folder so that recognisers open them instead of making them
 * anew. Their names carry hashes of what they were made of and of what they are: another model, another way of making them
 * or a damaged file means another graph. Written before the server is ready and never after. Where nothing can be written
 * there is no cache, and no error.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COMPOSER_VERSION } from '@sealscribe/asr';
import type { Logger } from '../log.js';
import { sha256Of } from '../models/file-hash.js';
import { arithmeticOf } from '../device/session-options.js';
import { findFiles } from './load-model.js';
import type { ModelFolder } from './model-files.js';
import type { Device } from './recognizer-protocol.js';

const NAME = /^[0-9a-f]{64}-([0-9a-f]{64})\.onnx$/;

/** Where graphs are kept, and how they are made. */
export interface GraphCacheOptions {
  /** Made when it is missing. */
  readonly folder: string;
  readonly device: Device;
  /** The built compose-process.js. */
  readonly script: string;
  readonly log: Logger;
}

/** The graphs of those models that have one: path by model folder. Makes what is missing, and forgets what is not needed. */
export async function prepareGraphs(
  models: readonly ModelFolder[],
  options: GraphCacheOptions,
): Promise<Readonly<Record<string, string>>> {
  const graphs: Record<string, string> = {};
  try {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    for (const model of models)
      if (model.manifest.family === 'moonshine') {
        const graph = await prepareGraph(model, options);
        if (graph !== undefined) graphs[model.folder] = graph;
      }
    const wanted = new Set(Object.values(graphs));
    for (const path of await pathsIn(options.folder)) if (!wanted.has(path)) await rm(path, { force: true });
  } catch (error) {
    options.log.info({ err: error }, 'recognisers make their graphs in memory');
  }
  return graphs;
}

async function prepareGraph(
  { folder, manifest }: ModelFolder,
  { folder: cache, script, device, log }: GraphCacheOptions,
): Promise<string | undefined> {
  const names = manifest.files.map(({ name }) => name);
  const files = findFiles('moonshine', folder, names);
  const arithmetic = arithmeticOf(device);
  const paths = [files['encoder'], files['decoder']].filter((path) => path !== undefined);
  const key = createHash('sha256').update(`composed ${COMPOSER_VERSION} ${arithmetic}`);
  for (const path of paths) key.update(await sha256Of(path));
  const prefix = key.digest('hex');
  for (const path of await pathsIn(cache)) if (path.includes(prefix) && (await isWhole(path))) return path;
  try {
    // In a process of its own: it needs a hundred megabytes for a second.
    const made = await promisify(execFile)(
      process.execPath,
      [script, ...paths, join(cache, prefix), arithmetic],
      { env: { PATH: process.env['PATH'] } },
    );
    return made.stdout;
  } catch (error) {
    log.info({ err: error }, `no graph is kept for ${manifest.id}`);
    return undefined;
  }
}

const pathsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).map((name) => join(folder, name));

async function isWhole(path: string): Promise<boolean> {
  const hash = NAME.exec(path.slice(-(64 + 1 + 64 + 5)))?.[1];
  return hash !== undefined && (await sha256Of(path)) === hash;
}
