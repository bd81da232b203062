/** The switch that keeps recordings on this device. What it promises stands beside it. */
import { useId } from 'react';
import { useStrings } from '../strings/strings.js';
import { chooseDevice, useIsDevice } from './where.js';

/** On or off, for every recording from now on. */
export function DeviceSwitch() {
  const t = useStrings();
  const isDevice = useIsDevice();
  const what = useId();
  return (
    <div className="device-switch">
      <label className="check">
        <input
          type="checkbox"
          role="switch"
          checked={isDevice}
          aria-describedby={what}
          onChange={(event) => chooseDevice(event.target.checked)}
        />
        {t.device.ask}
      </label>
      <p id={what} className="hint">
        {isDevice ? t.device.on : t.device.off}
      </p>
    </div>
  );
}
