/**
 * What tells speakers apart on this server: neural models in a folder of the operator's (--speaker-models), or what is on
 * board. manifest.json in the folder is optional and says how alike voices must be: {"threshold": 0.5}, a mean cosine.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  EmbeddedSpeakers,
  NeuralSpeakers,
  SlidingPieces,
  type Runtime,
  type SpeakerModel,
} from '@sealscribe/asr';

/** Paths of the neural models. */
export interface SpeakerModelFiles {
  readonly segmentation: string;
  readonly embedding: string;
  readonly threshold?: number | undefined;
}

/** @throws {Error} with what to do when the folder does not hold the models. */
export function findSpeakerModels(folder: string): SpeakerModelFiles {
  const files = {
    segmentation: join(folder, 'segmentation.onnx'),
    embedding: join(folder, 'embedding.onnx'),
  };
  const missing = Object.values(files).find((path) => !existsSync(path));
  if (missing !== undefined)
    throw new Error(
      `--speaker-models: there is no ${missing}; the folder needs segmentation.onnx and embedding.onnx.`,
    );
  const manifest = join(folder, 'manifest.json');
  if (!existsSync(manifest)) return files;
  const { threshold } = JSON.parse(readFileSync(manifest, 'utf8')) as { threshold?: unknown };
  if (threshold === undefined) return files;
  if (typeof threshold !== 'number' || Math.abs(threshold) > 1)
    throw new Error(`--speaker-models: the threshold in ${manifest} must be a number from -1 to 1.`);
  return { ...files, threshold };
}

/** In a recogniser process: the models, or what is on board. */
export async function loadSpeakerModel(
  runtime: Runtime,
  files: SpeakerModelFiles | undefined,
): Promise<SpeakerModel> {
  if (files === undefined) return new EmbeddedSpeakers();
  return NeuralSpeakers.load(runtime, files, { threshold: files.threshold });
}

/** In the process that answers requests: which pieces of a recording are wanted, without the models themselves. */
export function speakerCutters(files: SpeakerModelFiles | undefined): Pick<SpeakerModel, 'createCutter'> {
  return files === undefined ? new EmbeddedSpeakers() : { createCutter: () => new SlidingPieces() };
}
