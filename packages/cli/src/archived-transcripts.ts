/**
 * Everything in an archive that can be read: the account's own transcripts, those of its workspaces, and private mode.
 */
import {
  IntegrityError,
  SealscribeError,
  type Archive,
  type ArchivedTranscripts,
  type KeptRecording,
  type Transcript,
  type VaultEntry,
} from '@sealscribe/sdk-node';
import { isCode } from './failure.js';

/** A transcript with what is known of it. */
export interface Archived {
  id: string;
  transcript: Transcript;
  title?: string | null | undefined;
  fileName?: string | null | undefined;
  createdAt?: string;
  /** What is kept of its sound; absent where there is none. */
  sound?: KeptRecording | undefined;
}

/** What an archive holds. */
export interface ArchiveList {
  createdAt: string;
  fingerprint: string;
  transcripts: VaultEntry[];
  workspaces: { id: string; name: string; transcripts: VaultEntry[] }[];
  /** Absent when the archive was opened with recovery words. */
  privateMode?: { id: string; size: number }[];
}

/** Takes what cannot be trusted, or (in private mode) does not open with this password; the rest goes on. */
export type OnProblem = (problem: IntegrityError) => void;

/** Lists it. */
export async function listArchive(archive: Archive, onProblem: OnProblem): Promise<ArchiveList> {
  const { vault, createdAt } = archive;
  const workspaces = [];
  for (const { id, name } of await vault.workspaces.list())
    workspaces.push({ id, name, transcripts: await (await vault.workspaces.open(id)).list({ onProblem }) });
  const blobs = await (await archive.privateMode())?.list();
  return {
    createdAt,
    fingerprint: await vault.fingerprint(),
    transcripts: await vault.list({ onProblem }),
    workspaces,
    ...(blobs && { privateMode: blobs.map(({ id, size }) => ({ id, size })) }),
  };
}

/** Opens everything that is listed, one after the other. */
export async function* openEverything(
  archive: Archive,
  { transcripts, workspaces, privateMode = [] }: ArchiveList,
  onProblem: OnProblem,
): AsyncGenerator<Archived> {
  const { vault } = archive;
  const places: { open: ArchivedTranscripts; transcripts: VaultEntry[] }[] = [{ open: vault, transcripts }];
  for (const { id, transcripts: shared } of workspaces)
    places.push({ open: await vault.workspaces.open(id), transcripts: shared });
  for (const place of places)
    for (const { id } of place.transcripts) {
      const opened = await unlessProblem(() => place.open.open(id), onProblem);
      if (opened) yield { ...opened, sound: opened.recording && (await place.open.recording(id)) };
    }
  const sealed = await archive.privateMode();
  for (const { id } of sealed ? privateMode : []) {
    const opened = await unlessProblem(async () => sealed?.open(id), onProblem);
    if (opened) yield { id, ...opened };
  }
}

async function unlessProblem<T>(work: () => Promise<T>, onProblem: OnProblem): Promise<T | undefined> {
  return work().catch(takeProblem(onProblem));
}

/** Hands on what cannot be trusted, and throws what else went wrong. */
export const takeProblem =
  (onProblem: OnProblem) =>
  (error: unknown): undefined => {
    if (!(error instanceof IntegrityError)) throw error;
    onProblem(error);
  };

/**
 * Opens one, wherever it is.
 * @throws SealscribeError "not_found"
 */
export async function openOne(archive: Archive, id: string): Promise<Archived> {
  const { vault } = archive;
  const places = [
    () => vault.open(id),
    ...(await vault.workspaces.list()).map(
      (one) => async () => (await vault.workspaces.open(one.id)).open(id),
    ),
    async () => {
      const sealed = await archive.privateMode();
      if (!sealed) throw notFound();
      return { id, ...(await sealed.open(id)) };
    },
  ];
  for (const open of places) {
    try {
      return await open();
    } catch (error) {
      if (!isCode(error, 'not_found')) throw error;
    }
  }
  throw notFound();
}

const notFound = () => new SealscribeError('not_found', 'There is no such transcript in this archive.');
