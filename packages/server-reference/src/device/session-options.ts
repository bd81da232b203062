/** How a session of ONNX Runtime is put on a device. */
import type { SessionOptions } from '@sealscribe/asr';
import type { Device } from '../transcription/recognizer-protocol.js';

/** The execution providers of a device; what they cannot run, the processor does. */
export function sessionOptions(device: Device): SessionOptions {
  return device === 'cpu' ? {} : { executionProviders: [device, 'cpu'] };
}
