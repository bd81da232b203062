/** Archives as files: fetched as they come, and opened without reading them whole. */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  openArchive,
  type Archive,
  type ArchiveKey,
  type IntegrityError,
  type Sealscribe,
} from '@sealscribe/sdk-node';
import { listArchive, openEverything, takeProblem } from './archived-transcripts.js';
import { CliError } from './exit-codes.js';
import { writeStream } from './write-stream.js';

/** Opens an archive in a file of any size. @throws the file system's error; the SDK's */
export async function openArchiveFile(file: string, key: ArchiveKey): Promise<Archive> {
  if ((await stat(file)).isDirectory()) throw new CliError('usage', 'This is a folder, not an archive.');
  return openArchive(await openAsBlob(file), key);
}

/** What a check has opened. */
interface Checked {
  transcripts: number;
  privateMode: number;
  /** How many of private mode do not open with this password. */
  unopened: number;
}

/**
 * Fetches the archive of the account into a file. With `key` it is opened again before it gets its name, because a backup that
 * was never opened is none.
 * @throws CliError `conflict` when the file is there, `integrity`
 */
export async function saveArchive(
  client: Sealscribe,
  file: string,
  options: { key: ArchiveKey | undefined; overwrite: boolean; signal: AbortSignal },
): Promise<{ bytes: number } & Partial<Checked>> {
  const { key, signal, overwrite } = options;
  let counts: Checked | undefined;
  const bytes = await writeStream(client.exportArchive({ signal }), file, {
    overwrite,
    check: async (draft) => void (counts = key && (await check(await openArchiveFile(draft, key)))),
  });
  return { bytes, ...counts };
}

/** Opens everything: what cannot be opened is found out now, not on the day it is needed. */
async function check(archive: Archive): Promise<Checked> {
  const problems: IntegrityError[] = [];
  const list = await listArchive(archive, (problem) => problems.push(problem));
  const { transcripts, workspaces, privateMode = [] } = list;
  const blobs = new Set(privateMode.map(({ id }) => id));
  let unopened = 0;
  const onProblem = (problem: IntegrityError) => {
    // Sealed with an earlier password, or by a program with a format of its own.
    if (problem.id !== undefined && blobs.has(problem.id)) unopened += 1;
    else problems.push(problem);
  };
  for await (const { sound } of openEverything(archive, list, onProblem))
    await sound?.stream().pipeTo(new WritableStream()).catch(takeProblem(onProblem));
  if (problems.length > 0)
    throw new CliError(
      'integrity',
      `${problems.length} of the transcripts cannot be trusted. Nothing was saved; --no-check saves what the server has.`,
      { cause: problems[0] },
    );
  const shared = workspaces.reduce((sum, workspace) => sum + workspace.transcripts.length, 0);
  return { transcripts: transcripts.length + shared, privateMode: privateMode.length, unopened };
}
