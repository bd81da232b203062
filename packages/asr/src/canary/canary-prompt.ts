/**
 * What Canary is told before it writes (NeMo's "canary2" prompt): languages spoken and wanted, punctuation, and what to leave
 * out. Each wish is a token of the vocabulary. Translation is left out here: the language wanted is the one spoken.
 */
import { AsrError } from '../errors.js';
import type { Vocabulary } from '../vocabulary/vocabulary.js';

/** The token that ends every text. */
export const END_OF_TEXT = '<|endoftext|>';

/**
 * The tokens that come before the text.
 *
 * @throws {AsrError} `invalid_model` when the vocabulary lacks one of them.
 */
export function buildPrompt(vocabulary: Vocabulary, language: string, punctuation: boolean): number[] {
  const wishes = [
    '<|startofcontext|>',
    '<|startoftranscript|>',
    '<|emo:undefined|>',
    `<|${language}|>`,
    `<|${language}|>`,
    punctuation ? '<|pnc|>' : '<|nopnc|>',
    '<|noitn|>',
    '<|notimestamp|>',
    '<|nodiarize|>',
  ];
  return wishes.map((name) => requireToken(vocabulary, name));
}

/**
 * The id of a token.
 *
 * @throws {AsrError} `invalid_model` when there is none of that name.
 */
export function requireToken(vocabulary: Vocabulary, name: string): number {
  const id = vocabulary.find(name);
  if (id === undefined) throw new AsrError('invalid_model', `The vocabulary has no token ${name}`);
  return id;
}
