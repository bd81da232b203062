/**
 * Vocabularies of wav2vec2-type models (`vocab.json`): single characters by id. `|` stands between words, names in angle or
 * square brackets are special; the padding is what CTC calls blank.
 */
import { AsrError } from '../errors.js';
import type { Vocabulary } from './vocabulary.js';

const MOST_CHARACTERS = 1_000_000;
const SPECIAL = /^(<.+>|\[.+\])$/;

/** Characters of a `vocab.json`. */
export class Characters implements Vocabulary {
  readonly size: number;
  /** The id of CTC's blank. */
  readonly blank: number;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #bytes: Uint8Array[] = [];

  /**
   * @param contents JSON: an object of ids by character.
   * @throws {AsrError} `invalid_model` when it is something else or has no padding token.
   */
  constructor(contents: string) {
    this.#ids = parseIds(contents);
    const encoder = new TextEncoder();
    for (const [name, id] of this.#ids)
      this.#bytes[id] = encoder.encode(SPECIAL.test(name) ? '' : name === '|' ? ' ' : name);
    this.size = this.#bytes.length;
    const blank = this.find('<pad>') ?? this.find('[PAD]');
    if (blank === undefined) throw new AsrError('invalid_model', 'The vocabulary has no padding token');
    this.blank = blank;
  }

  find(name: string): number | undefined {
    return this.#ids.get(name);
  }

  bytes(token: number): Uint8Array {
    return this.#bytes[token] ?? new Uint8Array(0);
  }
}

function parseIds(contents: string): Map<string, number> {
  let ids: unknown;
  try {
    ids = JSON.parse(contents);
  } catch (cause) {
    throw new AsrError('invalid_model', 'The vocabulary is not JSON', { cause });
  }
  const entries = ids !== null && typeof ids === 'object' ? Object.entries(ids) : [];
  if (
    entries.length === 0 ||
    !entries.every(
      (entry): entry is [string, number] =>
        Number.isSafeInteger(entry[1]) && entry[1] >= 0 && entry[1] < MOST_CHARACTERS,
    )
  )
    throw new AsrError('invalid_model', 'The vocabulary is not a list of characters and ids');
  return new Map(entries);
}
