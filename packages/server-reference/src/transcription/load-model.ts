/** From a model's folder to a recogniser: finds the files that the model's family needs, and has the family load them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AsrError,
  FAMILY_FILES,
  loadCanary,
  loadCtc,
  loadMoonshine,
  loadTransducer,
  loadWhisper,
  type FamilyName,
  type FileRole,
  type MoonshineOptions,
  type Recognizer,
  type Runtime,
} from '@sealscribe/asr';
import type { ModelInfo } from '@sealscribe/protocol';
import { arithmeticOf, sessionOptions } from '../device/session-options.js';
import { readManifest } from '../models/manifest.js';
import type { Device } from './recognizer-protocol.js';

/** Endings by which exports tell apart files with the same graph in other number formats. */
const VARIANT = /([._-](int8|uint8|quantized|fp16|fp32|q4|q4f16|bnb4))?\.onnx$/;

/** Paths of `onnx` files and contents of `text` files, by key. */
export type ModelFiles = Readonly<Record<string, string>>;

/**
 * Loads the model in a folder.
 *
 * @param options.device where it runs; the processor when left out
 * @param options.graph path of what was made of its files before (graph-cache.ts)
 * @param options.served whether the runtime has the graph itself, and opens no file
 * @throws {Error} when the folder lacks what the family needs. @throws {AsrError} `invalid_model`.
 */
export async function loadModel(
  runtime: Runtime,
  folder: string,
  {
    device = 'cpu',
    graph,
    served = false,
  }: { device?: Device; graph?: string | undefined; served?: boolean | undefined },
): Promise<Recognizer> {
  const manifest = readManifest(folder);
  const { id, name, languages, description = '', family } = manifest;
  // Families take the promise of word times back where the files hold nothing that they could be made of.
  const model: ModelInfo = { id, name, languages: [...languages], description, wordTimestamps: true };
  const session = sessionOptions(device);
  const names = manifest.files.map((file) => file.name);
  const files = findFiles(family, folder, names);
  switch (family) {
    case 'moonshine':
      return loadMoonshineFiles(runtime, files as unknown as MoonshinePaths, {
        model,
        session,
        ...{ graph, served },
        arithmetic: arithmeticOf(device),
        drafts: device === 'cpu',
      });
    case 'whisper':
      return loadWhisper(runtime, files, { model, session });
    case 'ctc':
      return loadCtc(runtime, files, { model, session });
    case 'transducer':
      return loadTransducer(runtime, files, { model, session });
    case 'canary':
      return loadCanary(runtime, files, { model, session });
  }
}

interface MoonshinePaths {
  readonly encoder: string;
  readonly decoder: string;
  readonly tokens: string;
}

/** From the graph that was made before; where there is none, or it does not open, it is made in memory. */
async function loadMoonshineFiles(
  runtime: Runtime,
  { encoder, decoder, tokens }: MoonshinePaths,
  { graph, served, ...options }: MoonshineOptions & { graph: string | undefined; served: boolean },
): Promise<Recognizer> {
  if (served) return loadMoonshine(runtime, { encoder, decoder, tokens, graph: '' }, options);
  if (graph !== undefined)
    try {
      return await loadMoonshine(runtime, { encoder, decoder, tokens, graph }, options);
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
    }
  const files = { encoder: readFileSync(encoder), decoder: readFileSync(decoder), tokens };
  return loadMoonshine(runtime, files, options);
}

/**
 * The files of a family among those of a folder.
 *
 * @throws {Error} naming what is missing.
 */
export function findFiles(family: FamilyName, folder: string, names: readonly string[]): ModelFiles {
  const found: Record<string, string> = {};
  for (const [key, role] of Object.entries<FileRole>(FAMILY_FILES[family])) {
    const name = role.names
      .map((wanted) => names.find((file) => plainName(file, role) === wanted))
      .find((file) => file !== undefined);
    if (name !== undefined)
      found[key] = role.content === 'text' ? readFileSync(join(folder, name), 'utf8') : join(folder, name);
    else if (role.required)
      throw new Error(`The model in ${folder} has no file for "${key}": ${role.names.join(' or ')}.`);
  }
  return found;
}

const plainName = (file: string, { content }: FileRole): string =>
  content === 'text' ? file : file.endsWith('.onnx') ? file.replace(VARIANT, '') : '';
