/**
 * An archive in the place of a server: it answers the reading routes from its files, so that vault and workspaces read and
 * distrust it exactly as they do a server. Nothing is ever sent anywhere, and every write is refused.
 */
import {
  archiveNames,
  workspaceFolder,
  type ArchiveManifest,
  type WorkspaceList,
} from '@sealscribe/protocol';
import { SourceError } from '../errors.js';
import type { Platform, PlatformRequest } from '../platform.js';
import { cut, json, refuse } from './archive-answers.js';
import { ArchivedSpace } from './archived-space.js';
import type { TarFiles } from './read-tar.js';

/** What an account without a key pair has. */
const NO_WORKSPACES: WorkspaceList = { workspaces: [], invitations: [] };
const BLOB = /^blobs\/([A-Za-z0-9_-]{22})\.([1-9]\d{0,14})$/;

/** What an archive holds, by the names of its files. */
export class ArchiveServer {
  readonly #blobs = new Map<string, number>();
  readonly #spaces = new Map<string, ArchivedSpace>();

  constructor(
    private readonly files: TarFiles,
    private readonly manifest: ArchiveManifest,
  ) {
    for (const name of files.names()) {
      const [, blob, revision] = BLOB.exec(name) ?? [];
      if (blob !== undefined) this.#blobs.set(blob, Number(revision));
    }
  }

  /** The platform under a client that reads this archive. */
  platform(): Platform {
    const noAudio = () => {
      throw new SourceError('An archive transcribes nothing.');
    };
    return {
      fetch: async (url, request) => this.#answer(new URL(url), request),
      streamsUploads: false,
      openAudio: async () => noAudio(),
      openSocket: noAudio,
      sleep: async () => undefined,
      random: () => 0,
      now: () => Date.now(),
    };
  }

  async #answer({ pathname, searchParams }: URL, { method }: PlatformRequest): Promise<Response> {
    // A member takes note of the rosters since the one that it accepted; of those in an archive nobody else hears.
    if (method === 'PUT' && pathname.endsWith('/membership')) return new Response(null, { status: 204 });
    if (method !== 'GET') return refuse('method_not_allowed');
    const [, , kind, ...rest] = pathname.split('/');
    const after = searchParams.get('after') ?? '';
    const [first, second, ...more] = rest;
    switch (kind) {
      case 'vault':
        return this.#space('').index();
      case 'transcripts':
        return this.#space('').transcripts(after, ...rest);
      case 'blobs':
        return first === undefined ? this.#listBlobs(after) : this.#blob(first);
      case 'account':
        return first === 'identity' ? this.#file(archiveNames.identity) : refuse('not_found');
      case 'workspaces': {
        if (first === undefined) return this.#file(archiveNames.workspaces, NO_WORKSPACES);
        if (second === undefined) return this.#file(archiveNames.workspace(first));
        const space = this.#space(workspaceFolder(first));
        return second === 'index' ? space.index() : space.transcripts(after, ...more);
      }
      default:
        return refuse('not_found');
    }
  }

  #space(folder: string): ArchivedSpace {
    const space = this.#spaces.get(folder) ?? new ArchivedSpace(this.files, folder, this.manifest.createdAt);
    this.#spaces.set(folder, space);
    return space;
  }

  async #file(name: string, otherwise?: WorkspaceList): Promise<Response> {
    const bytes = await this.files.read(name);
    if (bytes !== undefined) return new Response(bytes);
    return otherwise === undefined ? refuse('not_found') : json(otherwise);
  }

  #listBlobs(after: string): Response {
    const { page, next } = cut([...this.#blobs.keys()], after);
    const { createdAt } = this.manifest;
    const blobs = page.map((id) => {
      const revision = this.#blobs.get(id) ?? 0;
      const size = this.files.size(archiveNames.blob(id, revision)) ?? 0;
      return { id, revision, size, createdAt, updatedAt: createdAt };
    });
    return json({ blobs, next });
  }

  async #blob(id: string): Promise<Response> {
    const revision = this.#blobs.get(id);
    if (revision === undefined) return refuse('not_found');
    const bytes = await this.files.read(archiveNames.blob(id, revision));
    return new Response(bytes ?? null, { headers: { etag: `"${revision}"` } });
  }
}
