/**
 * The transcripts of an account or a workspace in an archive, by the names of their files; answers the reading routes about
 * them as a server would.
 */
import { encodeBase64url } from '@sealscribe/crypto';
import { PART_REVISION_HEADER, archiveNames, type TranscriptInfo } from '@sealscribe/protocol';
import { cut, json, refuse } from './archive-answers.js';
import type { TarFiles } from './read-tar.js';

type PartName = 'card' | 'transcript' | 'words';
/** The revisions of each part that the archive has, in rising order. */
type Revisions = Record<PartName, number[]>;

const INDEX = /^index\.([1-9]\d{0,14})$/;
const FILE = /^transcripts\/([A-Za-z0-9_-]{22})\/(?:key|(card|transcript|words)\.([1-9]\d{0,14}))$/;

/** One set of transcripts in an archive. */
export class ArchivedSpace {
  readonly #transcripts = new Map<string, Revisions>();
  #index: number | undefined;

  /**
   * @param folder Where its files lie.
   * @param createdAt Stands for times that are the server's word, which nobody is shown.
   */
  constructor(
    private readonly files: TarFiles,
    private readonly folder: string,
    private readonly createdAt: string,
  ) {
    for (const path of files.names()) {
      if (!path.startsWith(folder)) continue;
      const name = path.slice(folder.length);
      const index = INDEX.exec(name)?.[1];
      if (index !== undefined) this.#index = Number(index);
      const [, id, part, revision] = FILE.exec(name) ?? [];
      if (id === undefined) continue;
      const revisions = this.#transcripts.get(id) ?? { card: [], transcript: [], words: [] };
      if (part !== undefined) revisions[part as PartName].push(Number(revision));
      this.#transcripts.set(id, revisions);
    }
    for (const { card, transcript, words } of this.#transcripts.values())
      for (const list of [card, transcript, words]) list.sort((a, b) => a - b);
  }

  /** The sealed index. */
  async index(): Promise<Response> {
    if (this.#index === undefined) return refuse('not_found');
    const sealed = await this.files.read(archiveNames.index(this.folder, this.#index));
    return new Response(sealed ?? null, { headers: { etag: `"${this.#index}"` } });
  }

  /**
   * What a route about transcripts asks: after its fixed part come an id, a part, "revisions" or "recordings", a revision or the
   * recording's id, and the number of a piece.
   */
  async transcripts(
    after: string,
    id?: string,
    what?: string,
    revision?: string,
    piece?: string,
  ): Promise<Response> {
    if (id === undefined) return this.#list(after);
    const revisions = this.#transcripts.get(id);
    const present = revisions?.card.at(-1);
    if (revisions === undefined || present === undefined) return refuse('not_found');
    if (what === undefined) return json(await this.#info(id, present));
    if (what === 'revisions') {
      const earlier = revisions.card.slice(0, -1).reverse();
      if (revision === undefined) return this.#listRevisions(id, earlier);
      const asked = earlier.find((one) => one === Number(revision));
      return asked === undefined ? refuse('not_found') : this.#earlier(id, revisions, asked);
    }
    if (what === 'recordings') {
      // There is one recording of a transcript in an archive; that it is the one asked for is for the card to say.
      const bytes = await this.files.read(archiveNames.piece(this.folder, id, Number(piece)));
      return bytes === undefined ? refuse('not_found') : new Response(bytes);
    }
    return what === 'transcript' || what === 'words' ? this.#part(id, what, revisions) : refuse('not_found');
  }

  async #list(after: string): Promise<Response> {
    const { page, next } = cut([...this.#transcripts.keys()], after);
    const transcripts: TranscriptInfo[] = [];
    for (const id of page) {
      const present = this.#transcripts.get(id)?.card.at(-1);
      if (present !== undefined) transcripts.push(await this.#info(id, present));
    }
    return json({ transcripts, next });
  }

  async #info(id: string, revision: number): Promise<TranscriptInfo> {
    const { createdAt } = this;
    const key = await this.#text(archiveNames.key(this.folder, id));
    const card = await this.#sealed(id, 'card', revision);
    return { id, revision, key, card, createdAt, updatedAt: createdAt };
  }

  async #part(id: string, part: PartName, revisions: Revisions): Promise<Response> {
    const revision = revisions[part].at(-1);
    if (revision === undefined) return refuse('not_found');
    const bytes = await this.files.read(archiveNames.part(this.folder, id, part, revision));
    return new Response(bytes ?? null, { headers: { [PART_REVISION_HEADER]: String(revision) } });
  }

  async #listRevisions(id: string, earlier: number[]): Promise<Response> {
    const revisions = [];
    for (const revision of earlier)
      revisions.push({ revision, card: await this.#sealed(id, 'card', revision) });
    return json({ revisions });
  }

  async #earlier(id: string, revisions: Revisions, revision: number): Promise<Response> {
    // The part that was in force then: the latest that is no newer than the card.
    const part = (name: PartName) =>
      this.#sealed(id, name, revisions[name].filter((one) => one <= revision).at(-1) ?? 0);
    const [card, transcript, words] = [await part('card'), await part('transcript'), await part('words')];
    return json({ revision, card, transcript, words });
  }

  #sealed(id: string, part: PartName, revision: number): Promise<string> {
    return this.#text(archiveNames.part(this.folder, id, part, revision));
  }

  async #text(name: string): Promise<string> {
    const bytes = await this.files.read(name);
    return bytes === undefined ? '' : encodeBase64url(bytes);
  }
}
