/**
 * `sealscribe-server triton-models FOLDER`: writes the model repository that Triton is started with: for each model its graph and what
 * Triton has to know about it. A model appears whole or not at all; what is in the folder besides stays.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { composeMoonshine } from '@sealscribe/asr';
import { DEFAULT_MODEL } from '../config.js';
import { findModels } from '../transcription/model-files.js';
import { graphFiles, tritonNames } from './models.js';
import { KINDS, writeModelConfig, type Kind } from './model-config.js';
import { runProgram } from '../run-program.js';

interface Flags {
  data: string;
  models?: string;
  model: readonly string[];
  kind: Kind;
  instances: number;
}

/**
 * Runs the command.
 *
 * @param args what follows `triton-models` on the command line
 * @returns the exit code: 0, 1 when something failed, 2 for wrong usage.
 */
export async function runTritonModels(args: readonly string[]): Promise<number> {
  const program = new Command('sealscribe-server triton-models')
    .description('Writes the models into a folder that NVIDIA Triton serves: --model-repository FOLDER.')
    .exitOverride()
    .argument('<folder>', 'model repository; made when it is missing')
    .addOption(
      new Option('--data <folder>', "the server's data folder")
        .default('./sealscribe-data')
        .env('SEALSCRIBE_SERVER_DATA'),
    )
    .addOption(
      new Option('--models <folder>', 'folder of downloaded models (default: models in --data)').env(
        'SEALSCRIBE_SERVER_MODELS',
      ),
    )
    .addOption(
      new Option('--model <name or folder...>', "the server's models")
        .default([DEFAULT_MODEL])
        .env('SEALSCRIBE_SERVER_MODEL'),
    )
    .addOption(
      new Option('--kind <which>', 'what runs them there: auto takes graphics processors where there are any')
        .choices(KINDS)
        .default('auto'),
    )
    .addOption(
      new Option('--instances <number>', 'copies of each on each processor, that work at once')
        .default(1)
        .argParser(toCount),
    )
    .action((folder: string, flags: Flags) => write(resolve(folder), flags));
  return runProgram(program, args);
}

function toCount(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 to 64.');
}

async function write(repository: string, { data, models, model, kind, instances }: Flags): Promise<void> {
  // Graphics processors have no operations for 8-bit matrices whose inputs are rounded at every run.
  const arithmetic = kind === 'cpu' ? 'uint8' : 'float32';
  for (const found of findModels(
    model.flatMap((name) => name.split(',')),
    models ?? join(data, 'models'),
  )) {
    const { encoder, decoder } = graphFiles(found);
    const { [arithmetic]: name } = await tritonNames(found);
    const graph = composeMoonshine(readFileSync(encoder), readFileSync(decoder), { arithmetic });
    const config = await writeModelConfig(graph, { name, kind, instances });
    const unfinished = join(repository, `.${name}.${process.pid}`);
    try {
      await mkdir(join(unfinished, '1'), { recursive: true });
      await writeFile(join(unfinished, '1', 'model.onnx'), graph);
      await writeFile(join(unfinished, 'config.pbtxt'), config);
      await rm(join(repository, name), { recursive: true, force: true });
      await rename(unfinished, join(repository, name));
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    process.stdout.write(`${join(repository, name)}\n`);
  }
}
