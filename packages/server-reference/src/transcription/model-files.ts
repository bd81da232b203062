/**
 * Where the files of a model are: the embedded model by its id, a downloaded one by its name, or any folder with a
 * `manifest.json` that says what the model is. Files are checked for presence and size, so that a broken copy is found at
 * start; `sealscribe-server models verify` compares their hashes.
 */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_MODEL } from '../config.js';
import { readManifest, type ModelManifest } from '../models/manifest.js';
import { findEntry } from '../models/registry.js';

/** A model's folder and what its manifest says. */
export interface ModelFolder {
  readonly folder: string;
  readonly manifest: ModelManifest;
}

/**
 * The folders of the models, in order.
 *
 * @param names names or folders
 * @param models folder of downloaded models
 * @throws {Error} with what to do when there is no such model, its files are not whole, or two have the same id.
 */
export function findModels(names: readonly string[], models: string): ModelFolder[] {
  const found = names.map((name) => findModel(name, models));
  const ids = new Set<string>();
  for (const { manifest } of found) {
    if (ids.has(manifest.id)) throw new Error(`Two models have the id "${manifest.id}".`);
    ids.add(manifest.id);
  }
  return found;
}

/** The path of the voice activity model, which comes with the embedded model and serves all models. */
export const embeddedVad = (): string => join(embeddedFolder(), 'silero_vad_v6.onnx');

function findModel(name: string, models: string): ModelFolder {
  const folder = folderOf(name, models);
  const manifest = readManifest(folder);
  for (const file of manifest.files) {
    const size = statSync(join(folder, file.name), { throwIfNoEntry: false })?.size;
    if (size !== file.size)
      throw new Error(`The model file ${join(folder, file.name)} is missing or not whole.`);
  }
  return { folder, manifest };
}

function folderOf(name: string, models: string): string {
  // Not existsSync: a folder that this user may not read is another thing than none.
  const holdsModel = (folder: string) =>
    statSync(join(folder, 'manifest.json'), { throwIfNoEntry: false }) !== undefined;
  if (name === DEFAULT_MODEL) {
    const folder = embeddedFolder();
    if (holdsModel(folder)) return folder;
    throw new Error(
      'The files of the embedded model are missing: run `npm run build`, or reinstall @sealscribe/model-moonshine-tiny-en.',
    );
  }
  const downloaded = join(models, name);
  if (findEntry(name) === undefined) {
    if (holdsModel(name)) return name;
    if (/^[\w.-]+$/.test(name) && holdsModel(downloaded)) return downloaded;
    throw new Error(
      `There is no model "${name}": --model takes a name from \`sealscribe-server models list\`, or a folder with a manifest.json.`,
    );
  }
  if (holdsModel(downloaded)) return downloaded;
  throw new Error(
    `The model "${name}" is not in ${models}: run \`sealscribe-server models pull ${name}\`, or copy its folder there.`,
  );
}

const embeddedFolder = (): string =>
  dirname(fileURLToPath(import.meta.resolve('@sealscribe/model-moonshine-tiny-en/manifest.json')));
