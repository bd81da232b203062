/**
 * Brings an opened archive into an account: its transcripts, then the blobs of private mode.
 */
import type { Credentials } from '../account.js';
import type { IntegrityError } from '../errors.js';
import type { Http } from '../http.js';
import type { Space } from '../space.js';
import { importBlobs } from './import-blobs.js';
import { importTranscripts } from './import-transcripts.js';
import type { ImportResult } from './imported.js';
import type { Archive } from './open-archive.js';

/** How an import goes. */
export interface ImportOptions {
  /** Ends it; what was brought by then stays, and importing again goes on from there. */
  signal?: AbortSignal | undefined;
  /** Called after each transcript and blob, with how many of their kind are done. */
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

/** Imports everything that opens. */
export async function importArchive(
  archive: Archive,
  to: { space: Space; http: Http; credentials: Credentials },
  { signal, onProgress }: ImportOptions,
): Promise<ImportResult> {
  const problems: IntegrityError[] = [];
  const importing = () => {
    let done = 0;
    return {
      signal,
      onProblem: (problem: IntegrityError) => void problems.push(problem),
      onDone: (total: number) => onProgress?.({ done: (done += 1), total }),
    };
  };
  const transcripts = await importTranscripts(archive.vault, to.space, importing());
  const privateMode = await archive.privateMode();
  return {
    transcripts,
    privateMode: privateMode && (await importBlobs(privateMode, to.http, to.credentials, importing())),
    problems,
  };
}
