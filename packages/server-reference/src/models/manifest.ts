/**
 * `manifest.json` in a model's folder: what the model is, which files it has, and where they came from. Written when a model
 * has been downloaded; a folder that travels to a machine without network carries it along.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAMILY_FILES, type FamilyName } from '@sealscribe/asr';

/** A file of a model. */
export interface ManifestFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256?: string | undefined;
  /** Whether the hash was known before the download; otherwise it is what the hub announced then. */
  readonly pinned?: boolean | undefined;
}

/** What `manifest.json` says. */
export interface ModelManifest {
  readonly id: string;
  readonly name: string;
  readonly family: FamilyName;
  /** BCP 47 tags. */
  readonly languages: readonly string[];
  readonly description?: string | undefined;
  readonly licence?: string | undefined;
  readonly files: readonly ManifestFile[];
  /** Where a download came from. */
  readonly source?: { readonly repository: string; readonly commit: string } | undefined;
}

/** Name of the file. */
export const MANIFEST = 'manifest.json';

/**
 * Reads the manifest of a folder.
 *
 * @throws {Error} naming the folder when it is missing or not of this form.
 */
export function readManifest(folder: string): ModelManifest {
  const path = join(folder, MANIFEST);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path} cannot be read.`, { cause });
  }
  const problem = findProblem(value);
  if (problem !== undefined) throw new Error(`${path}: ${problem}.`);
  return value as ModelManifest;
}

function findProblem(value: unknown): string | undefined {
  const manifest = value as Partial<Record<keyof ModelManifest, unknown>> | null;
  if (typeof manifest !== 'object' || manifest === null) return 'it must hold an object';
  const { id, name, family, languages, files } = manifest;
  if (typeof id !== 'string' || !/^[\w.-]+$/.test(id)) return '"id" must be letters, digits, ".", "_" or "-"';
  if (typeof name !== 'string') return '"name" must be a text';
  if (typeof family !== 'string' || !Object.hasOwn(FAMILY_FILES, family))
    return `"family" must be one of ${Object.keys(FAMILY_FILES).join(', ')}`;
  if (
    !Array.isArray(languages) ||
    languages.length === 0 ||
    !languages.every((tag) => typeof tag === 'string')
  )
    return '"languages" must be a list of language tags';
  if (!Array.isArray(files) || !files.every(isFile))
    return '"files" must be a list of {name, size, sha256}, with plain names';
  return undefined;
}

function isFile(value: unknown): boolean {
  const file = value as Partial<Record<keyof ManifestFile, unknown>> | null;
  return (
    typeof file === 'object' &&
    file !== null &&
    typeof file.name === 'string' &&
    // A manifest may come from anywhere: its names stay inside the folder.
    /^[\w-][\w.-]*$/.test(file.name) &&
    Number.isSafeInteger(file.size) &&
    (file.sha256 === undefined || (typeof file.sha256 === 'string' && /^[0-9a-f]{64}$/.test(file.sha256)))
  );
}
