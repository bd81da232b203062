/**
 * Brings the transcripts of an archive into an account, of whatever server: each is opened with the old key and sealed anew under the account's, its kept revisions one after the other, with titles, tags and dates. Ids are kept; what was
 * deleted in the account gets another one. Done twice, or again after it broke off, it goes on where it was: what is there
 * already is recognised by its contents, and what was changed there since is left alone.
 */
import {
  decodeBase64url,
  encodeBase64url,
  sealRecord,
  sha256,
  type Mark,
  type VaultIndex,
} from '@sealscribe/crypto';
import type { Card } from '@sealscribe/protocol';
import { checkLabels, toDocuments, type Documents } from '../documents.js';
import { IntegrityError } from '../errors.js';
import type { Space } from '../space.js';
import { KeysChanged, TranscriptMoved, VaultListing } from '../vault-listing.js';
import { readCurrent } from '../vault-reading.js';
import { readTranscript } from '../vault-records.js';
import { iterate } from '../multipart.js';
import { withSealedSound, type SealedSound } from '../recordings/attach.js';
import type { KeptRecording, VaultTranscript } from '../vault-types.js';
import { VaultWriting } from '../vault-writing.js';
import type { Imported, Importing } from './imported.js';
import type { ArchivedVault } from './open-archive.js';

/** How often a transcript is begun again because another device writes it at the same time. */
const MAX_TRIES = 5;

/** Imports the transcripts of a vault into a space, oldest first. */
export async function importTranscripts(
  from: ArchivedVault,
  to: Space,
  { signal, onProblem, onDone }: Importing,
): Promise<Imported[]> {
  const entries = await from.list({ onProblem });
  const importer = new Importer(from, to, { signal, onProblem });
  const done: Imported[] = [];
  for (const entry of [...entries].reverse()) {
    signal?.throwIfAborted();
    try {
      done.push(await importer.bring(entry.id));
    } catch (failure) {
      if (!(failure instanceof FromArchive)) throw failure;
      onProblem(failure.problem);
    }
    onDone(entries.length);
  }
  return done;
}

/** A revision that does not open is the archive's fault; every other IntegrityError is the account's, and ends the import. */
class FromArchive extends Error {
  constructor(readonly problem: IntegrityError) {
    super();
  }
}

/** One revision, as it is sealed. */
interface Contents extends Pick<Documents, 'transcript' | 'words'> {
  card: Card;
}

/** A revision that the account has. */
interface Written {
  contents: Contents;
  mark: Mark;
}

class Importer {
  readonly #listing: VaultListing;
  readonly #writing: VaultWriting;

  constructor(
    private readonly from: ArchivedVault,
    private readonly space: Space,
    private readonly watch: Pick<Importing, 'signal' | 'onProblem'>,
  ) {
    this.#listing = new VaultListing(space);
    this.#writing = new VaultWriting(space, this.#listing);
  }

  async bring(from: string): Promise<Imported> {
    const history = await this.#read(() => this.from.history(from));
    const revisions = history.map(({ revision }) => revision).reverse();
    for (let attempt = 1; ; attempt++) {
      const { index } = attempt === 1 ? await this.#listing.known() : await this.#listing.fetch();
      const id = await this.#target(index, from);
      try {
        const state = Object.hasOwn(index, id)
          ? await this.#state(id, from, revisions, attempt === MAX_TRIES)
          : { done: 0 };
        if (state === undefined) return { id, from, outcome: 'kept' };
        let { before } = state;
        const missing = revisions.slice(state.done);
        for (const revision of missing) {
          const contents = await this.#contents(from, revision);
          const sound =
            revision === missing.at(-1) ? await this.#read(() => this.from.recording(from)) : undefined;
          before = sound
            ? await this.#writeWithSound(id, contents, before, sound)
            : await this.#write(id, contents, before);
        }
        return { id, from, outcome: missing.length === 0 ? 'unchanged' : 'imported' };
      } catch (failure) {
        const isRace = failure instanceof TranscriptMoved || failure instanceof KeysChanged;
        if (!isRace || attempt === MAX_TRIES) throw failure;
      }
    }
  }

  /** The id in the account: the same, or where that was deleted one that follows from it, so that it is found again. */
  async #target(index: VaultIndex, from: string): Promise<string> {
    const isDeleted = (id: string) => Object.hasOwn(index, id) && 'deleted' in (index[id] ?? {});
    let id = from;
    for (let count = 1; isDeleted(id); count++) {
      const seed = new TextEncoder().encode(`sealscribe import ${this.space.id} ${from} ${count}`);
      id = encodeBase64url(decodeBase64url(await sha256(seed)).subarray(0, 16));
    }
    return id;
  }

  /** How many of the revisions the account has already, or undefined where it has something else. */
  async #state(
    id: string,
    from: string,
    revisions: number[],
    lastTry: boolean,
  ): Promise<{ done: number; before?: Written } | undefined> {
    const record = await readCurrent(this.space, this.#listing, id);
    const options = { words: true, lastTry, signal: undefined };
    const transcript = await readTranscript(this.space, record, options);
    if (transcript === undefined) throw new TranscriptMoved();
    const { transcript: body, words } = toDocuments(transcript);
    const { recording: _its, ...card } = record.card;
    const present: Contents = { card, transcript: body, words };
    const isAt = async (count: number) => {
      const revision = revisions[count - 1];
      return revision !== undefined && sameJson(present, await this.#contents(from, revision));
    };
    const { mark } = record;
    if (await isAt(revisions.length)) return { done: revisions.length };
    return (await isAt(mark.revision))
      ? { done: mark.revision, before: { mark, contents: present } }
      : undefined;
  }

  async #contents(from: string, revision: number): Promise<Contents> {
    return toContents(await this.#read(() => this.from.openRevision(from, revision)));
  }

  async #read<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (failure) {
      throw failure instanceof IntegrityError ? new FromArchive(failure) : failure;
    }
  }

  /** The last revision brings the recording along, sealed anew as it is read from the archive. */
  async #writeWithSound(
    id: string,
    contents: Contents,
    before: Written | undefined,
    sound: KeptRecording,
  ): Promise<Written> {
    const given = { type: sound.type, size: sound.size, bytes: fromArchive(iterate(sound.stream())) };
    try {
      return await withSealedSound(this.space, id, given, { signal: this.watch.signal }, (sealed) =>
        this.#write(id, contents, before, sealed),
      );
    } catch (failure) {
      if (!(failure instanceof FromArchive)) throw failure;
      // The text is not to be lost with it.
      this.watch.onProblem(failure.problem);
      return this.#write(id, contents, before);
    }
  }

  /** Writes one revision more, upon `before`. Parts that did not change are not sent again. */
  async #write(
    id: string,
    contents: Contents,
    before: Written | undefined,
    sound?: SealedSound,
  ): Promise<Written> {
    const keys = this.space.keys();
    const { index } = await this.#listing.known();
    const entry = Object.hasOwn(index, id) ? index[id] : undefined;
    const present = before && (await readCurrent(this.space, this.#listing, id));
    // Another device has written, perhaps the same import: what there is to do is to be found out anew.
    if (present?.mark.sha256 !== before?.mark.sha256) throw new TranscriptMoved();
    // The account's key may have been rotated since the revision before was brought.
    const isOutdated = entry !== undefined && 'rekey' in entry;
    const made = !present || isOutdated ? await keys.createTranscriptKey(id) : undefined;
    const changed = (part: 'transcript' | 'words') =>
      made || !sameJson(contents[part], before?.contents[part]) ? { [part]: contents[part] } : {};
    const revision = (present?.mark.revision ?? 0) + 1;
    const sealed = await sealRecord((made?.transcriptKey ?? present?.key) as CryptoKey, {
      transcriptId: id,
      revision,
      card: { ...contents.card, recording: sound?.card ?? present?.card.recording },
      ...changed('transcript'),
      ...changed('words'),
      ...(present && { parts: present.parts }),
    });
    await this.#writing.put(id, sealed, {
      keys,
      ...(made && { key: made.wrap }),
      ...(present && { replaces: present.mark }),
      recording: sound?.sent,
    });
    return { contents, mark: { revision, sha256: sealed.sha256 } };
  }
}

/** A recording that does not open is the archive's fault too. */
async function* fromArchive(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (failure) {
    throw failure instanceof IntegrityError ? new FromArchive(failure) : failure;
  }
}

function toContents({ transcript: opened, ...entry }: VaultTranscript): Contents {
  const { summary, transcript, words } = toDocuments(opened);
  const { title, fileName, tags, createdAt, updatedAt } = entry;
  return {
    card: checkLabels({ title, fileName, tags, ...summary, createdAt, updatedAt }),
    transcript,
    words,
  };
}

/** Both sides were made by the same schemas, so their keys stand in one order. */
const sameJson = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
