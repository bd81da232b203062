/**
 * A model from the hub to its folder: all files announced first, room on the disk looked for, then each downloaded and checked,
 * and the folder put in place whole. A model that was pulled before and is right is left alone.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { downloadFile, findDifference, readFacts, type Expected, type FileFacts } from './download.js';
import { addressOf, askAbout, HubError } from './hub.js';
import { MANIFEST, type ManifestFile, type ModelManifest } from './manifest.js';
import { localName } from './registry.js';
import type { RegistryEntry, RegistryFile } from './registry-entry.js';

/** How far a pull is. */
export interface PullProgress {
  readonly file: string;
  readonly bytes: number;
  /** Bytes of the file, where announced. */
  readonly size: number | undefined;
}

/** Where from and where to. */
export interface PullOptions {
  /** Address of the hub. */
  readonly hub: string;
  /** Folder of downloaded models. */
  readonly models: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  /** Milliseconds before the first new try of a broken download. */
  readonly pause?: number | undefined;
}

interface Planned {
  readonly file: RegistryFile;
  readonly address: string;
  readonly expected: Expected;
}

/** Left on the disk besides the model. */
const SPARE = 64 * 1024 ** 2;
const MAX_TRIES = 4;

/**
 * Downloads a model into `models/NAME`.
 *
 * @returns the folder.
 * @throws {Error} when a file cannot be had, is not what it must be, or the disk has no room. What came stays for the next try.
 */
export async function pullModel(entry: RegistryEntry, options: PullOptions): Promise<string> {
  const { models, signal, onProgress, pause } = options;
  const folder = join(models, entry.name);
  const staging = `${folder}.part`;
  const { commit, planned } = await plan(entry, options);
  const isFirst = !existsSync(models);
  await mkdir(staging, { recursive: true, mode: 0o700 });
  if (isFirst) await chmod(models, 0o755);
  await checkRoom(staging, planned);
  const files: ManifestFile[] = [];
  for (const { file, address, expected } of planned) {
    const name = localName(file);
    const path = join(staging, name);
    const report = (bytes: number) => onProgress?.({ file: name, bytes, size: expected.size });
    const facts =
      (await alreadyRight(path, expected)) ??
      (await downloadFile(address, path, expected, { signal, onBytes: report, pause }));
    report(facts.size);
    files.push({ name, size: facts.size, sha256: facts.sha256, pinned: file.sha256 !== undefined });
  }
  const manifest: ModelManifest = {
    id: entry.name,
    name: entry.title,
    family: entry.family,
    languages: entry.languages,
    description: entry.description,
    licence: entry.licence,
    source: { repository: entry.repository, commit },
    files,
  };
  await writeFile(join(staging, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  // A model is no secret, and who pulls it (root, most likely) need not be the user of the server.
  for (const name of await readdir(staging)) await chmod(join(staging, name), 0o644);
  await chmod(staging, 0o755);
  await putInPlace(staging, folder);
  return folder;
}

/** Asks the hub about every file, all of one commit. */
async function plan(
  entry: RegistryEntry,
  { hub, signal, pause = 1_000 }: PullOptions,
): Promise<{ commit: string; planned: Planned[] }> {
  let commit = entry.revision;
  const planned: Planned[] = [];
  for (const file of entry.files) {
    const address = addressOf(hub, entry.repository, commit, file.path);
    const announced = await insist(() => askAbout(address, signal), pause, signal);
    const contradiction =
      (file.size !== undefined && announced.size !== undefined && announced.size !== file.size) ||
      (file.sha256 !== undefined && announced.sha256 !== undefined && announced.sha256 !== file.sha256);
    if (contradiction)
      throw new Error(
        `${file.path} of ${entry.repository} is not the file that is known: nothing was downloaded.`,
      );
    if (planned.length === 0 && announced.commit !== undefined && /^[0-9a-f]{40}$/.test(announced.commit))
      commit = announced.commit;
    planned.push({
      file,
      address: addressOf(hub, entry.repository, commit, file.path),
      expected: {
        size: file.size ?? announced.size,
        sha256: file.sha256 ?? announced.sha256,
        gitBlob: announced.gitBlob,
      },
    });
  }
  return { commit, planned };
}

/** Tries again what failed for a passing reason. */
async function insist<T>(action: () => Promise<T>, pause: number, signal?: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await action();
    } catch (error) {
      signal?.throwIfAborted();
      const lasting = error instanceof RangeError || (error instanceof HubError && !error.temporary);
      if (lasting || tries >= MAX_TRIES) throw error;
      await wait(pause * 2 ** tries, undefined, { ...(signal && { signal }) });
    }
  }
}

async function checkRoom(staging: string, planned: readonly Planned[]): Promise<void> {
  const needed = planned.reduce((sum, { expected }) => sum + (expected.size ?? 0), SPARE);
  const { bavail, bsize } = await statfs(staging);
  if (bavail * bsize < needed)
    throw new Error(
      `The disk of ${staging} has ${megabytes(bavail * bsize)} free and the model needs ${megabytes(needed)}.`,
    );
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;

/** The facts of a file that an earlier, broken pull finished. */
async function alreadyRight(path: string, expected: Expected): Promise<FileFacts | undefined> {
  if (!existsSync(path)) return undefined;
  const facts = await readFacts(path);
  if (findDifference(facts, expected) === undefined && (expected.sha256 ?? expected.gitBlob) !== undefined)
    return facts;
  await rm(path);
  return undefined;
}

async function putInPlace(staging: string, folder: string): Promise<void> {
  if (!existsSync(folder)) return rename(staging, folder);
  const old = `${folder}.old`;
  await rm(old, { recursive: true, force: true });
  await rename(folder, old);
  await rename(staging, folder);
  await rm(old, { recursive: true });
}
