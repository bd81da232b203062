/**
 * The server's own connection to Triton: at the start it finds the graphs that this server would run and looks at what Triton says about
 * them; afterwards it asks every few seconds whether they are still there.
 */
import { GRAPH_TYPES } from '@sealscribe/asr';
import type { Logger } from '../log.js';
import type { ModelFolder } from '../transcription/model-files.js';
import type { TritonPlace } from './address.js';
import { TritonError } from './errors.js';
import { TritonLine } from './line.js';
import { describeModel, isReady, tritonNames } from './models.js';
import { typeOf, type TensorFacts, type TritonModel } from './tensors.js';

const LOOK_MS = 2_000;

/** A Triton that has the models. */
export class TritonConnection {
  readonly #line: TritonLine;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #reachable = true;
  #looking = false;

  private constructor(
    line: TritonLine,
    log: Logger,
    /** By folder of the model. */
    readonly models: Readonly<Record<string, TritonModel>>,
  ) {
    this.#line = line;
    this.#log = log;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  /**
   * Connects.
   *
   * @throws {Error} that says what to do, when Triton cannot be reached, has not got the graphs or has others under their names
   */
  static async open(
    place: TritonPlace,
    models: readonly ModelFolder[],
    log: Logger,
  ): Promise<TritonConnection> {
    const line = new TritonLine(place);
    try {
      const found: Record<string, TritonModel> = {};
      for (const model of models) found[model.folder] = await findGraph(line, model);
      return new TritonConnection(line, log, found);
    } catch (error) {
      line.close();
      throw error instanceof TritonError
        ? new Error(`${error.message}: is it running at ${place.address}?`, { cause: error })
        : error;
    }
  }

  /** Whether all models were there when it was last asked. */
  get reachable(): boolean {
    return this.#reachable;
  }

  /** Asks no more. */
  close(): void {
    clearInterval(this.#timer);
    this.#line.close();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const names = Object.values(this.models).map(({ name }) => name);
    const answers = await Promise.all(names.map((name) => isReady(this.#line, name).catch(() => false)));
    this.#looking = false;
    const reachable = answers.every(Boolean);
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    if (reachable) this.#log.info('Triton has the models again');
    else this.#log.error('Triton does not answer, or has lost the models');
  }
}

/** The graph of a model: for graphics processors, or for processors. */
async function findGraph(line: TritonLine, model: ModelFolder): Promise<TritonModel> {
  const { float32, uint8 } = await tritonNames(model);
  for (const name of [float32, uint8]) {
    if (!(await isReady(line, name))) continue;
    const described = await describeModel(line, name);
    const { inputs, outputs } = GRAPH_TYPES;
    if (hasTypes(described.inputs, inputs) && hasTypes(described.outputs, outputs)) return described;
    throw new Error(`The model ${name} on Triton is not what its name says. ${ADVICE}`);
  }
  throw new Error(
    `Triton has no graph of the model ${model.manifest.id} that is of this version of the server and of the model. ${ADVICE}`,
  );
}

const hasTypes = (tensors: readonly TensorFacts[], types: Readonly<Record<string, string>>): boolean =>
  tensors.length === Object.keys(types).length &&
  tensors.every(({ name, datatype }) => types[name] === typeOf(datatype));

const ADVICE = 'Run `sealscribe-server triton-models FOLDER` again, and start Triton with that folder.';
