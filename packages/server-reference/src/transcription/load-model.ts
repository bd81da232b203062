/** From a model's folder to a recogniser: finds the files that the model's family needs, and has the family load them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  FAMILY_FILES,
  loadMoonshine,
  type FamilyName,
  type FileRole,
  type Recognizer,
  type Runtime,
  type SessionOptions,
} from '@sealscribe/asr';
import type { ModelInfo } from '@sealscribe/protocol';
import { readManifest } from '../models/manifest.js';

/** Endings by which exports tell apart files with the same graph in other number formats. */
const VARIANT = /([._-](int8|uint8|quantized|fp16|fp32|q4|q4f16|bnb4))?\.onnx$/;

/** Paths of `onnx` files and contents of `text` files, by key. */
export type ModelFiles = Readonly<Record<string, string>>;

/**
 * Loads the model in a folder.
 *
 * @throws {Error} when the folder lacks what the family needs. @throws {AsrError} `invalid_model`.
 */
export async function loadModel(
  runtime: Runtime,
  folder: string,
  session: SessionOptions,
): Promise<Recognizer> {
  const manifest = readManifest(folder);
  const { id, name, languages, description = '', family } = manifest;
  const model: ModelInfo = { id, name, languages: [...languages], description, wordTimestamps: false };
  const names = manifest.files.map((file) => file.name);
  const files = findFiles(family, folder, names);
  switch (family) {
    case 'moonshine':
      return loadMoonshine(runtime, files as { encoder: string; decoder: string; tokens: string }, {
        model,
        session,
      });
    default:
      throw new Error(`Models of the family "${family}" cannot be run yet.`);
  }
}

/**
 * The files of a family among those of a folder.
 *
 * @throws {Error} naming what is missing.
 */
export function findFiles(family: FamilyName, folder: string, names: readonly string[]): ModelFiles {
  const found: Record<string, string> = {};
  for (const [key, role] of Object.entries<FileRole>(FAMILY_FILES[family])) {
    const name = role.names
      .map((wanted) => names.find((file) => plainName(file, role) === wanted))
      .find((file) => file !== undefined);
    if (name !== undefined)
      found[key] = role.content === 'text' ? readFileSync(join(folder, name), 'utf8') : join(folder, name);
    else if (role.required)
      throw new Error(`The model in ${folder} has no file for "${key}": ${role.names.join(' or ')}.`);
  }
  return found;
}

const plainName = (file: string, { content }: FileRole): string =>
  content === 'text' ? file : file.endsWith('.onnx') ? file.replace(VARIANT, '') : '';
