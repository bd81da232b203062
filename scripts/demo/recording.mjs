// @ts-check
// Which recording the demo transcribes: the file that was named, or President Kennedy's eleven seconds (public domain), which come
// with a development dependency.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { root, systemPackages } from '../setup.mjs';

const SAMPLES = 'node_modules/nodejs-whisper/cpp/whisper.cpp';
const JFK = [`${SAMPLES}/samples/jfk.mp3`, `${SAMPLES}/bindings/go/samples/jfk.wav`];

/** What the built-in decoders read; the rest needs ffmpeg. */
const BUILT_IN = new Set(['.wav', '.mp3', '.flac', '.ogg', '.oga', '.opus']);

/** What President Kennedy says, as words. */
const JFK_WORDS =
  'and so my fellow americans ask not what your country can do for you ask what you can do for your country';

/** A text as bare lower-case words. @param {string} text */
export const bareWords = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s]/gu, '')
    .split(/\s+/)
    .filter(Boolean)
    .join(' ');

/** @typedef {{path: string, name: string, words: string | undefined}} Recording The words it must come back with, where known. */

/** The recording that comes with the dependencies, once they are installed. @returns {Recording} */
export function sampleRecording() {
  const path = JFK.map((name) => join(root, name)).find(existsSync);
  if (!path) throw new Error('The sample recording is missing: delete node_modules and run this again.');
  return { path, name: basename(path), words: JFK_WORDS };
}

/**
 * A recording of the user's; ffmpeg is installed where it is needed and can be.
 * @param {string} file As it was typed.
 * @returns {Recording}
 * @throws {Error} when the file cannot be read.
 */
export function namedRecording(file) {
  // npm runs scripts at the root of the package; the name was typed where the person is.
  const path = resolve(process.env['INIT_CWD'] ?? '.', file);
  if (!existsSync(path)) throw new Error(`There is no file ${file}`);
  if (!statSync(path).isFile()) throw new Error(`${file} is not a file`);
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new Error(`${file} cannot be read: permission denied`);
  }
  if (!BUILT_IN.has(extname(path).toLowerCase())) systemPackages({ ffmpeg: 'ffmpeg' });
  return { path, name: basename(path), words: undefined };
}
