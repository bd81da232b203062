/** The recordings of the shared folder beside the checkout, which a user's checkout has not. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeAudio, hasFfmpeg } from '../../../test/fixtures/ffmpeg.js';

/** A recording as its manifest describes it. */
export interface Clip {
  file: string;
  transcript: string | null;
  language: string;
  durationSeconds: number;
  speakers: { channel?: number; text?: string }[];
}

const folder = fileURLToPath(new URL('../../../../shared/speech/', import.meta.url));

/** Whether they are here, and ffmpeg, which decodes them. */
export const hasRecordings = existsSync(`${folder}manifest.json`) && hasFfmpeg;

/** The path of a file of the folder. */
export const sharedPath = (file: string): string => folder + file;

/** A text file of the folder. */
export const readShared = (file: string): string => readFileSync(sharedPath(file), 'utf8');

/** The English recordings. */
export const english: Clip[] = hasRecordings
  ? (JSON.parse(readShared('manifest.json')) as Clip[]).filter((clip) => clip.language === 'en')
  : [];

/** Samples of a recording: of one channel, or of all mixed. */
export const samplesOf = (file: string, channel?: number): Float32Array =>
  decodeAudio(folder + file, channel);
