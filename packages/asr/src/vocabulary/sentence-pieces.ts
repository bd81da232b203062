/**
 * Vocabularies of SentencePiece's kind as NeMo's ONNX exports carry them (`tokens.txt`, `vocab.txt`): a piece and its id on
 * each line. `▁` is a space, `<0xNN>` one byte, other pieces in angle brackets are special and have no text.
 */
import { AsrError } from '../errors.js';
import type { Vocabulary } from './vocabulary.js';

const BYTE_PIECE = /^<0x([0-9A-Fa-f]{2})>$/;
const SPECIAL_PIECE = /^<.*>$/;
/** A piece, which may itself hold or be a space, and its id. */
const LINE = /^(.*?)[ \t]+(\d{1,6})$/;

/** Pieces of a `tokens.txt` or `vocab.txt`. */
export class SentencePieces implements Vocabulary {
  readonly #ids = new Map<string, number>();
  readonly #bytes: (Uint8Array | undefined)[] = [];

  /**
   * @param contents Lines of piece, space, id.
   * @throws {AsrError} `invalid_model` when it is something else, or ids are missing.
   */
  constructor(contents: string) {
    const encoder = new TextEncoder();
    for (const line of contents.split(/\r?\n/)) {
      if (line.trim() === '') continue;
      const [, piece, digits] = LINE.exec(line) ?? [];
      if (piece === undefined)
        throw new AsrError('invalid_model', 'The vocabulary is not a list of pieces and ids');
      const id = Number(digits);
      this.#ids.set(piece, id);
      this.#bytes[id] = spell(piece, encoder);
    }
    if (this.size === 0 || this.#bytes.includes(undefined))
      throw new AsrError('invalid_model', 'The vocabulary lacks pieces');
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** The id of the blank of CTC and transducers: the last one, unless another is named so. */
  get blank(): number {
    return this.find('<blk>') ?? this.find('<blank>') ?? this.size - 1;
  }

  find(name: string): number | undefined {
    return this.#ids.get(name);
  }

  bytes(token: number): Uint8Array {
    return this.#bytes[token] ?? new Uint8Array(0);
  }
}

function spell(piece: string, encoder: TextEncoder): Uint8Array {
  const byte = BYTE_PIECE.exec(piece)?.[1];
  if (byte !== undefined) return Uint8Array.of(parseInt(byte, 16));
  return encoder.encode(SPECIAL_PIECE.test(piece) ? '' : piece === '' ? ' ' : piece.replaceAll('▁', ' '));
}
