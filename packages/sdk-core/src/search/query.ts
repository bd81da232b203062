/**
 * What somebody looks for: terms, each to be found as it stands somewhere in a text. Spaces part terms, double quotes keep a phrase
 * together; there are no operators to learn.
 */
import { fold } from './fold.js';

/** Terms at most: each costs a scan. */
const MOST_TERMS = 32;

/**
 * The folded terms of a query, each once.
 * @throws TypeError when there is nothing to look for; RangeError for more than 32 terms
 */
export function parseQuery(query: string): string[] {
  if (typeof query !== 'string') throw new TypeError('query must be a string');
  const pieces = query.match(/["“”„«»][^"“”„«»]*["“”„«»]?|[^\s"“”„«»]+/gu) ?? [];
  const terms = pieces.map((piece) => fold(piece.replace(/["“”„«»]/gu, '')).trim());
  const distinct = [...new Set(terms.filter((term) => term !== ''))];
  if (distinct.length === 0) throw new TypeError('query must hold something to look for');
  if (distinct.length > MOST_TERMS) throw new RangeError(`query must hold at most ${MOST_TERMS} terms`);
  return distinct;
}
