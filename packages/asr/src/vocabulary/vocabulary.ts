/**
 * Vocabularies of speech models: token ids to text. Only decoding: nobody here has text to tokenise. How a token is spelled
 * depends on the kind of vocabulary; that a character may be spread over several tokens does not.
 */

/** Turns token ids into text. */
export interface Vocabulary {
  /** Ids are below this. */
  readonly size: number;
  /** The id of a token by its name in the vocabulary's file. */
  find(name: string): number | undefined;
  /** The UTF-8 bytes that a token stands for, a leading space where it begins a word; none for special tokens. */
  bytes(token: number): Uint8Array;
}

/** The text of each token, which in order are the text of all: a character counts to the token that completes it. */
export function tokenTexts(vocabulary: Vocabulary, tokens: readonly number[]): string[] {
  const decoder = new TextDecoder();
  const texts = tokens.map((token) => decoder.decode(vocabulary.bytes(token), { stream: true }));
  const rest = decoder.decode();
  if (rest !== '') texts[texts.length - 1] += rest;
  return texts;
}

/** The text of tokens with single spaces and none around it. */
export function tokensToText(vocabulary: Vocabulary, tokens: readonly number[]): string {
  return tokenTexts(vocabulary, tokens).join('').replace(/\s+/g, ' ').trim();
}
