/** Whether the files of a model's folder are the ones that its manifest and the catalogue name. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findDifference, readFacts } from './download.js';
import { readManifest } from './manifest.js';
import { findEntry, localName } from './registry.js';

/** What a check found. */
export interface Verification {
  readonly id: string;
  /** One line per file that is wrong. */
  readonly problems: readonly string[];
  /** Files whose hash is in the catalogue of this program. */
  readonly pinned: number;
  /** Files whose hash is what the hub announced when they were downloaded. */
  readonly trusted: number;
}

/**
 * Reads all files of a model and compares their hashes.
 *
 * @throws {Error} when the folder has no manifest.
 */
export async function verifyModel(folder: string): Promise<Verification> {
  const { id, files, source } = readManifest(folder);
  const entry = findEntry(id);
  // Hashes of another commit say nothing about this one.
  const known = new Map(
    entry && entry.revision === source?.commit
      ? entry.files.map((file) => [localName(file), file.sha256] as const)
      : [],
  );
  const problems: string[] = [];
  let pinned = 0;
  for (const file of files) {
    const path = join(folder, file.name);
    if (!existsSync(path)) {
      problems.push(`${file.name}: missing`);
      continue;
    }
    const facts = await readFacts(path);
    const pin = known.get(file.name);
    const difference = findDifference(facts, file) ?? findDifference(facts, { sha256: pin });
    if (difference !== undefined) problems.push(`${file.name}: ${difference}`);
    else if (file.sha256 === undefined) problems.push(`${file.name}: the manifest has no hash for it`);
    if (pin !== undefined) pinned++;
  }
  return { id, problems, pinned, trusted: files.length - pinned };
}
