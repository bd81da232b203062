/** Looks models up by name; they stand in catalogue.ts. */
import { CATALOGUE } from './catalogue.js';
import type { RegistryEntry, RegistryFile } from './registry-entry.js';

/** The model of that name. */
export function findEntry(name: string): RegistryEntry | undefined {
  return CATALOGUE.find((entry) => entry.name === name);
}

/** The name of a file in the model's folder. */
export function localName({ path }: RegistryFile): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
