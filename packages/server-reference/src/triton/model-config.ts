/**
 * What Triton has to know about a graph (`config.pbtxt`): tensors as the graph itself declares them, one request at a time for each
 * instance (batching would need padding, which changes the text), and where it runs.
 */
import type { InferenceSession } from 'onnxruntime-node';

/** What may run models: graphics processors where there are any, those alone, or processors. */
export const KINDS = ['auto', 'gpu', 'cpu'] as const;
export type Kind = (typeof KINDS)[number];

const TYPES: Readonly<Record<string, string>> = { float32: 'TYPE_FP32', int64: 'TYPE_INT64' };

/** The text of the file. @throws {Error} when the graph does not open */
export async function writeModelConfig(
  graph: Uint8Array,
  { name, kind, instances }: { name: string; kind: Kind; instances: number },
): Promise<string> {
  // Before the runtime is loaded: it reports its use otherwise.
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const { InferenceSession } = await import('onnxruntime-node');
  const session = await InferenceSession.create(graph, { graphOptimizationLevel: 'disabled' });
  try {
    return [
      `name: "${name}"`,
      'backend: "onnxruntime"',
      'max_batch_size: 0',
      ...session.inputMetadata.map((tensor) => describe('input', tensor)),
      ...session.outputMetadata.map((tensor) => describe('output', tensor)),
      `instance_group [ { kind: KIND_${kind.toUpperCase()} count: ${instances} } ]`,
      // Throughput comes from instances, and results do not depend on the machine.
      ...['intra_op_thread_count', 'inter_op_thread_count'].map(
        (key) => `parameters { key: "${key}" value: { string_value: "1" } }`,
      ),
      '',
    ].join('\n');
  } finally {
    await session.release();
  }
}

function describe(what: 'input' | 'output', tensor: InferenceSession.ValueMetadata): string {
  const type = tensor.isTensor ? TYPES[tensor.type] : undefined;
  if (!tensor.isTensor || type === undefined)
    throw new Error(`The graph has an ${what} of a type that is not sent to Triton.`);
  const sizes = tensor.shape.map((size) => (typeof size === 'number' ? size : -1));
  // A value without dimensions is one of one dimension there.
  const dims = sizes.length === 0 ? [1] : sizes;
  return `${what} [ { name: "${tensor.name}" data_type: ${type} dims: [ ${dims.join(', ')} ] } ]`;
}
