// @ts-check
// Looks for secrets in every file of a folder: case-insensitively, as UTF-8 and UTF-16LE, and each of those as hex and as base64
// in all three alignments, in both alphabets. Keys are looked for as raw bytes, hex and base64.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * @typedef {object} Secret
 * @property {string} what What it is, for the report: never the secret itself.
 * @property {string | Buffer} value
 *
 * @typedef {object} Hit
 * @property {string} what
 * @property {string} encoding
 * @property {string} file
 *
 * @typedef {{what: string, encoding: string, needle: string}} Needle
 */

/** How bytes can lie in a file. The offset of base64 is how many bytes stood before them, modulo 3. */
const ENCODINGS = {
  bytes: (/** @type {Buffer} */ bytes) => bytes.toString('latin1'),
  hex: (/** @type {Buffer} */ bytes) => bytes.toString('hex'),
  'base64+0': (/** @type {Buffer} */ bytes) => base64At(bytes, 0),
  'base64+1': (/** @type {Buffer} */ bytes) => base64At(bytes, 1),
  'base64+2': (/** @type {Buffer} */ bytes) => base64At(bytes, 2),
};

/** The base64 characters that depend on these bytes alone, when `offset` unknown bytes stand before. @param {Buffer} bytes @param {number} offset */
export function base64At(bytes, offset) {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

/** The byte forms of a secret: a key as it is, a text as UTF-8 and as UTF-16LE. @param {string | Buffer} value @returns {[string, Buffer][]} */
const byteForms = (value) =>
  typeof value === 'string'
    ? [
        ['utf8', Buffer.from(value)],
        ['utf16le', Buffer.from(value, 'utf16le')],
      ]
    : [['raw', value]];

/** One alphabet, one case: what is compared. @param {string} text */
const fold = (text) => text.toLowerCase().replaceAll('-', '+').replaceAll('_', '/');

/** Everything that must be looked for, to find one secret. @param {Secret} secret @returns {Needle[]} */
function needlesOf({ what, value }) {
  const spellings = typeof value === 'string' ? [value, value.toLowerCase(), value.toUpperCase()] : [value];
  return spellings.flatMap((spelling) =>
    byteForms(spelling).flatMap(([form, bytes]) =>
      Object.entries(ENCODINGS).map(([encoding, encode]) => ({
        what,
        encoding: encoding === 'bytes' ? form : `${encoding} of ${form}`,
        needle: fold(encode(bytes)),
      })),
    ),
  );
}

/** Needles are found by their first characters, so that a transcript of an hour does not take an hour to look for. */
const PREFIX = 5;

/**
 * Searches every file under a folder.
 * @param {string} folder
 * @param {Secret[]} secrets Each at least 5 bytes long.
 * @returns {Hit[]} One per secret, encoding and file.
 */
export function searchFolder(folder, secrets) {
  /** @type {Map<string, Needle[]>} */
  const byPrefix = new Map();
  for (const needle of secrets.flatMap(needlesOf)) {
    const prefix = needle.needle.slice(0, PREFIX);
    if (prefix.length < PREFIX) throw new RangeError(`too short to be looked for: ${needle.what}`);
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), needle]);
  }
  // Most places are ruled out by their first two characters alone.
  const pair = (/** @type {string} */ text, /** @type {number} */ at) =>
    (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
  const begins = new Uint8Array(2 ** 16);
  for (const prefix of byPrefix.keys()) begins[pair(prefix, 0)] = 1;
  /** @type {Map<string, Hit>} */
  const hits = new Map();
  for (const file of filesOf(folder)) {
    const content = fold(readFileSync(file, 'latin1'));
    for (let at = 0; at + PREFIX <= content.length; at++) {
      if (begins[pair(content, at)] === 0) continue;
      for (const { what, encoding, needle } of byPrefix.get(content.slice(at, at + PREFIX)) ?? []) {
        if (!content.startsWith(needle, at)) continue;
        const hit = { what, encoding, file: relative(folder, file) };
        hits.set(JSON.stringify(hit), hit);
      }
    }
  }
  return [...hits.values()];
}

/** Every file under a folder. @param {string} folder @returns {string[]} */
export const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/**
 * A secret as it would lie in a file if somebody had written it there, once per encoding: for the control of the search.
 * Texts are planted in capitals, so that the control also shows that case does not matter.
 * @param {Secret} secret
 * @returns {{encoding: string, content: Buffer}[]}
 */
export function plantings({ value }) {
  return byteForms(typeof value === 'string' ? value.toUpperCase() : value).flatMap(([form, bytes]) => [
    { encoding: form, content: bytes },
    { encoding: `hex of ${form}`, content: Buffer.from(bytes.toString('hex')) },
    ...['', 'x', 'xx'].map((before) => ({
      encoding: `base64+${before.length} of ${form}`,
      content: Buffer.from(
        Buffer.concat([Buffer.from(before), bytes, Buffer.from('xyz')]).toString('base64'),
      ),
    })),
  ]);
}

/**
 * The pieces of a transcript that give it away: every run of three words, with and without punctuation, and every word of six
 * letters or more.
 * @param {string} text
 * @returns {{runs: Secret[], words: Secret[]}}
 */
export function tellingPieces(text) {
  const spoken = text.split(/\s+/).filter(Boolean);
  const bare = spoken.map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')).filter(Boolean);
  /** @param {string[]} list */
  const runsOf = (list) => list.slice(2).map((_, i) => list.slice(i, i + 3).join(' '));
  const runs = new Set([...runsOf(spoken), ...runsOf(bare)]);
  const words = new Set(bare.filter((word) => (word.match(/\p{L}/gu) ?? []).length >= 6));
  /** @param {Set<string>} list @param {string} what @returns {Secret[]} */
  const secrets = (list, what) => [...list].map((value, i) => ({ what: `${what} ${i + 1}`, value }));
  return { runs: secrets(runs, 'run of three words'), words: secrets(words, 'word') };
}
