/**
 * Tries a device by using it: opens a session with one multiplication on it, lets nothing fall back to the processor, and compares
 * the result. A process of its own, because a driver that is broken may take the process along.
 * Usage: device-probe-process.js cuda|webgpu|cpu; says {"ok", "reason"} as JSON on stdout.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { closeToInspection } from './hardening.js';

/** y = x × x of a 2 × 2 matrix, as an ONNX model. */
const GRAPH =
  'CAg6TgobCgF4CgF4EgF5GghNYXRNdWxfMCIGTWF0TXVsEgVwcm9iZVoTCgF4Eg4KDAgBEggKAggCCgIIAmITCgF5Eg4KDAgBEggKAggCCgIIAkIECgAQEQ==';

async function probe(device: string): Promise<void> {
  const session = await InferenceSession.create(Buffer.from(GRAPH, 'base64'), {
    executionProviders: [device],
    ...(device !== 'cpu' && { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
  });
  const x = new Tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]);
  const { y } = await session.run({ x });
  const values = Array.from(y?.data as Float32Array);
  if (values.join() !== '7,10,15,22') throw new Error('it computes wrongly');
}

closeToInspection();
let answer: { ok: boolean; reason: string };
try {
  await probe(process.argv[2] ?? '');
  answer = { ok: true, reason: '' };
} catch (error) {
  answer = { ok: false, reason: (error as Error).message };
}
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
