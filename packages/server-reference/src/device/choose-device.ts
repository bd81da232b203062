/** Which device models run on: the one that was asked for or none; with "auto" CUDA if it works, and why not if it does not. */
import type { Device } from '../transcription/recognizer-protocol.js';
import type { ProbeDevice } from './probe.js';

/** What can be asked for. */
export const DEVICES = ['auto', 'cuda', 'webgpu', 'cpu'] as const;
export type DeviceWish = (typeof DEVICES)[number];

/** The device and how it came to be chosen. */
export interface DeviceChoice {
  readonly device: Device;
  readonly reason: string;
}

/**
 * Tries CUDA, then takes the processor. WebGPU has to be asked for: one processor was 18 times as fast as it was on a large
 * graphics processor (docs/self-hosting.md).
 *
 * @throws {Error} saying what is missing, when a device that was named cannot be used: it is never replaced by another.
 */
export async function chooseDevice(wish: DeviceWish, probe: ProbeDevice): Promise<DeviceChoice> {
  if (wish === 'cpu') return { device: 'cpu', reason: 'asked for' };
  if (wish !== 'auto') {
    const { ok, reason } = await probe(wish);
    if (ok) return { device: wish, reason: 'asked for, and it works' };
    throw new Error(`--device ${wish}: ${reason}. Use --device auto to take what there is.`);
  }
  const { ok, reason } = await probe('cuda');
  return ok ? { device: 'cuda', reason: 'it works' } : { device: 'cpu', reason: `no cuda: ${reason}` };
}
