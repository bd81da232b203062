/** What `models list` shows: the embedded model, those that can be downloaded, and what else lies in the folder. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_MODEL } from '../config.js';
import { findModels } from '../transcription/model-files.js';
import { CATALOGUE } from './catalogue.js';
import { MANIFEST, readManifest, type ModelManifest } from './manifest.js';
import { findEntry } from './registry.js';
import type { RegistryEntry } from './registry-entry.js';

/** A model in the list. */
export interface ListedModel {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  readonly languages: readonly string[];
  readonly licence: string;
  /** Bytes; null where only the hub knows. */
  readonly size: number | null;
  readonly state: 'embedded' | 'downloaded' | 'available' | 'own';
}

/** The names of the models in a folder. */
export function downloadedModels(models: string): string[] {
  if (!existsSync(models)) return [];
  return readdirSync(models)
    .filter((name) => isModelName(name) && existsSync(join(models, name, MANIFEST)))
    .sort();
}

/** Whether a text can be the name of a model's folder, and is no `.part` or `.old` of a pull. */
export const isModelName = (name: string): boolean =>
  /^[\w-][\w.-]*$/.test(name) && !/\.(part|old)$/.test(name);

/** All models. */
export function listModels(models: string): ListedModel[] {
  const there = new Map(downloadedModels(models).map((name) => [name, readManifest(join(models, name))]));
  const embedded = findModels([DEFAULT_MODEL], models).map(({ manifest }) =>
    ofManifest(manifest, 'embedded'),
  );
  const known = CATALOGUE.map((entry) => {
    const manifest = there.get(entry.name);
    return manifest ? ofManifest(manifest, 'downloaded') : ofEntry(entry);
  });
  const own = [...there.values()].filter(({ id }) => findEntry(id) === undefined);
  return [...embedded, ...known, ...own.map((manifest) => ofManifest(manifest, 'own'))];
}

/** The list as a table for people. */
export function toTable(list: readonly ListedModel[]): string[] {
  const rows = list.map(({ name, state, size, languages, licence, title }) => [
    name,
    state,
    size === null ? '' : `${Math.ceil(size / 1e6)} MB`,
    languages.length > 4 ? `${languages.length} languages` : languages.join(','),
    licence,
    title,
  ]);
  const all = [['NAME', 'STATE', 'SIZE', 'LANGUAGES', 'LICENCE', 'WHAT'], ...rows];
  const width = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  );
}

function ofManifest(manifest: ModelManifest, state: ListedModel['state']): ListedModel {
  const { id, name, family, languages, licence = '', files } = manifest;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return { name: id, title: name, family, languages, licence, size, state };
}

function ofEntry({ name, title, family, languages, licence, files }: RegistryEntry): ListedModel {
  const size = files.reduce<number | null>(
    (sum, file) => (sum === null || file.size === undefined ? null : sum + file.size),
    0,
  );
  return { name, title, family, languages, licence, size, state: 'available' };
}
