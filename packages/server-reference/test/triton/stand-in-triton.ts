/**
 * A server that speaks Triton's protocol (KServe version 2 over HTTP, with binary tensors) about the models of a repository as
 * `sealscribe-server triton-models` writes it, and computes with the real graphs: what it cannot read in `config.pbtxt`, or is not asked as
 * documented, it refuses. It can be told to misbehave.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';

process.env['ORT_DISABLE_TELEMETRY'] = '1';
const ort = await import('onnxruntime-node');

interface Facts {
  name: string;
  datatype: string;
  shape: number[];
}

interface Model {
  name: string;
  inputs: Facts[];
  outputs: Facts[];
  session: Awaited<ReturnType<typeof ort.InferenceSession.create>>;
}

/** What a request is about, and how to answer it. */
export interface Asked {
  path: string;
  model: string | undefined;
  request: IncomingMessage;
  response: ServerResponse;
}

const VALUES = { FP32: Float32Array, INT64: BigInt64Array } as const;
const TYPES = { FP32: 'float32', INT64: 'int64' } as const;
type Datatype = keyof typeof VALUES;

/** A Triton of a test. */
export class StandInTriton {
  /** How many requests for inference came. */
  inferences = 0;
  /** Bodies of inferences, to see what goes over the line. */
  readonly bodies: Buffer[] = [];
  /** Takes a request over; what gives `true` has answered, or never will. */
  misbehave: (asked: Asked) => boolean = () => false;
  /** Changes what is answered to an inference. */
  distort: (json: Record<string, unknown>, binary: Buffer) => [Record<string, unknown>, Buffer] = (
    json,
    binary,
  ) => [json, binary];
  readonly #models: Map<string, Model>;
  readonly #sockets = new Set<Socket>();
  readonly #tls: { key: Buffer; cert: Buffer } | undefined;
  #server: Server | undefined;
  #port = 0;

  private constructor(models: Map<string, Model>, tls: { key: Buffer; cert: Buffer } | undefined) {
    this.#models = models;
    this.#tls = tls;
  }

  /** Loads a repository and listens. */
  static async start(repository: string, tls?: { key: Buffer; cert: Buffer }): Promise<StandInTriton> {
    const models = new Map<string, Model>();
    for (const name of readdirSync(repository))
      models.set(name, await loadModel(join(repository, name), name));
    const triton = new StandInTriton(models, tls);
    await triton.come();
    return triton;
  }

  get url(): string {
    return `${this.#tls ? 'https://localhost' : 'http://127.0.0.1'}:${this.#port}`;
  }

  get models(): readonly string[] {
    return [...this.#models.keys()];
  }

  model(name: string): Model {
    const model = this.#models.get(name);
    if (model === undefined) throw new Error(`there is no ${name}`);
    return model;
  }

  /** Gives a model another name, as an older repository has it. */
  rename(from: string, to: string): void {
    this.#models.set(to, this.model(from));
    this.#models.delete(from);
  }

  /** Listens, where it listened before. */
  async come(): Promise<void> {
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      this.#handle(request, response).catch(() => {
        response.statusCode = 500;
        response.end('{"error":"the stand-in failed"}');
      });
    };
    const server = (this.#tls ? createSecureServer(this.#tls, handle) : createServer(handle)) as Server;
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.listen(this.#port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Goes away in the middle of everything. */
  async go(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const [, name, what] = /^\/v2\/models\/([^/]+)(?:\/versions\/\d+)?(?:\/(ready|infer))?$/.exec(path) ?? [];
    const model = name === undefined ? undefined : this.#models.get(decodeURIComponent(name));
    if (what === 'infer') this.inferences++;
    if (this.misbehave({ path, model: name, request, response })) {
      request.resume();
      return;
    }
    const body = await readAll(request);
    const json = (status: number, value?: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(value === undefined ? '' : JSON.stringify(value));
    };
    if (path === '/v2/health/ready' || path === '/v2/health/live') return json(200);
    if (model === undefined) return json(404, { error: `Request for unknown model: '${name}' is not found` });
    if (what === 'ready') return json(200);
    if (what === undefined) {
      const { inputs, outputs } = model;
      return json(200, { name, versions: ['1'], platform: 'onnxruntime_onnx', inputs, outputs });
    }
    this.bodies.push(body);
    try {
      const jsonBytes = Number(request.headers['inference-header-content-length']);
      const [header, binary] = this.distort(...(await infer(model, jsonBytes, body)));
      const head = Buffer.from(JSON.stringify(header));
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': String(head.length),
        'content-length': String(head.length + binary.length),
      });
      response.end(Buffer.concat([head, binary]));
    } catch (error) {
      json(400, { error: (error as Error).message });
    }
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Reads `config.pbtxt` as strictly as Triton compares it with the graph. */
async function loadModel(folder: string, name: string): Promise<Model> {
  const config = readFileSync(join(folder, 'config.pbtxt'), 'utf8');
  const demand = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`unable to load model '${name}': ${what}`);
  };
  demand(config.includes(`name: "${name}"`), 'the name is not that of the folder');
  demand(/^backend: "onnxruntime"$/m.test(config), 'no backend');
  demand(/^max_batch_size: 0$/m.test(config), 'batching');
  demand(/^instance_group \[ \{ kind: KIND_(AUTO|GPU|CPU) count: \d+ \} \]$/m.test(config), 'no instances');
  demand(existsSync(join(folder, '1', 'model.onnx')), 'no version');
  const session = await ort.InferenceSession.create(join(folder, '1', 'model.onnx'), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const facts = (what: string): Facts[] =>
    [
      ...config.matchAll(
        new RegExp(
          `^${what} \\[ \\{ name: "(\\w+)" data_type: TYPE_(\\w+) dims: \\[ ([-\\d, ]+) \\] \\} \\]$`,
          'gm',
        ),
      ),
    ].map(([, tensor = '', datatype = '', dims = '']) => ({
      ...{ name: tensor, datatype, shape: dims.split(', ').map(Number) },
    }));
  const compare = (declared: Facts[], real: typeof session.inputMetadata) => {
    demand(declared.length === real.length, 'another number of tensors');
    for (const tensor of real) {
      const found = declared.find((one) => one.name === tensor.name);
      const shape = tensor.isTensor ? tensor.shape.map((size) => (typeof size === 'number' ? size : -1)) : [];
      const expected = shape.length === 0 ? [1] : shape;
      demand(
        tensor.isTensor &&
          TYPES[found?.datatype as Datatype] === tensor.type &&
          JSON.stringify(found?.shape) === JSON.stringify(expected),
        `the tensor ${tensor.name} is another`,
      );
    }
  };
  const [inputs, outputs] = [facts('input'), facts('output')];
  compare(inputs, session.inputMetadata);
  compare(outputs, session.outputMetadata);
  return { name, inputs, outputs, session };
}

interface AskedTensor extends Facts {
  parameters: { binary_data_size: number; binary_data: boolean };
}

async function infer(
  { inputs, outputs, session }: Model,
  jsonBytes: number,
  body: Buffer,
): Promise<[Record<string, unknown>, Buffer]> {
  const asked = JSON.parse(body.subarray(0, jsonBytes).toString()) as {
    inputs: AskedTensor[];
    outputs: AskedTensor[];
  };
  if (asked.inputs.length !== inputs.length) throw new Error('another number of inputs');
  let start = jsonBytes;
  const feeds: Record<string, InstanceType<typeof ort.Tensor>> = {};
  for (const { name, datatype, shape, parameters } of asked.inputs) {
    const input = inputs.find((one) => one.name === name);
    if (input?.datatype !== datatype || input.shape.length !== shape.length)
      throw new Error(`unexpected input ${name}`);
    const bytes = parameters.binary_data_size;
    const Values = VALUES[datatype as Datatype];
    const size = shape.reduce((product, count) => product * count, 1);
    if (bytes !== size * Values.BYTES_PER_ELEMENT) throw new Error(`unexpected size of ${name}`);
    const values = new Values(new Uint8Array(body.subarray(start, start + bytes)).buffer);
    // A value without dimensions in the graph.
    const metadata = session.inputMetadata.find((one) => one.name === name);
    const dims = metadata?.isTensor && metadata.shape.length === 0 ? [] : shape;
    feeds[name] = new ort.Tensor(TYPES[datatype as Datatype] as 'float32', values as Float32Array, dims);
    start += bytes;
  }
  if (start !== body.length) throw new Error('unexpected additional input data');
  const names = asked.outputs.map(({ name }) => name);
  const results = await session.run(feeds, names);
  const parts: Buffer[] = [];
  const described = names.map((name) => {
    const { data, dims } = results[name] ?? {};
    const { buffer, byteOffset, byteLength } = data as Float32Array;
    parts.push(Buffer.from(buffer, byteOffset, byteLength));
    const datatype = outputs.find((one) => one.name === name)?.datatype;
    return { name, datatype, shape: dims, parameters: { binary_data_size: byteLength } };
  });
  return [{ model_name: 'm', model_version: '1', outputs: described }, Buffer.concat(parts)];
}
