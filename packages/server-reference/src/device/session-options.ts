/** What sessions of ONNX Runtime and the graphs in them are told about the device that they are for. */
import type { MoonshineOptions, SessionOptions } from '@sealscribe/asr';
import type { Device } from '../transcription/recognizer-protocol.js';
import { processorArithmetic } from './processor-arithmetic.js';

/** The execution providers of a device; what they cannot run, the processor does. */
export function sessionOptions(device: Device): SessionOptions {
  return device === 'cpu' ? {} : { executionProviders: [device, 'cpu'] };
}

/** Graphics processors have no operations for 8-bit matrices whose inputs are rounded at every run. */
export function arithmeticOf(device: Device): NonNullable<MoonshineOptions['arithmetic']> {
  return device === 'cpu' ? processorArithmetic() : 'float32';
}
