/** Where the models run: on a device of this machine, with graphs that are made for it now, or on Triton. */
import { join } from 'node:path';
import { chooseDevice, type DeviceChoice, type DeviceWish } from '../device/choose-device.js';
import { probeWith } from '../device/probe.js';
import type { Logger } from '../log.js';
import type { TritonPlace } from '../triton/address.js';
import type { TritonConnection } from '../triton/connect.js';
import { prepareGraphs } from './graph-cache.js';
import type { ModelFolder } from './model-files.js';
import type { RecognizerSpec } from './recognizer-protocol.js';

/** The place as it is shown, and what recognisers are told about it. */
export interface Placed {
  readonly device: Omit<DeviceChoice, 'device'> & { readonly device: string };
  readonly spec: Pick<RecognizerSpec, 'device' | 'graphs' | 'triton'>;
}

/** @throws {Error} when the device that was named cannot be used. */
export async function placeModels(
  {
    device: wish,
    triton: place,
    data,
    scripts,
    log,
  }: { device: DeviceWish; triton?: TritonPlace | undefined; data: string; scripts: string; log: Logger },
  models: readonly ModelFolder[],
  triton: TritonConnection | undefined,
): Promise<Placed> {
  if (place !== undefined && triton !== undefined) {
    const names = Object.values(triton.models).map(({ name }) => name);
    const device = { device: 'triton', reason: `it has ${names.join(', ')}` };
    log.info(device, 'device');
    return { device, spec: { device: 'cpu', triton: { ...place, models: triton.models } } };
  }
  const device = await chooseDevice(wish, probeWith(`${scripts}/device-probe-process.js`));
  log.info(device, 'device');
  const graphs = await prepareGraphs(models, {
    folder: join(data, 'cache'),
    device: device.device,
    script: `${scripts}/compose-process.js`,
    log,
  });
  return { device, spec: { device: device.device, graphs } };
}
