/** The switch that keeps recordings on this device. What it promises stands beside it. */
import { useStrings } from '../strings/strings.js';
import { ChoiceSwitch } from './choice-switch.js';
import { chooseDevice, useIsDevice } from './where.js';

/** On or off, for every recording from now on. */
export function DeviceSwitch() {
  return <ChoiceSwitch isOn={useIsDevice()} choose={chooseDevice} words={useStrings().device} />;
}
