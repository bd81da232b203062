// A page with the SDK as it is built, without a bundler, and nothing else: the tests drive it through these names.
import * as sdk from './sdk/index.js';
import { DeviceTranscriber } from './sdk/device.js';

Object.assign(globalThis, { sdk, DeviceTranscriber });
