/**
 * An archive in the place of a server: it answers the vault's reading routes from its files, so that the vault reads and
 * distrusts it exactly as it does a server. Nothing is ever sent anywhere, and every write is refused.
 */
import { encodeBase64url } from '@sealscribe/crypto';
import {
  PART_REVISION_HEADER,
  archiveNames,
  errorStatus,
  type ArchiveManifest,
  type ErrorCode,
  type TranscriptInfo,
} from '@sealscribe/protocol';
import { SourceError } from '../errors.js';
import type { Platform, PlatformRequest } from '../platform.js';
import type { TarFiles } from './read-tar.js';

const PAGE = 100;
const FILE = /^transcripts\/([A-Za-z0-9_-]{22})\/(?:(key)|(card|transcript|words)\.([1-9]\d{0,14}))$/;
const BLOB = /^blobs\/([A-Za-z0-9_-]{22})\.([1-9]\d{0,14})$/;

type PartName = 'card' | 'transcript' | 'words';
/** The revisions of each part that the archive has, in rising order. */
type Revisions = Record<PartName, number[]>;

/** What an archive holds, by the names of its files. */
export class ArchiveServer {
  readonly #transcripts = new Map<string, Revisions>();
  readonly #blobs = new Map<string, number>();

  constructor(
    private readonly files: TarFiles,
    private readonly manifest: ArchiveManifest,
  ) {
    for (const name of files.names()) {
      const [, id, , part, revision] = FILE.exec(name) ?? [];
      const [, blob, blobRevision] = BLOB.exec(name) ?? [];
      if (blob !== undefined) this.#blobs.set(blob, Number(blobRevision));
      if (id === undefined) continue;
      const revisions = this.#transcripts.get(id) ?? { card: [], transcript: [], words: [] };
      if (part !== undefined) revisions[part as PartName].push(Number(revision));
      this.#transcripts.set(id, revisions);
    }
    for (const { card, transcript, words } of this.#transcripts.values())
      for (const list of [card, transcript, words]) list.sort((a, b) => a - b);
  }

  /** The platform under a client that reads this archive. */
  platform(): Platform {
    return {
      fetch: async (url, request) => this.#answer(new URL(url), request),
      streamsUploads: false,
      openAudio: async () => {
        throw new SourceError('An archive transcribes nothing.');
      },
      openSocket: () => {
        throw new SourceError('An archive transcribes nothing.');
      },
      sleep: async () => undefined,
      random: () => 0,
      now: () => Date.now(),
    };
  }

  async #answer({ pathname, searchParams }: URL, { method }: PlatformRequest): Promise<Response> {
    if (method !== 'GET') return refuse('method_not_allowed');
    const [, , kind, id, what, revision] = pathname.split('/');
    const after = searchParams.get('after') ?? '';
    if (kind === 'vault') return this.#index();
    if (kind === 'blobs') return id === undefined ? this.#listBlobs(after) : this.#blob(id);
    if (kind !== 'transcripts') return refuse('not_found');
    if (id === undefined) return this.#listTranscripts(after);
    const revisions = this.#transcripts.get(id);
    const present = revisions?.card.at(-1);
    if (revisions === undefined || present === undefined) return refuse('not_found');
    if (what === undefined) return json(await this.#info(id, present));
    if (what === 'revisions') {
      const earlier = revisions.card.slice(0, -1).reverse();
      if (revision === undefined) return this.#listRevisions(id, earlier);
      return this.#earlier(
        id,
        revisions,
        earlier.find((one) => one === Number(revision)),
      );
    }
    if (what !== 'transcript' && what !== 'words') return refuse('not_found');
    return this.#part(id, what, revisions[what].at(-1));
  }

  async #index(): Promise<Response> {
    const sealed = await this.files.read(archiveNames.index);
    const { index } = this.manifest;
    if (sealed === undefined || index === null) return refuse('not_found');
    return new Response(sealed, { headers: { etag: `"${index.revision}"` } });
  }

  async #listTranscripts(after: string): Promise<Response> {
    const { page, next } = cut([...this.#transcripts.keys()], after);
    const transcripts: TranscriptInfo[] = [];
    for (const id of page) {
      const present = this.#transcripts.get(id)?.card.at(-1);
      if (present !== undefined) transcripts.push(await this.#info(id, present));
    }
    return json({ transcripts, next });
  }

  async #info(id: string, revision: number): Promise<TranscriptInfo> {
    // The times are the server's word, which the vault shows to nobody.
    const { createdAt } = this.manifest;
    const key = await this.#text(archiveNames.key(id));
    const card = await this.#text(archiveNames.part(id, 'card', revision));
    return { id, revision, key, card, createdAt, updatedAt: createdAt };
  }

  async #part(id: string, part: PartName, revision: number | undefined): Promise<Response> {
    if (revision === undefined) return refuse('not_found');
    const sealed = await this.files.read(archiveNames.part(id, part, revision));
    return new Response(sealed ?? new Uint8Array(), {
      headers: { [PART_REVISION_HEADER]: String(revision) },
    });
  }

  async #listRevisions(id: string, earlier: number[]): Promise<Response> {
    const revisions = [];
    for (const revision of earlier)
      revisions.push({ revision, card: await this.#text(archiveNames.part(id, 'card', revision)) });
    return json({ revisions });
  }

  async #earlier(id: string, revisions: Revisions, revision: number | undefined): Promise<Response> {
    if (revision === undefined) return refuse('not_found');
    // The part that was in force then: the latest that is no newer than the card.
    const part = (name: PartName) => {
      const at = revisions[name].filter((one) => one <= revision).at(-1);
      return this.#text(archiveNames.part(id, name, at ?? 0));
    };
    const [card, transcript, words] = [await part('card'), await part('transcript'), await part('words')];
    return json({ revision, card, transcript, words });
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
    return new Response(bytes ?? new Uint8Array(), { headers: { etag: `"${revision}"` } });
  }

  async #text(name: string): Promise<string> {
    const bytes = await this.files.read(name);
    return bytes === undefined ? '' : encodeBase64url(bytes);
  }
}

/** One page of ids, those that come after `after`. */
function cut(ids: string[], after: string): { page: string[]; next: string | null } {
  const rest = ids.filter((id) => id > after).sort();
  const page = rest.slice(0, PAGE);
  return { page, next: rest.length > PAGE ? (page.at(-1) ?? null) : null };
}

const json = (value: unknown) => new Response(JSON.stringify(value));

function refuse(code: ErrorCode): Response {
  const error = { code, message: '', requestId: 'archive' };
  return new Response(JSON.stringify({ error }), { status: errorStatus[code] });
}
