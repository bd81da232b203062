/**
 * Byte-level BPE vocabularies, GPT-2's and Whisper's: every byte has a printable character that stands for it, and a token is
 * spelled in these. Read from `tokenizer.json`, or from `vocab.json` and `added_tokens.json`. Added tokens have no text.
 */
import { AsrError } from '../errors.js';
import type { JsonObject } from '../load-options.js';
import type { Vocabulary } from './vocabulary.js';

const MOST_TOKENS = 1_000_000;

/** Tokens of a byte-level BPE. */
export class ByteLevelPieces implements Vocabulary {
  readonly #ids = new Map<string, number>();
  readonly #spelling: (string | undefined)[] = [];

  private constructor() {}

  /**
   * Reads the contents of `tokenizer.json`.
   *
   * @throws {AsrError} `invalid_model`.
   */
  static fromTokenizer(tokenizer: JsonObject): ByteLevelPieces {
    const { model, added_tokens: added } = (tokenizer ?? {}) as {
      model?: { vocab?: unknown } | null;
      added_tokens?: unknown;
    };
    const pieces = new ByteLevelPieces();
    pieces.#addAll(model?.vocab, true);
    const special = (Array.isArray(added) ? added : []) as ({ content?: unknown; id?: unknown } | null)[];
    pieces.#addAll(Object.fromEntries(special.map((one) => [String(one?.content), one?.id])), false);
    return pieces;
  }

  /**
   * Reads the contents of `vocab.json` and `added_tokens.json`.
   *
   * @throws {AsrError} `invalid_model`.
   */
  static fromVocabulary(vocabulary: JsonObject, added: JsonObject): ByteLevelPieces {
    const pieces = new ByteLevelPieces();
    pieces.#addAll(vocabulary, true);
    pieces.#addAll(added, false);
    return pieces;
  }

  get size(): number {
    return this.#spelling.length;
  }

  find(name: string): number | undefined {
    return this.#ids.get(name);
  }

  bytes(token: number): Uint8Array {
    const characters = [...(this.#spelling[token] ?? '')];
    return Uint8Array.from(characters, (character) => byteOf.get(character) ?? 0x3f);
  }

  /** Names and ids of all tokens. */
  entries(): IterableIterator<[string, number]> {
    return this.#ids.entries();
  }

  #addAll(ids: unknown, isText: boolean): void {
    const entries = ids !== null && typeof ids === 'object' ? Object.entries(ids) : [];
    if (isText && entries.length === 0)
      throw new AsrError('invalid_model', 'The tokenizer has no vocabulary');
    for (const [name, id] of entries) {
      if (!Number.isSafeInteger(id) || id < 0 || id > MOST_TOKENS)
        throw new AsrError('invalid_model', 'The tokenizer is not a list of tokens and ids');
      this.#ids.set(name, id as number);
      // What vocab.json spells out for a token that is added as well is its name.
      this.#spelling[id as number] = isText && !/^<\|.*\|>$/.test(name) ? name : '';
    }
  }
}

/** The byte for which a character stands: itself where it is printable, else the next one from U+0100 on. */
const byteOf = new Map<string, number>();
for (let byte = 0, next = 0x100; byte < 0x100; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  byteOf.set(String.fromCharCode(printable ? byte : next++), byte);
}
