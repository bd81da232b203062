/** The switch that keeps the sound of recordings. What that means stands beside it. */
import { useId } from 'react';
import { useStrings } from '../strings/strings.js';
import { chooseSound, useKeepsSound } from './sound.js';

/** On or off, for every recording from now on. */
export function SoundSwitch() {
  const t = useStrings();
  const isKept = useKeepsSound();
  const what = useId();
  return (
    <div className="device-switch">
      <label className="check">
        <input
          type="checkbox"
          role="switch"
          checked={isKept}
          aria-describedby={what}
          onChange={(event) => chooseSound(event.target.checked)}
        />
        {t.sound.ask}
      </label>
      <p id={what} className="hint">
        {isKept ? t.sound.on : t.sound.off}
      </p>
    </div>
  );
}
