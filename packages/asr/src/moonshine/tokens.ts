/**
 * Moonshine's vocabulary: token ids to text. It is Llama's SentencePiece vocabulary, in which `▁` is a space and a piece
 * `<0xNN>` is one byte of UTF-8. Only decoding: nobody here has text to tokenise.
 */
import { AsrError } from '../errors.js';

/** `<s>`, with which every decoding begins. */
export const BEGIN = 1;
/** `</s>`, with which the model says that it has finished. */
export const END = 2;

const VOCABULARY_SIZE = 32_000;
const FIRST_PIECE = 3;
const BYTE_PIECE = /^<0x([0-9A-F]{2})>$/;

/** Turns token ids into text. */
export class TokenDecoder {
  readonly #pieces: readonly string[];

  /**
   * @param vocabulary The contents of `tokens.txt`: line n (from 0, lines end in `\n`) is token id n. Or of the hub's
   * `tokenizer.json`, which says the same at greater length.
   * @throws {AsrError} `invalid_model` when it is another vocabulary.
   */
  constructor(vocabulary: string) {
    this.#pieces = vocabulary.startsWith('{')
      ? piecesOfTokenizer(vocabulary)
      : vocabulary.replace(/\n$/, '').split('\n');
    if (this.#pieces.length !== VOCABULARY_SIZE || this.#pieces[END] !== '</s>')
      throw new AsrError('invalid_model', 'The vocabulary is not the one of Moonshine');
  }

  /** The text of tokens, with single spaces and none around it. Special tokens have no text. */
  decode(tokens: readonly number[]): string {
    return this.pieces(tokens).join('').replace(/\s+/g, ' ').trim();
  }

  /** The text of each token as it stands in the text of all. A character spread over several counts to the last of them. */
  pieces(tokens: readonly number[]): string[] {
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    const pieces = tokens.map((token) => decoder.decode(this.#bytes(token, encoder), { stream: true }));
    const rest = decoder.decode();
    if (rest !== '') pieces[pieces.length - 1] += rest;
    return pieces;
  }

  #bytes(token: number, encoder: TextEncoder): Uint8Array {
    const piece = token < FIRST_PIECE ? undefined : this.#pieces[token];
    const byte = piece === undefined ? undefined : BYTE_PIECE.exec(piece)?.[1];
    if (byte !== undefined) return Uint8Array.of(parseInt(byte, 16));
    return encoder.encode(piece?.replaceAll('▁', ' ') ?? '');
  }
}

/** The pieces in `model.vocab`, in order of their ids and without the special tokens at the end. */
function piecesOfTokenizer(json: string): string[] {
  let vocabulary: Record<string, number> | undefined;
  try {
    vocabulary = (JSON.parse(json) as { model?: { vocab?: Record<string, number> } }).model?.vocab;
  } catch {
    // Not JSON: the caller's check says so.
  }
  const pieces: string[] = [];
  for (const [piece, id] of Object.entries(vocabulary ?? {})) if (id < VOCABULARY_SIZE) pieces[id] = piece;
  return pieces;
}
