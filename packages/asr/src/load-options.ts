/**
 * What every loader of a family of models is given besides the runtime: files by key (families.ts), facts, session options.
 */
import type { ModelInfo } from '@sealscribe/protocol';
import { AsrError } from './errors.js';
import type { ModelFile, SessionOptions } from './runtime.js';

/** Files by their key in the family: bytes or path of ONNX files, contents of text files. */
export type FamilyFiles<Key extends string = string> = Readonly<Partial<Record<Key, ModelFile>>>;

/** Facts about the model and wishes for the runtime's sessions. */
export interface LoadOptions {
  /** `wordTimestamps` is corrected to what the files can do, and an empty list of languages filled where they say it. */
  readonly model: ModelInfo;
  readonly session?: SessionOptions | undefined;
}

/**
 * A file that the family cannot do without.
 *
 * @throws {AsrError} `invalid_model` when it is missing.
 */
export function requireFile<Key extends string>(files: FamilyFiles<Key>, key: Key): ModelFile {
  const file = files[key];
  if (file === undefined) throw new AsrError('invalid_model', `The model has no ${key} file`);
  return file;
}

/** The contents of a text file, if it is there. */
export function readText<Key extends string>(files: FamilyFiles<Key>, key: Key): string | undefined {
  const file = files[key];
  return typeof file === 'object' ? new TextDecoder().decode(file) : file;
}

/**
 * The contents of a text file that the family cannot do without.
 *
 * @throws {AsrError} `invalid_model` when it is missing.
 */
export function requireText<Key extends string>(files: FamilyFiles<Key>, key: Key): string {
  requireFile(files, key);
  return readText(files, key) ?? '';
}

/** A JSON object, by its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The JSON object in a text file; an empty one when there is no such file.
 *
 * @throws {AsrError} `invalid_model` when it is not a JSON object.
 */
export function readJson<Key extends string>(files: FamilyFiles<Key>, key: Key): JsonObject {
  const contents = readText(files, key);
  if (contents === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(contents);
  } catch (cause) {
    throw new AsrError('invalid_model', `The model's ${key} is not JSON`, { cause });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new AsrError('invalid_model', `The model's ${key} is not a JSON object`);
  return value as JsonObject;
}
