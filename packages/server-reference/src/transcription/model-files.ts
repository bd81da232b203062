/**
 * Where the files of a model are: the embedded model by its id, or a folder with the same files. `manifest.json` in the
 * folder says what the model is; its files are checked for presence and size, so that a broken copy is found at start.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_MODEL } from '../config.js';

/** What `manifest.json` in a model's folder says. */
export interface ModelManifest {
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly languages: readonly string[];
  readonly files: readonly { readonly name: string; readonly size: number }[];
}

/** A model's folder and what its manifest says. */
export interface ModelFolder {
  readonly folder: string;
  readonly manifest: ModelManifest;
}

/** @throws {Error} with what to do when there is no such model or its files are not whole. */
export function findModel(model: string): ModelFolder {
  const folder = model === DEFAULT_MODEL ? embeddedFolder() : model;
  const path = join(folder, 'manifest.json');
  if (!existsSync(path))
    throw new Error(
      model === DEFAULT_MODEL
        ? 'The files of the embedded model are missing: run `npm run build`, or reinstall @sealscribe/model-moonshine-tiny-en.'
        : `There is no model "${model}": --model takes "${DEFAULT_MODEL}" or a folder with a manifest.json.`,
    );
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as ModelManifest;
  if (manifest.family !== 'moonshine')
    throw new Error(
      `The model in ${folder} is of the family "${manifest.family}"; this server runs "moonshine".`,
    );
  for (const file of manifest.files) {
    const size = statSync(join(folder, file.name), { throwIfNoEntry: false })?.size;
    if (size !== file.size)
      throw new Error(`The model file ${join(folder, file.name)} is missing or not whole.`);
  }
  return { folder, manifest };
}

const embeddedFolder = (): string =>
  dirname(fileURLToPath(import.meta.resolve('@sealscribe/model-moonshine-tiny-en/manifest.json')));
